"""Runs that are killed, or that train side by side, give what each gives alone."""

import os
import random
import shutil
import signal
import time
from pathlib import Path

import pytest
from provenance.trajectories.trainings import RUNS, Killed, began, die, made, results, training

from vestige.commands.make import make


@pytest.mark.parametrize("epoch", range(5))
@pytest.mark.slow
def test_a_run_killed_at_any_epoch_is_finished_by_whoever_goes_the_same_way(here, alone, meanwhile, epoch):
    given = made()
    meanwhile({epoch: die})
    with pytest.raises(Killed):
        make(training(given))
    assert not Path(training(given).output).exists()
    made("longer-seed0", "baseline-seed0")
    assert began("longer-seed0") == epoch
    assert results() == alone("longer-seed0") | alone("baseline-seed0")


@pytest.mark.parametrize("epoch", [1, 3, 4])
@pytest.mark.slow
def test_two_runs_that_go_the_same_way_at_once_do_each_other_no_harm(here, alone, meanwhile, epoch):
    given = made()
    meanwhile({epoch: lambda: make(training(given, "longer-seed0"))})
    make(training(given))
    assert results() == alone("longer-seed0") | alone("baseline-seed0")


@pytest.mark.parametrize("epoch", range(5))
@pytest.mark.slow
def test_a_shared_folder_that_is_emptied_under_a_run_does_it_no_harm(here, alone, meanwhile, epoch):
    given = made()
    meanwhile({epoch: lambda: shutil.rmtree("work/trajectories")})
    make(training(given))
    assert results() == alone("baseline-seed0")


def forked(job):
    """A process of its own that makes a result."""
    if not (child := os.fork()):
        try:
            make(job)
        finally:
            os._exit(0)
    return child


@pytest.mark.slow
@pytest.mark.parametrize("run", RUNS)
def test_a_process_killed_at_any_moment_is_continued_to_the_same_bytes(here, alone, run):
    job, moments = training(made("baseline-seed0"), run), random.Random(run)
    for attempt in range(12):
        Path(job.output).unlink(missing_ok=True)
        if attempt % 4 == 0:
            shutil.rmtree("work/trajectories")
        child = forked(job)
        time.sleep(moments.uniform(0, 0.6))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    make(job)
    assert results() == alone("baseline-seed0") | alone(run)
    assert not any(Path("work/training").iterdir())


@pytest.mark.nightly
def test_processes_that_train_side_by_side_give_what_each_gives_alone(here, alone):
    given = made()
    for _ in range(4):
        for folder in ("work/trajectories", "results/tiny/training"):
            shutil.rmtree(folder, ignore_errors=True)
        for child in [forked(training(given, name)) for name in RUNS]:
            os.waitpid(child, 0)
        assert results() == alone(RUNS[0]) | alone(RUNS[1]) | alone(RUNS[2])
