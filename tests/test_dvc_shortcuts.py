"""Shortcuts through DVC say what the long way says, and end with the view of the project."""

import io
import shutil
from collections import OrderedDict

import pytest
from dulwich.repo import Repo
from dvc import dependency
from dvc.output import Output
from dvc.utils.serialize import _yaml

from vestige.engines import dvc_recording, dvc_shortcuts
from vestige.engines.dvc_shortcuts import read_index_once, replace_member, use_shortcuts, write_once


def test_they_are_taken_for_a_while():
    before = functions()
    with use_shortcuts():
        assert all(one is not other for one, other in zip(before, functions(), strict=True))
    assert before == functions()


def functions() -> tuple:
    return _yaml._dump, Output.save, dependency._get, Repo.open_index


def test_what_lacks_is_done_without(monkeypatch):
    monkeypatch.setattr(dvc_shortcuts, "WRITING", "dvc.utils.serialize._yaml:_dump(data)")
    before = _yaml._dump
    with use_shortcuts():
        assert _yaml._dump is before


def test_after_an_error_too_the_function_is_the_former_one():
    before = _yaml._dump
    with pytest.raises(ZeroDivisionError), replace_member("dvc.utils.serialize._yaml:_dump", write_once):
        raise ZeroDivisionError
    assert _yaml._dump is before


def test_the_same_text_is_written_and_each_part_of_it_made_once():
    made = []

    def write(data, stream):
        made.append(data)
        _yaml._dump(data, stream)

    shortened, params = write_once(write), {"params.yaml": {"seeds": [0, 1], "text": "a: b", "none": None, "on": "yes"}}
    said = {"cmd": "vestige make x", "params": params, "outs": [{"size": 1}]}
    of_another_kind = OrderedDict(said, params=OrderedDict(params))
    for data in (said, said, of_another_kind, {"outs": [{"size": True}]}, {"outs": [{"size": 1}]}, {}):
        stream, expected = io.StringIO(), io.StringIO()
        shortened(data, stream)
        _yaml._dump(data, expected)
        assert stream.getvalue() == expected.getvalue()
    assert made == [{key: value} for key, value in said.items()] + [{"outs": [{"size": True}]}, {}]


def test_a_stage_is_filed_by_the_digests_that_it_was_saved_with(dvc_folder, monkeypatch):
    """They are looked for once, of a dependency and of a result, and the run-cache has what it has without."""
    (dvc_folder / "dvc.yaml").write_text("stages:\n  a: {cmd: cp a b, deps: [a], outs: [b]}\n")
    for name in "ab":
        (dvc_folder / name).write_text("1")
    find, looked = Output.get_hash, []
    monkeypatch.setattr(Output, "get_hash", lambda output: looked.append(output) or find(output))
    with dvc_recording.open_repo() as repo:
        dvc_recording.commit(dvc_recording.stages(repo, {})["a"], bool)
    assert not looked
    runs = [path.read_text() for path in (dvc_folder / ".dvc/cache/runs").rglob("*") if path.is_file()]
    monkeypatch.setattr(dvc_shortcuts, "HASHING", "dvc.output:Output.none()")
    shutil.rmtree(dvc_folder / ".dvc/cache/runs")
    with dvc_recording.open_repo() as repo:
        dvc_recording.commit(dvc_recording.stages(repo, {})["a"], bool)
    assert looked
    assert runs == [path.read_text() for path in (dvc_folder / ".dvc/cache/runs").rglob("*") if path.is_file()]


def test_a_file_on_which_two_stages_depend_is_read_once(dvc_folder, monkeypatch):
    stages = "".join(f"  {name}: {{cmd: cp a {name}, deps: [a], outs: [{name}]}}\n" for name in "bc")
    (dvc_folder / "dvc.yaml").write_text(f"stages:\n{stages}")
    for name in "abc":
        (dvc_folder / name).write_text("1")
    save, saved = Output.save, []
    monkeypatch.setattr(Output, "save", lambda output: saved.append(output.fs_path) or save(output))

    def commit_both() -> list[str]:
        with dvc_recording.open_repo() as repo:
            return [dvc_recording.commit(stage, bool) for stage in dvc_recording.stages(repo, {}).values()]

    said = commit_both()
    assert saved.count(str(dvc_folder / "a")) == 1
    monkeypatch.setattr(dvc_shortcuts, "SAVING", "dvc.output:Output.none()")
    assert commit_both() == said
    assert saved.count(str(dvc_folder / "a")) == 3


def test_a_dependency_of_two_stages_is_made_once_and_each_has_its_own(dvc_folder, monkeypatch):
    """What one stage notes of the file reaches no other, and what is said of a stage is what it is without."""
    stages = "".join(f"  {name}: {{cmd: cp a {name}, deps: [a], outs: [{name}]}}\n" for name in "bc")
    (dvc_folder / "dvc.yaml").write_text(f"stages:\n{stages}")
    for name in "abc":
        (dvc_folder / name).write_text("1")

    def state_of_both() -> list[tuple]:
        """Of each stage, after the first alone was saved: its own stage, and what it says of the file."""
        with dvc_recording.open_repo() as repo:
            first, second = dvc_recording.stages(repo, {}).values()
            dvc_recording.commit(first, bool)
            (one,), (other,) = first.deps, second.deps
            assert (one.stage, other.stage) == (first, second)
            return [(each.fs_path, each.hash_info, each.meta, each.def_path) for each in (one, other)]

    made, make = [], dependency.Dependency
    monkeypatch.setattr(dependency, "Dependency", lambda *given, **more: made.append(given) or make(*given, **more))
    states = state_of_both()
    assert len(made) == 1
    assert states[0][1]
    assert not states[1][1]
    monkeypatch.setattr(dvc_shortcuts, "LOADING", "dvc.dependency:_none()")
    assert state_of_both() == states
    assert len(made) == 3


def test_a_file_that_was_edited_meanwhile_is_read_again(dvc_folder):
    (dvc_folder / "dvc.yaml").write_text("stages:\n  b: {cmd: cp a b, deps: [a], outs: [b]}\n")
    for name in "ab":
        (dvc_folder / name).write_text("1")
    with dvc_recording.open_repo() as repo:
        (stage,) = dvc_recording.stages(repo, {}).values()
        first = dvc_recording.commit(stage, bool)
        (dvc_folder / "a").write_text("22")
        assert dvc_recording.commit(stage, bool) != first


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
