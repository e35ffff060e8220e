"""Commands beside a Snakemake or a DVC whose members have other names, or that cannot be imported."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from engines import copied, environment, run, status
from member_refusals import refusal

RESULT = "results/tiny/selectivity/promoted-seed0.nc"


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
