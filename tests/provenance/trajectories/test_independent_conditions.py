"""Independent conditions have seeds of their own and share no epoch."""

import json

import pytest
import xarray as xr
from provenance.trajectories.trainings import PLAIN, RUNS, began, made, study, training

from vestige.provenance import trajectories


def test_independent_conditions_share_nothing_and_have_seeds_of_their_own():
    given = study(training__independent=True)
    assert set(trajectories.count_shared(given).values()) == {0}
    assert all(
        trajectories.lasting_epochs(training(given, run)) == {given.training_of(run[:-6]).epochs} for run in RUNS
    )
    runs = [f"{name}-seed{seed}" for name in PLAIN["conditions"] for seed in (0, 1)]
    seeds = [json.loads(training(given, run).text)["stream"] for run in runs]
    assert len(set(seeds)) == 6
    assert all(isinstance(seed, int) and 0 <= seed < 2**53 for seed in seeds)


def test_the_seed_of_an_independent_run_is_the_same_for_ever():
    # Were it another, all results of such runs would have to be made again.
    assert study(training__independent=True).stream("baseline", 0) == 1832704917616595


def test_seeds_are_paired_where_nothing_is_said():
    given = study()
    assert [json.loads(training(given, run).text)["stream"] for run in RUNS] == [0, 0, 0]
    assert "independent" not in training(given).settings["training"]


def test_a_condition_alone_may_be_independent():
    given = study(conditions__longer={"alpha": 0, "independent": True})
    assert set(trajectories.count_shared(given).values()) == {0, 2}
    assert json.loads(training(given).text)["stream"] == 0


def independent_networks(**changes):
    """The first checkpoints of all conditions of a seed."""
    given = made(*RUNS, training__independent=True, **changes)
    return [xr.open_dataset(training(given, run).output)["checkpoint"].values[0] for run in RUNS]


@pytest.mark.slow
def test_independent_runs_are_other_networks_and_go_on_from_themselves_alone(here):
    assert len(set(independent_networks())) == 3
    assert [began(run) for run in RUNS] == [0, 0, 0]
    independent_networks(training__epochs=5)
    assert [began(run) for run in RUNS[:2]] == [4, 4]
