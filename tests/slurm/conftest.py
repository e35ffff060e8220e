"""One small Slurm for all tests of this folder, and a study made on it and on this machine alone."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import cluster
import pytest
from cluster import EPOCHS, IMPATIENT
from engines import copied, edit, new_project, run

GPUS = "--set-resources training:gpu=1 selectivity:gpu=1 cka:gpu=1"


@dataclass(frozen=True)
class Made:
    """A project whose study was made on a cluster, and Slurm's records of it."""

    project: Path
    jobs: list[dict[str, str]]


@pytest.fixture(scope="session")
def slurm():
    """A running cluster of two nodes, which every command of this process and its children uses."""
    if lacking := cluster.missing():
        (pytest.fail if os.environ.get("VESTIGE_SLURM") == "required" else pytest.skip)(lacking)
    with cluster.cluster() as environment, pytest.MonkeyPatch.context() as patch:
        for name in ("SLURM_CONF", "PATH"):
            patch.setenv(name, environment[name])
        yield


def small(project: Path) -> Path:
    """The tiny study with one seed and one figure of a kind, in jobs that a small machine can run.

    Every stage but `between`, which compares networks of different seeds.
    """
    edit(project, "seeds", to=[0])
    edit(project, "conditions", "promoted", remove=True)
    edit(project, "training", "epochs", to=EPOCHS)
    edit(project, "applies", "cka", to=["baseline"])
    edit(project, "between", to={})
    edit(project, "figures", "between", to={})
    edit(project, "figures", "selectivity", "emergence", remove=True)
    return project


@pytest.fixture(scope="session")
def local(tmp_path_factory):
    """The small study made on this machine without Slurm; not to be changed."""
    project = small(new_project(tmp_path_factory.mktemp("local") / "project"))
    run(project, "snakemake figures --quiet")
    return project


@pytest.fixture(scope="session")
def by_slurm(slurm, tmp_path_factory):
    """The small study made by `snakemake --profile slurm figures`; not to be changed."""
    project = small(new_project(tmp_path_factory.mktemp("slurm") / "project"))
    run(project, f"snakemake --profile slurm figures --jobs 4 {IMPATIENT} {GPUS}", timeout=600)
    return Made(project, cluster.jobs(project))


@pytest.fixture
def untrained(slurm, local, tmp_path):
    """A project of one's own with images, where nothing has been trained yet."""
    project = copied(local, tmp_path / "project")
    for path in [*project.glob("results/tiny/*"), *project.glob("work/*"), *project.glob("logs/*/*")]:
        if path.name not in ("images.nc", "images"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return project
