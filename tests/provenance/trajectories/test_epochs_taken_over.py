"""A run that takes epochs from another, or from itself at another length, is as if trained alone."""

import shutil
from pathlib import Path

import pytest
from provenance.trajectories.trainings import RUNS, began, kinds, made, results, study, training

from vestige.provenance import trajectories


@pytest.mark.slow
@pytest.mark.parametrize("run", RUNS[1:])
def test_a_run_that_takes_its_first_epochs_from_another_is_as_if_trained_alone(here, alone, run):
    made("baseline-seed0", run)
    assert began(run) == {"suppressed-seed0": 2, "longer-seed0": 4}[run]
    assert results() == alone("baseline-seed0") | alone(run)


@pytest.mark.slow
def test_a_run_that_was_made_longer_is_as_if_trained_at_once(here, alone):
    longer = {"training__epochs": 6, "conditions__longer__epochs": 7}
    made("suppressed-seed0")
    made("suppressed-seed0", **longer)
    assert began("suppressed-seed0") == 4
    assert results() == alone("suppressed-seed0", **longer)


@pytest.mark.slow
def test_a_run_that_was_made_shorter_is_as_if_trained_at_once(here, alone):
    made("longer-seed0")
    made("longer-seed0", conditions__longer__epochs=2, conditions__suppressed__start=1)
    assert results() == alone("longer-seed0", conditions__longer__epochs=2, conditions__suppressed__start=1)


@pytest.mark.slow
def test_a_run_of_another_study_with_the_same_images_is_gone_on_from(here, alone):
    made("baseline-seed0")
    made("longer-seed0", study="other")
    assert began("longer-seed0", "other") == 4
    assert alone("longer-seed0", study="other").items() <= results().items()


@pytest.mark.slow
def test_a_longer_run_leaves_states_where_others_part_from_it_and_at_its_end(here):
    given = made("longer-seed0")
    assert kinds() == (7, 3)
    assert [trajectories.first_epoch_to_train(training(given, run)) for run in RUNS] == [4, 2, 6]


def test_what_lies_in_scratch_is_on_the_disk_once(here):
    made("baseline-seed0")
    shared = {path.stat().st_ino for path in Path("work/trajectories").glob("*-weights-*")}
    assert {path.stat().st_ino for path in Path("results/tiny/checkpoints/baseline-seed0").iterdir()} == shared
    assert not any(Path("work/training").iterdir())


def test_nothing_is_begun_before_anything_is_trained(here):
    assert trajectories.first_epoch_to_train(training(study())) == 0
    assert trajectories.first_epoch_to_train(training(study(scratch="$NOWHERE_AT_ALL/x"))) == 0


@pytest.mark.slow
def test_an_emptied_scratch_costs_time_alone(here, alone):
    made("baseline-seed0")
    shutil.rmtree("work")
    made("baseline-seed0", "suppressed-seed0")
    assert began("suppressed-seed0") == 0
    assert results() == alone("baseline-seed0") | alone("suppressed-seed0")


@pytest.mark.slow
def test_damage_in_scratch_costs_time_alone(here, alone):
    made("baseline-seed0")
    for path in Path("work/trajectories").iterdir():
        path.rename(path.with_suffix(".moved"))
        path.write_bytes(path.with_suffix(".moved").read_bytes()[:-3])
        path.with_suffix(".moved").unlink()
    made("suppressed-seed0")
    assert results() == alone("baseline-seed0") | alone("suppressed-seed0")
