"""After events that change no result, and after a run in either engine, `vestige sync` leaves nothing to do."""

import shutil

import pytest
from commands.sync.agreement import RUN, assert_nothing_to_do, marked
from engines import (
    branch_and_back,
    edit,
    run,
)

CODE = "src/vestige/stages/training.py"


def comment(project) -> None:
    (project / CODE).write_text((project / CODE).read_text() + "\n# a comment\n")


def metadata_lost(project) -> None:
    shutil.rmtree(project / ".snakemake")


def cache_lost(project) -> None:
    shutil.rmtree(project / ".dvc/cache")


def lock_lost(project) -> None:
    (project / "dvc.lock").unlink()


def checked_out(project) -> None:
    shutil.rmtree(project / "results")
    run(project, "dvc checkout --quiet")


def made_by_hand(project) -> None:
    (project / RUN).unlink()
    run(project, f"vestige make {RUN}")


NOTHING = {
    "a comment edited in the training code": comment,
    "a branch switched and back": branch_and_back,
    "Snakemake's memory lost": metadata_lost,
    "DVC's cache lost": cache_lost,
    "dvc.lock lost": lock_lost,
    "a checkout": checked_out,
    "a result made by hand": made_by_hand,
}


@pytest.mark.slow
@pytest.mark.parametrize("event", marked(NOTHING))
def test_nothing_is_to_do_after(project, event):
    event(project)
    run(project, "vestige sync")
    assert_nothing_to_do(project)


@pytest.mark.nightly
def test_a_run_in_either_engine_is_known_to_the_other(project):
    edit(project, "figures", "selectivity", "emergence", "dpi", to=60)
    run(project, "dvc repro --quiet")
    run(project, "vestige sync")
    assert_nothing_to_do(project)
    edit(project, "figures", "selectivity", "emergence", "dpi", to=70)
    run(project, "snakemake figures --quiet all")
    assert_nothing_to_do(project)  # the Snakefile has told DVC
