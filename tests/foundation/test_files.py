"""Files that are written whole or not at all."""

import os

import pytest

from vestige.foundation.files import whole


def test_a_file_is_written_in_a_folder_that_is_made(tmp_path):
    with whole(tmp_path / "new" / "file") as file:
        file.write(b"all")
    assert (tmp_path / "new" / "file").read_bytes() == b"all"


def fails_halfway(path):
    with whole(path) as file:
        file.write(b"half")
        raise ZeroDivisionError


def test_a_writer_that_fails_leaves_what_was_there_and_nothing_else(tmp_path):
    (tmp_path / "file").write_bytes(b"before")
    with pytest.raises(ZeroDivisionError):
        fails_halfway(tmp_path / "file")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"file": b"before"}


def test_a_file_is_not_there_before_it_is_whole(tmp_path):
    with whole(tmp_path / "file") as file:
        file.write(b"half")
        assert not (tmp_path / "file").exists()


def test_others_may_read_a_file(tmp_path):
    with whole(tmp_path / "file") as file:
        file.write(b"all")
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o644


def test_a_signal_just_after_the_rename_ends_the_program_as_one_and_leaves_the_file(tmp_path, monkeypatch):
    replace = os.replace

    def interrupted(partial, path):
        replace(partial, path)
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt), whole(tmp_path / "file") as file:
        file.write(b"whole")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file", b"whole")]
