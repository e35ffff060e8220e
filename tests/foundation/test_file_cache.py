"""What was found in a file is remembered while the file stays the same, and never longer."""

import json
import os

import pytest

from vestige.foundation import file_cache
from vestige.foundation.file_cache import MEMORY, find_remembered, keep


@pytest.fixture(autouse=True)
def nothing_known(tmp_path, monkeypatch):
    """An empty folder, and no memory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(file_cache, "known", {})
    file_cache.read_kept.cache_clear()
    yield
    file_cache.read_kept.cache_clear()


@pytest.fixture
def file(tmp_path):
    """A file that holds abc."""
    path = tmp_path / "file"
    path.write_bytes(b"abc")
    return path


class Finder:
    """Finds the text of a file, and counts how often it looked."""

    def __init__(self):
        self.looked = 0

    def __call__(self, path):
        self.looked += 1
        return path.read_text()


def forget() -> None:
    """What a new process knows."""
    file_cache.known.clear()
    file_cache.read_kept.cache_clear()


def settled(monkeypatch) -> None:
    monkeypatch.setattr(file_cache, "SETTLED", -1e9)


def made_by_other_code(monkeypatch) -> None:
    monkeypatch.setattr(file_cache, "FOUND_BY", ["other code"])


def test_a_file_is_read_once_and_again_when_it_changed(file):
    find = Finder()
    assert find_remembered("text", file, find) == find_remembered("text", file, find) == "abc"
    assert find.looked == 1
    file.write_bytes(b"abcd")
    assert find_remembered("text", file, find) == "abcd"


def test_what_is_found_under_another_name_is_another_thing(file):
    assert find_remembered("text", file, Finder()) == "abc"
    assert find_remembered("size", file, lambda path: path.stat().st_size) == 3


def test_another_file_of_the_same_size_and_time_is_read(file):
    stat = file.stat()
    find_remembered("text", file, Finder())
    file.write_bytes(b"abd")
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert find_remembered("text", file, Finder()) == "abd"


def test_what_finding_raises_is_raised_and_not_remembered(file):
    def refuse(path):
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        find_remembered("text", file, refuse)
    assert find_remembered("text", file, Finder()) == "abc"


@pytest.mark.parametrize(("name", "text"), [("file", "abc"), ("a\tb\nc", "x\ty\nz")])
def test_the_next_process_need_not_read_a_settled_file(tmp_path, monkeypatch, name, text):
    settled(monkeypatch)
    path = tmp_path / name
    path.write_text(text)
    find_remembered("text", path, Finder())
    keep()
    forget()
    find = Finder()
    assert find_remembered("text", path, find) == text
    assert find.looked == 0


def test_what_former_processes_left_stays_and_that_of_files_that_are_gone_goes(file, tmp_path, monkeypatch):
    settled(monkeypatch)
    others = [tmp_path / name for name in ("gone", "there")]
    for other in others:
        other.write_text(other.name)
        find_remembered("text", other, Finder())
    keep()
    forget()
    others[0].unlink()
    find_remembered("text", file, Finder())
    keep()
    _, *lines = MEMORY.read_text().splitlines()
    assert [json.loads(line.partition("\t")[0]) for line in lines] == [f"text {others[1]}", f"text {file}"]


@pytest.mark.parametrize(
    ("when_read", "when_kept", "afterwards"),
    [
        pytest.param([], [], [], id="a file written just now"),
        pytest.param([], [settled], [], id="what was new when it was read, and is old by now"),
        pytest.param([settled], [], [made_by_other_code], id="what other code has found"),
    ],
)
def test_the_next_process_reads_anew(file, monkeypatch, when_read, when_kept, afterwards):
    for change in when_read:
        change(monkeypatch)
    find_remembered("text", file, Finder())
    for change in when_kept:
        change(monkeypatch)
    keep()
    forget()
    for change in afterwards:
        change(monkeypatch)
    find = Finder()
    find_remembered("text", file, find)
    assert find.looked == 1


@pytest.mark.parametrize("damage", [b"", b"{", b"[1]", b'{"by": [], "known": {}}', b"\xff", b"[" * 100_000])
def test_a_damaged_memory_is_none(file, damage):
    MEMORY.parent.mkdir()
    MEMORY.write_bytes(damage)
    assert find_remembered("text", file, Finder()) == "abc"


@pytest.mark.parametrize(
    "damage", ["", "KEY", "KEY\t", "KEY\t[1]", "KEY\t[MARK,5]", "KEY\tnull", "garbage\tmore", "5\t[1]"]
)
def test_a_memory_whose_lines_were_changed_is_none_and_is_replaced(file, damage, monkeypatch):
    settled(monkeypatch)
    find_remembered("text", file, Finder())
    keep()
    whole = MEMORY.read_text()
    head, line = whole.split("\n")
    key, mark = line.split("\t")[0], json.dumps(json.loads(line.split("\t")[1])[0])
    MEMORY.write_text(f"{head}\n{damage.replace('KEY', key).replace('MARK', mark)}")
    forget()
    find = Finder()
    assert find_remembered("text", file, find) == "abc"
    assert find.looked == 1
    keep()
    assert MEMORY.read_text() == whole


def test_what_is_read_while_its_path_leads_elsewhere_is_not_remembered(tmp_path, monkeypatch):
    settled(monkeypatch)
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name)
    link = tmp_path / "link"
    link.symlink_to("one")

    def find(path):
        link.unlink()
        link.symlink_to("other")
        return path.read_text()

    assert find_remembered("text", link / "file", find) == "other"
    keep()
    forget()
    link.unlink()
    link.symlink_to("one")
    assert find_remembered("text", link / "file", Finder()) == "one"


def test_a_memory_that_cannot_be_written_is_done_without(file, tmp_path, monkeypatch):
    settled(monkeypatch)
    (tmp_path / "work").write_text("a file where the folder should be")
    find_remembered("text", file, Finder())
    keep()
    assert (tmp_path / "work").read_text().startswith("a file")


def test_what_was_found_by_code_that_was_edited_since_is_not_taken_for_that_of_the_new_code(file, monkeypatch):
    settled(monkeypatch)
    find_remembered("text", file, Finder())
    monkeypatch.setattr(file_cache, "describe_finders", lambda: ["the code as it is edited now"])
    keep()
    *by, _ = json.loads(MEMORY.read_text().splitlines()[0])
    assert by == file_cache.FOUND_BY != ["the code as it is edited now"]


def test_in_a_folder_that_is_gone_files_are_read(file, tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert find_remembered("text", file, Finder()) == "abc"
    keep()
