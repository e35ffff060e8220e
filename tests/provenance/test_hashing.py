"""A digest is remembered while its file stays the same, and never longer."""

import hashlib
import os

import pytest

from vestige.provenance import hashing


@pytest.fixture(autouse=True)
def nothing_known(tmp_path, monkeypatch):
    """An empty folder, and no memory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(hashing, "known", {})
    hashing.kept.cache_clear()
    yield
    hashing.kept.cache_clear()


def forget() -> None:
    """What a new process knows."""
    hashing.known.clear()
    hashing.kept.cache_clear()


def counted(monkeypatch) -> list:
    """The paths that are read from now on."""
    read, of_bytes = [], hashing.of_bytes
    monkeypatch.setattr(hashing, "of_bytes", lambda path, kind: read.append(path) or of_bytes(path, kind))
    return read


def test_it_is_the_sha256(tmp_path):
    (tmp_path / "file").write_bytes(b"abc")
    assert hashing.sha256(tmp_path / "file") == hashlib.sha256(b"abc").hexdigest()
    assert hashing.sha256(tmp_path / "none") is None
    assert hashing.of_text("abc") == hashlib.sha256(b"abc").hexdigest()


def test_a_file_is_read_once_and_again_when_it_changed(tmp_path, monkeypatch):
    file, read = tmp_path / "file", counted(monkeypatch)
    file.write_bytes(b"abc")
    assert hashing.sha256(file) == hashing.sha256(file)
    assert len(read) == 1
    file.write_bytes(b"abd")
    assert hashing.sha256(file) == hashlib.sha256(b"abd").hexdigest()


def test_another_file_of_the_same_size_and_time_is_read(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"abc")
    stat, first = file.stat(), hashing.sha256(file)
    file.write_bytes(b"abd")
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert hashing.sha256(file) != first


def test_the_next_process_need_not_read_a_settled_file(tmp_path, monkeypatch):
    file = tmp_path / "file"
    file.write_bytes(b"abc")
    monkeypatch.setattr(hashing, "SETTLED", -1e9)
    first = hashing.sha256(file)
    hashing.keep()
    forget()
    read = counted(monkeypatch)
    assert hashing.sha256(file) == first
    assert read == []


def settled(monkeypatch) -> None:
    monkeypatch.setattr(hashing, "SETTLED", -1e9)


def made_by_other_code(monkeypatch) -> None:
    monkeypatch.setattr(hashing, "by", lambda: ["other code"])


@pytest.mark.parametrize(
    ("when_read", "when_kept", "afterwards"),
    [
        pytest.param([], [], [], id="a file written just now"),
        pytest.param([], [settled], [], id="what was new when it was read, and is old by now"),
        pytest.param([settled], [], [made_by_other_code], id="what other code has found"),
    ],
)
def test_the_next_process_reads_anew(tmp_path, monkeypatch, when_read, when_kept, afterwards):
    file = tmp_path / "file"
    file.write_bytes(b"abc")
    for change in when_read:
        change(monkeypatch)
    hashing.sha256(file)
    for change in when_kept:
        change(monkeypatch)
    hashing.keep()
    forget()
    for change in afterwards:
        change(monkeypatch)
    read = counted(monkeypatch)
    hashing.sha256(file)
    assert len(read) == 1


@pytest.mark.parametrize("damage", [b"", b"{", b"[1]", b'{"sha256 /x": 3}', b'{"by": [], "known": {}}', b"\xff"])
def test_a_damaged_memory_is_none(tmp_path, damage):
    (tmp_path / "work").mkdir()
    (tmp_path / hashing.MEMORY).write_bytes(damage)
    (tmp_path / "file").write_bytes(b"abc")
    assert hashing.sha256(tmp_path / "file") == hashlib.sha256(b"abc").hexdigest()


def test_a_memory_that_cannot_be_written_is_done_without(tmp_path):
    (tmp_path / "work").write_text("a file where the folder should be")
    (tmp_path / "file").write_bytes(b"abc")
    hashing.sha256(tmp_path / "file")
    hashing.keep()
    assert (tmp_path / "work").read_text().startswith("a file")
