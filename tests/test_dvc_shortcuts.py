"""Shortcuts through DVC say what the long way says, and end with the view of the project."""

import io

import pytest
from dulwich.repo import Repo
from dvc.dependency import param
from dvc.utils.serialize import _yaml

from vestige.engines import dvc_shortcuts
from vestige.engines.dvc_shortcuts import read_index_once, replaced, taken, write_once


def test_they_are_taken_for_a_while():
    before = param.read_param_file, _yaml._dump, Repo.open_index
    with taken():
        assert all(one is not other for one, other in zip(before, functions(), strict=True))
    assert before == functions()


def functions() -> tuple:
    return param.read_param_file, _yaml._dump, Repo.open_index


def test_what_lacks_is_done_without(monkeypatch):
    monkeypatch.setattr(dvc_shortcuts, "WRITING", "dvc.utils.serialize._yaml:_dump(data)")
    before = _yaml._dump
    with taken():
        assert _yaml._dump is before


def test_after_an_error_too_the_function_is_the_former_one():
    before = _yaml._dump
    with pytest.raises(ZeroDivisionError), replaced("dvc.utils.serialize._yaml:_dump", write_once):
        raise ZeroDivisionError
    assert _yaml._dump is before


def test_the_same_text_is_written_and_made_once():
    made = []

    def write(data, stream):
        made.append(data)
        _yaml._dump(data, stream)

    shortened, said = write_once(write), {"cmd": "vestige make x", "outs": [{"size": 1}]}
    for data in (said, said, {"outs": [{"size": True}]}, {"outs": [{"size": 1}]}):
        stream, expected = io.StringIO(), io.StringIO()
        shortened(data, stream)
        _yaml._dump(data, expected)
        assert stream.getvalue() == expected.getvalue()
    assert len(made) == 3


def test_an_index_of_git_is_opened_anew_when_it_changed(tmp_path):
    repo = Repo.init(tmp_path)
    shortened = read_index_once(Repo.open_index)
    (tmp_path / "one").write_text("1")
    repo.get_worktree().stage([b"one"])
    first = shortened(repo)
    assert [*first] == [b"one"]
    assert shortened(repo) is first
    (tmp_path / "two").write_text("2")
    repo.get_worktree().stage([b"two"])
    assert [*shortened(repo)] == [b"one", b"two"]
