"""Results made in one clone are used in another, through a DVC remote, without a job run."""

import shutil

import pytest
from engine_jobs import snakemake_stale
from engines import copied, edit, new_project, run, status, unproven

FIGURE = "results/tiny/figures/emergence.png"
pytestmark = pytest.mark.nightly


@pytest.fixture
def shared(by_both, tmp_path):
    """A project whose results were pushed to a folder."""
    project = copied(by_both, tmp_path / "one")
    run(project, f"dvc remote add --default shared {tmp_path / 'remote'}")
    run(project, "git add -A")
    run(project, "git -c user.name=a -c user.email=a@b commit --quiet --message one")
    run(project, "dvc push --quiet")
    return project


@pytest.fixture
def clone(shared, tmp_path):
    """A clone of it in which nothing was fetched yet."""
    run(tmp_path, f"git clone --quiet {shared} clone")
    return tmp_path / "clone"


def jobs_run(project) -> set[str]:
    """The results whose making was begun here."""
    return {path.stem for path in project.glob("logs/**/*.log")}


def test_what_is_pulled_is_proven_and_both_engines_know_it(clone):
    run(clone, "dvc pull --quiet")
    run(clone, "vestige sync")
    assert unproven(clone) == {}
    assert status(clone) == {}
    assert snakemake_stale(clone) == set()
    run(clone, "snakemake figures --quiet all")
    run(clone, "dvc repro --quiet")
    assert jobs_run(clone) == set()


def test_restore_brings_back_from_a_remote_what_is_not_here(clone):
    assert "0 remain" in run(clone, "vestige restore").stdout
    assert unproven(clone) == {}
    assert status(clone) == {}
    assert snakemake_stale(clone) == set()
    assert jobs_run(clone) == set()


def test_kinds_without_a_result_are_no_loss_to_dvc_after_a_checkout_and_a_sync(project):
    shutil.rmtree(project / "results")
    run(project, "dvc checkout --quiet")
    assert not (project / "results/tiny/clustering").exists()
    run(project, "vestige sync")
    assert status(project) == {}
    assert "up to date" in run(project, "dvc repro").stdout


def test_an_edit_after_a_pull_makes_only_what_it_concerns(clone):
    run(clone, "dvc pull --quiet")
    run(clone, "vestige sync")
    edit(clone, "conditions", "promoted", "alpha", to=3)
    assert "results/tiny/training/promoted-seed0.nc" in snakemake_stale(clone)
    assert "results/tiny/training/baseline-seed0.nc" not in snakemake_stale(clone)


def test_a_laptop_without_checkpoints_replots(clone):
    results = run(clone, "vestige list").stdout.split()
    run(clone, f"dvc pull --quiet {' '.join(results)}")
    beside = sorted(path for path in unproven(clone) if "/figures/" in path or "claims" in path)
    run(clone, f"vestige restore {' '.join(beside)}")
    assert not (clone / "results/tiny/checkpoints").exists()
    edit(clone, "figures", "selectivity", "emergence", "dpi", to=60)
    run(clone, "vestige sync")
    assert snakemake_stale(clone) == {
        *(FIGURE.replace("png", end) for end in ("png", "pdf", "csv")),
        "results/tiny/report.html",
    }
    run(clone, "snakemake figures --quiet all")
    assert jobs_run(clone) == {"emergence", "report"}
    assert {path for path in unproven(clone) if "/training/" not in path} == set()


@pytest.mark.nightly
def test_a_laptop_replots_with_dvc_alone(clone):
    results = run(clone, "vestige list").stdout.split()
    run(clone, f"dvc pull --quiet {' '.join(results)}")
    edit(clone, "figures", "selectivity", "emergence", "dpi", to=60)
    run(clone, "vestige check")
    run(clone, "dvc repro --quiet --single-item figures_selectivity@tiny-emergence")
    assert FIGURE not in unproven(clone)


def test_a_clone_without_a_cache_of_its_own_is_filled_by_sync(shared, tmp_path):
    project = new_project(tmp_path / "other")
    shutil.copytree(shared / "results", project / "results")
    run(project, "vestige sync")
    assert unproven(project) == {}
    assert status(project) == {}
    assert snakemake_stale(project) == set()
