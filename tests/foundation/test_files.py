"""Files that are written whole or not at all, and what is no file is never read."""

import os
import socket
import subprocess

import pytest

from vestige.foundation.files import (
    NotAFile,
    describe_irregular,
    find_irregular,
    hold_lock,
    lock_file,
    open_regular,
    place,
    read_regular,
    write_whole,
)


def test_a_file_is_written_in_a_folder_that_is_made(tmp_path):
    with write_whole(tmp_path / "new" / "file") as file:
        file.write(b"all")
    assert (tmp_path / "new" / "file").read_bytes() == b"all"


def fails_halfway(path):
    with write_whole(path) as file:
        file.write(b"half")
        raise ZeroDivisionError


def test_a_writer_that_fails_leaves_what_was_there_and_nothing_else(tmp_path):
    (tmp_path / "file").write_bytes(b"before")
    with pytest.raises(ZeroDivisionError):
        fails_halfway(tmp_path / "file")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"file": b"before"}


def test_a_file_is_not_there_before_it_is_whole(tmp_path):
    with write_whole(tmp_path / "file") as file:
        file.write(b"half")
        assert not (tmp_path / "file").exists()


def test_others_may_read_a_file(tmp_path):
    with write_whole(tmp_path / "file") as file:
        file.write(b"all")
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o644


def test_a_signal_just_after_the_rename_ends_the_program_as_one_and_leaves_the_file(tmp_path, monkeypatch):
    replace = os.replace

    def interrupted(partial, path):
        replace(partial, path)
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt), write_whole(tmp_path / "file") as file:
        file.write(b"whole")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file", b"whole")]


def bound_socket(path) -> None:
    """A socket in the file system."""
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(os.path.relpath(path))


IRREGULAR = {
    "a named pipe": os.mkfifo,
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a folder": lambda path: path.mkdir(),
    "a socket": bound_socket,
}


@pytest.mark.timeout(30)
@pytest.mark.parametrize("said", list(IRREGULAR))
def test_what_is_no_file_is_described_and_neither_opened_nor_copied(tmp_path, monkeypatch, said):
    monkeypatch.chdir(tmp_path)  # the path of a socket must be short
    path = tmp_path / "there"
    IRREGULAR[said](path)
    assert describe_irregular(path) == said
    with pytest.raises(OSError, match="no file|No such device"):
        open_regular(path)
    monkeypatch.setattr("os.link", lambda *paths: (_ for _ in ()).throw(OSError(18, "Invalid cross-device link")))
    with pytest.raises(OSError, match="no file|No such device"):
        place(path, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_link_to_a_file_is_read_and_a_link_to_nothing_is_missing(tmp_path):
    (tmp_path / "file").write_bytes(b"all")
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "broken").symlink_to("nowhere")
    assert read_regular(tmp_path / "link") == b"all"
    assert [describe_irregular(tmp_path / name) for name in ("file", "link", "broken", "absent")] == [""] * 4
    with pytest.raises(FileNotFoundError):
        read_regular(tmp_path / "broken")


def test_a_pipe_anywhere_in_a_folder_is_found(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").touch()
    assert find_irregular(tmp_path) == find_irregular(tmp_path / "absent") == ""
    os.mkfifo(tmp_path / "folder" / "pipe")
    assert find_irregular(tmp_path) == find_irregular(tmp_path / "folder" / "pipe") == f"{tmp_path}/folder/pipe"


def test_a_pipe_is_refused_at_once_although_nobody_writes_to_it(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(NotAFile, match="no file"):
        read_regular(tmp_path / "pipe")


def test_a_lock_is_held_by_one_at_a_time_and_whoever_waits_is_told(tmp_path):
    path, waited = tmp_path / "locks" / "a.lock", []
    with lock_file(path), pytest.raises(BlockingIOError):
        lock_file(path)
    with hold_lock(path, lambda: waited.append("waiting")):
        assert lock_of_another_process(path) == "taken"
    assert lock_of_another_process(path) == "free"
    assert waited == []


def lock_of_another_process(path) -> str:
    """Whether another process finds a lock taken, or free."""
    done = subprocess.run(["flock", "--nonblock", str(path), "true"])
    return "free" if done.returncode == 0 else "taken"


def test_who_waits_for_a_lock_says_so_first(tmp_path):
    path, said = tmp_path / "a.lock", []
    held = lock_file(path)

    def give_up() -> None:
        said.append("waiting")
        held.close()

    with hold_lock(path, give_up):
        assert said == ["waiting"]


def test_a_pipe_in_the_place_of_a_lock_is_named_and_nobody_waits(tmp_path):
    os.mkfifo(tmp_path / "a.lock")
    with pytest.raises(OSError, match="a named pipe, no file.*a.lock"):
        lock_file(tmp_path / "a.lock")
