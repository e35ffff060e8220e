"""Snakemake and DVC in a version that lacks a member that is needed here, or that is called in another way."""

from contextlib import contextmanager
from enum import Enum, EnumMeta
from pkgutil import resolve_name

import pytest
import snakemake.api  # noqa: F401 - its modules import each other: with another of them first, none can be imported
from member_refusals import refusal

from vestige.engines import dvc_recording, dvc_repo, internals, snakemake_metadata

OPENS = {
    snakemake_metadata: snakemake_metadata.open_workflow,
    dvc_repo: dvc_repo.open_repo,
    dvc_recording: dvc_recording.open_repo,
}
NEEDED = [pytest.param(opened, member, id=member) for user, opened in OPENS.items() for member in user.MEMBERS]
CALLED = [each for each in NEEDED if each.id.endswith(")")]


def place_of(member: str) -> tuple:
    """What a member belongs to, and its name."""
    owner, _, name = member.partition("(")[0].replace(":", ".").rpartition(".")
    return resolve_name(owner), name


def take_away(monkeypatch, member: str) -> None:
    """Take a member out of its module, or out of its class and the classes above."""
    owner, name = place_of(member)
    if isinstance(owner, EnumMeta):  # it lets none go
        monkeypatch.setattr(member.partition(".ALL")[0].replace(":", "."), Enum("Other", ["OTHER"]))
        return
    for each in getattr(owner, "__mro__", [owner]):
        if name in vars(each):
            monkeypatch.delattr(each, name)


@contextmanager
def refused(member: str):
    """What is done in it is refused for want of a member."""
    with pytest.raises(internals.MemberMissing) as refused:
        yield
    assert str(refused.value) == refusal(member)


@pytest.mark.usefixtures("dvc_folder")
@pytest.mark.parametrize(("opened", "member"), NEEDED)
def test_an_engine_without_a_member_is_refused(opened, member, monkeypatch):
    take_away(monkeypatch, member)
    with refused(member), opened():
        pass


@pytest.mark.usefixtures("dvc_folder")
@pytest.mark.parametrize(("opened", "member"), CALLED)
def test_an_engine_whose_member_is_called_in_another_way_is_refused(opened, member, monkeypatch):
    monkeypatch.setattr(*place_of(member), lambda: None)
    with refused(member), opened():
        pass


@pytest.mark.usefixtures("dvc_folder")
@pytest.mark.parametrize("member", dvc_recording.OF_A_REPO)
def test_a_repo_without_a_member_is_refused(member, monkeypatch):
    with dvc_repo.open_repo() as repo, monkeypatch.context() as patch:
        patch.delattr(repo, member.split(".")[2])
        with refused(member):
            dvc_recording.check(repo)


@pytest.mark.usefixtures("dvc_folder")
def test_a_repo_that_does_not_say_where_its_cache_lies_is_refused(monkeypatch):
    with dvc_repo.open_repo() as repo, monkeypatch.context() as patch:
        patch.delattr(repo.cache.legacy, "path")
        with refused(*dvc_repo.OF_A_REPO):
            dvc_repo.root(repo)


@pytest.mark.usefixtures("dvc_folder")
@pytest.mark.parametrize("member", [*dvc_recording.OF_A_STAGE, *dvc_recording.OF_AN_OUT])
@pytest.mark.parametrize("asked", [dvc_recording.current, lambda stage: dvc_recording.commit(stage, bool)])
def test_a_stage_without_a_member_is_refused(asked, member):
    with dvc_recording.open_repo() as repo:
        stage = dvc_recording.stages(repo, {})["copy"]
        delattr(stage if member in dvc_recording.OF_A_STAGE else stage.outs[0], member.rpartition(".")[2])
        with refused(member):
            asked(stage)


def test_without_dvc_here_nothing_of_it_is_needed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delattr("dvc.repo.Repo")
    with pytest.raises(dvc_repo.Absent), dvc_recording.open_repo():
        pass


def test_an_engine_that_is_not_installed_is_named():
    lacking = internals.Engine("Luigi", "luigi-that-nobody-has", tested="3.6.0")
    with pytest.raises(internals.MemberMissing, match=r"^Luigi \(not installed\) has no luigi_x\.Task, which"):
        internals.check(lacking, ["luigi_x:Task"])
