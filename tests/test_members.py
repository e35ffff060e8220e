"""Snakemake and DVC in a version that lacks a member that is needed here, or that is called in another way."""

import json
import os
import shutil
import subprocess
import sys
import warnings
from contextlib import contextmanager
from enum import Enum, EnumMeta
from pkgutil import resolve_name

import pytest
import snakemake.api  # noqa: F401 - its modules import each other: with another of them first, none can be imported
from dvc.utils.serialize import parse_yaml
from engines import copied, environment, run, status

from vestige.engines import dvc_recording, dvc_repo, internals, snakemake_metadata

RESULT = "results/tiny/selectivity/promoted-seed0.nc"
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


def refusal(member: str) -> str:
    """What is said of an engine without a member."""
    engine = snakemake_metadata.SNAKEMAKE if member.startswith("snakemake") else dvc_repo.DVC
    remedy = f"it works with {engine.name} {engine.tested}: pip install '{engine.package}=={engine.tested}'"
    return f"{engine.name} {engine.installed_version} has no {member.replace(':', '.')}, which vestige needs; {remedy}"


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


# Python runs this as it starts. It renames some names in all the source of an engine, as a newer version might, so that
# the engine works as before; or it lets nothing be imported of it.
OTHERWISE = """
import importlib.machinery, re, sys

class Renamed(importlib.machinery.SourceFileLoader):
    def get_code(self, fullname):
        text = self.get_data(self.path).decode()
        return self.source_to_code(re.sub(r"\\b({names})\\b", r"\\1_of_now", text), self.path)

class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.split(".")[0] not in {packages}:
            return None
        if not "{names}":
            raise ImportError(name)
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            spec.loader = Renamed(name, spec.origin)
        return spec

sys.meta_path.insert(0, Finder)
"""


def run_otherwise(project, command: list[str], packages: set[str], *names: str) -> subprocess.CompletedProcess:
    """Run Python in a project where packages have other names inside, or without any names cannot be imported."""
    folder = project.parent / f"{project.name}-otherwise"
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(OTHERWISE.format(names="|".join(names), packages=packages))
    given = environment(project)
    given["PYTHONPATH"] = os.pathsep.join([str(folder), given["PYTHONPATH"]])
    return subprocess.run([sys.executable, *command], cwd=project, env=given, capture_output=True, text=True)


def vestige(project, command: str, packages: set[str], *names: str) -> subprocess.CompletedProcess:
    """The same of a command of `vestige`."""
    return run_otherwise(project, ["-m", "vestige", *command.split()], packages, *names)


MEMBERS = {
    "_build_dag": "snakemake.workflow:Workflow._build_dag(self)",
    "_write_record": "snakemake.persistence.file:FilePersistence._write_record(self, path, record)",
    "lock_repo": "dvc.repo:lock_repo(repo)",
    "stage_cache": "dvc.repo:Repo.stage_cache",
    "to_single_stage_lockfile": "dvc.stage.serialize:to_single_stage_lockfile(stage)",
    "relink": "dvc.output:Output.commit(self, relink=)",
}


def renamed(fast: str) -> list:
    """The names that are renamed, all but one in the slow tests."""
    return [pytest.param(name, marks=() if name == fast else pytest.mark.nightly) for name in MEMBERS]


@pytest.fixture
def unmarked(project):
    """A project in which neither engine is known to call everything current."""
    (project / "dvc.lock").unlink()
    (project / "work/recorded.json").unlink(missing_ok=True)
    return project


def other_result(project) -> None:
    """Put a result in the place of another, and let DVC take it for that one."""
    shutil.copy(project / RESULT.replace("promoted", "baseline"), project / RESULT)
    run(project, "dvc commit --force --quiet selectivity@tiny-promoted-0")


def lock_lost(project) -> None:
    (project / "dvc.lock").unlink()


@pytest.mark.parametrize("name", renamed(fast="_build_dag"))
def test_sync_says_in_one_sentence_which_member_is_missing(unmarked, name):
    done = vestige(unmarked, "sync", {MEMBERS[name].split(".")[0]}, name)
    assert done.returncode == 1
    assert done.stderr == f"vestige: {refusal(MEMBERS[name])}\n"


@pytest.mark.slow
@pytest.mark.parametrize("name", renamed(fast="stage_cache"))
def test_restore_says_in_one_sentence_which_member_is_missing(project, name):
    (project / RESULT).unlink()
    done = vestige(project, f"restore {RESULT}", {MEMBERS[name].split(".")[0]}, name)
    assert done.returncode == 1
    assert done.stderr == f"vestige: {refusal(MEMBERS[name])}\n"
    assert (project / RESULT).exists() == MEMBERS[name].startswith("snakemake")  # which is told of it afterwards


@pytest.mark.nightly
@pytest.mark.parametrize("event", [other_result, lock_lost])
def test_sync_gives_the_same_answer_without_what_only_makes_it_faster(project, event):
    event(project)
    slower = copied(project, project.parent / "slower")
    quick = vestige(project, "sync", set())
    slow = vestige(slower, "sync", {"dvc"}, "read_param_file", "lockfile_contents")
    assert quick.returncode == 0
    assert (slow.returncode, slow.stdout, slow.stderr) == (quick.returncode, quick.stdout, quick.stderr)
    assert (slower / "dvc.lock").read_bytes() == (project / "dvc.lock").read_bytes()
    assert status(slower) == status(project)


@pytest.mark.parametrize("command", ["verify", pytest.param("make " + RESULT, marks=pytest.mark.slow), "list", "prune"])
def test_what_asks_no_engine_goes_on_without_any(project, command):
    if command.startswith("make"):
        (project / RESULT).unlink()
    done = vestige(project, command, {"dvc", "snakemake"})
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


@pytest.mark.slow
def test_plan_goes_on_and_says_that_it_does_not_know_what_can_be_restored(project):
    (project / RESULT).unlink()
    done = vestige(project, "plan", {"dvc"}, "lock_repo")
    assert done.returncode == 0
    assert done.stderr == f"vestige: it is not known what can be restored: {refusal(MEMBERS['lock_repo'])}\n"
    assert "selectivity" in done.stdout
    assert json.loads(vestige(project, "plan --json", {"dvc"}, "lock_repo").stdout)["total"]["restorable"] == 0


RECORD = "from vestige.commands.record import record; record(); print('went on')"


@pytest.mark.slow
def test_a_run_of_snakemake_goes_well_although_dvc_cannot_be_told(unmarked):
    done = run_otherwise(unmarked, ["-c", RECORD], {"dvc"}, "stage_cache")
    assert (done.returncode, done.stdout) == (0, "went on\n")
    said = f"DVC does not know of this run's results yet ({refusal(MEMBERS['stage_cache'])}): run `vestige sync`"
    assert done.stderr == f"vestige: {said}\n"


def test_entries_in_which_a_list_stands_twice_make_one_lock_file_that_is_read_without_a_warning(dvc_folder):
    (dvc_folder / "params.yaml").write_text("one: &list [1, 2]\nother: *list\n")
    stage = "{cmd: touch OUT, params: [one, other], outs: [OUT]}"
    (dvc_folder / "dvc.yaml").write_text(
        f"stages:\n  a: {stage.replace('OUT', 'a')}\n  b: {stage.replace('OUT', 'b')}\n"
    )
    (dvc_folder / "a").touch()
    (dvc_folder / "b").touch()
    with dvc_recording.open_repo() as repo:
        found = dvc_recording.stages(repo, {})
        entries = [f"  {name}:\n{dvc_recording.commit(found[name], bool)}" for name in "ab"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read = parse_yaml("schema: '2.0'\nstages:\n" + "".join(entries), "dvc.lock")
    assert read["stages"]["b"]["params"]["params.yaml"] == {"one": [1, 2], "other": [1, 2]}
