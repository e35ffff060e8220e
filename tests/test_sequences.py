"""Random sequences of edits and runs through both real engines: what is current is what would be made afresh."""

import random
from pathlib import Path

import pytest
from engine_jobs import asked_again, dvc_stale, snakemake_stale, without_checkpoints
from engines import copied, downstream, edit, few_jobs, new_project, run, study_of, table_jobs, unproven

pytestmark = pytest.mark.nightly
SEQUENCES = 10
STEPS = 4
LEAVES = {
    ("conditions", "suppressed", "alpha"): (-5, -6),
    ("selectivity", "epsilon"): (1e-6, 1e-5),
    ("figures", "training", "regularised_accuracy", "dpi"): (80, 90),
}
COMMENTED = ("src/vestige/stages/training.py", "src/vestige/stages/selectivity.py")
SNAKEMAKE, DVC = "snakemake figures --quiet", "dvc repro --quiet"


def leaf(project: Path, draw: random.Random) -> str:
    """Change a setting, or change it back."""
    keys = draw.choice(list(LEAVES))
    value = draw.choice(LEAVES[keys])
    edit(project, *keys, to=value)
    return f"{'.'.join(keys)} = {value}"


def comment(project: Path, draw: random.Random) -> str:
    """Comment the code."""
    file = draw.choice(COMMENTED)
    with open(project / file, "a") as opened:
        opened.write("# a comment\n")
    return f"a comment in {file}"


def lose(project: Path, draw: random.Random) -> str:
    """Lose a file."""
    path = draw.choice(sorted(path for path in table_jobs(study_of(project)) if (project / path).is_file()))
    (project / path).unlink()
    return f"{path} lost"


def bless(project: Path, draw: random.Random) -> str:
    """Let DVC take what lies there for what the study asks for."""
    run(project, "dvc commit --force --quiet", check=False)
    return "dvc commit --force"


def by(command: str):
    """Run an engine."""

    def step(project: Path, draw: random.Random) -> str:
        run(project, command)
        return command

    return step


def synced(project: Path, draw: random.Random) -> str:
    """Bring back what was made before, and let the engines know."""
    run(project, "vestige restore")
    run(project, "vestige sync")
    return "restore, sync"


KINDS = (leaf, leaf, leaf, comment, lose, bless, by(SNAKEMAKE), by(DVC), synced)


def small_project(folder: Path) -> Path:
    """A project of the tiny study's smallest part, with nothing made."""
    project = new_project(folder)
    few_jobs(project)
    edit(project, "conditions", "promoted", remove=True)
    edit(project, "conditions", "suppressed", "modules", to=[4])
    return project


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """A small study made and synced; not to be changed."""
    project = small_project(tmp_path_factory.mktemp("begun") / "project")
    run(project, SNAKEMAKE)
    run(project, "vestige sync")
    return project


@pytest.fixture(scope="module")
def afresh(tmp_path_factory):
    """What a project's study gives when all of it is made from nothing: each study once."""
    known: dict[str, dict[str, bytes]] = {}

    def made(project: Path) -> dict[str, bytes]:
        study = study_of(project)
        if (key := study.model_dump_json()) not in known:
            fresh = new_project(tmp_path_factory.mktemp("afresh") / "project", project / "params.yaml")
            run(fresh, SNAKEMAKE)
            known[key] = {path: (fresh / path).read_bytes() for path in table_jobs(study)}
        return known[key]

    return made


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.nightly) for seed in range(1, SEQUENCES))])
def test_after_sync_what_is_current_is_what_would_be_made_afresh(begun, afresh, tmp_path, seed):
    draw, project = random.Random(seed), copied(begun, tmp_path / "project")
    steps = [draw.choice(KINDS)(project, draw) for _ in range(STEPS)]
    synced(project, draw)
    study, truth = study_of(project), afresh(project)
    unsound = unproven(project)
    due = downstream(study, set(unsound))
    assert snakemake_stale(project) == due, steps
    assert without_checkpoints(dvc_stale(project)) == due | asked_again(study, due), steps
    for path, job in table_jobs(study).items():
        same = (project / path).is_file() and (project / path).read_bytes() == truth[path]
        if job.output not in unsound:
            assert same, (path, steps)
        elif not any(each.output in unsound for each in job.inputs) and not job.files_beside:
            assert not same, (path, steps)
    run(project, draw.choice([SNAKEMAKE, DVC]))
    assert {path: (project / path).read_bytes() for path in truth} == truth, steps
