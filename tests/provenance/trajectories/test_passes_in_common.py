"""How many passes two trainings have in common, and which of their states last."""

from pathlib import Path

import pytest
from engines import ROOT
from provenance.trajectories.trainings import RUNS, study, training

from vestige.config import loading
from vestige.provenance import proofs, trajectories

CROP = {"scale": [0.5, 1], "ratio": [1, 1]}


def passes_shared(one, other):
    """How many passes two trainings have in common."""
    return trajectories.passes_in_common(trajectories.keys(one), trajectories.keys(other))


def test_the_intervention_of_the_paper_saves_at_most_32_of_380_epochs_a_seed():
    intervention = loading.read(ROOT / "studies" / "imagenet-intervention.yaml")
    shared = trajectories.count_shared(intervention)
    of_seed = {path: epochs for path, epochs in shared.items() if path.endswith("-seed0.nc")}
    assert sum(len(trajectories.keys(training(intervention, Path(path).stem))) - 1 for path in of_seed) == 380
    assert sum(of_seed.values()) == 32
    assert sum(shared.values()) == 32 * len(intervention.seeds)


def test_what_is_shared_is_counted_for_the_later_run_in_the_table():
    assert [trajectories.count_shared(study())[training(study(), run).output] for run in RUNS] == [0, 2, 4]


@pytest.mark.parametrize(
    ("one", "other", "passes"),
    [
        ({}, {}, 4),
        ({"study": "other"}, {}, 4),
        ({"scratch": "elsewhere"}, {}, 4),
        ({"training__epochs": 9, "conditions__longer__epochs": 10}, {}, 4),
        ({"training__class_reduction": "sum", "training__epsilon": 1e-3}, {}, 4),
        ({"selectivity__epsilon": 1e-3}, {}, 4),
        ({"training__momentum": 0.8}, {}, -1),
        ({"training__flip": 0.5}, {}, -1),
        ({"training__precision": "bfloat16"}, {}, -1),
        ({"training__memory_format": "contiguous"}, {}, -1),
        ({"training__compile": True}, {}, -1),
        ({"training__devices": 2}, {}, -1),
        ({"network__width": 5}, {}, -1),
        ({"threads": 2}, {}, -1),
        ({"images__split_seed": 1}, {}, -1),
        ({"images__crop": 6}, {}, -1),
        ({"images__crop": 6, "training__random_crop": CROP}, {"images__crop": 6}, -1),
        ({"images__crop": 6, "training__random_crop": CROP}, {"images__crop": 5, "training__random_crop": CROP}, -1),
    ],
)
def test_a_baseline_is_the_same_way_as_long_as_all_that_determines_it_is(one, other, passes):
    assert passes_shared(training(study(**one)), training(study(**other))) == passes


@pytest.mark.parametrize(
    ("penalty", "passes"),
    [
        ({"alpha": -5, "modules": [4, 5], "start": 2, "stop": 3}, 3),
        ({"alpha": -5, "modules": [5, 4], "start": 2, "epochs": 9}, 4),
        ({"alpha": -5, "modules": [4, 5], "start": 3}, 2),
        ({"alpha": -6, "modules": [4, 5], "start": 2}, 2),
        ({"alpha": -5, "modules": [4], "start": 2}, 2),
        ({"alpha": -5, "modules": [4, 5], "start": 0}, 0),
        ({"alpha": -5, "modules": [4, 5], "start": 2, "epsilon": 1e-3}, 2),
        ({"alpha": -5, "modules": [4, 5], "start": 2, "learning_rate": 0.2}, -1),
    ],
)
def test_penalised_runs_share_the_passes_that_are_penalised_alike(penalty, passes):
    given = study(conditions__other=penalty)
    assert passes_shared(training(given, "suppressed-seed0"), training(given, "other-seed0")) == passes


def test_other_seeds_share_nothing():
    assert passes_shared(training(study()), training(study(), "baseline-seed1")) == -1


def test_other_code_shares_nothing(monkeypatch):
    before = trajectories.keys(training(study()))
    monkeypatch.setattr(proofs, "code_digests", lambda job: {"stages/training.py": "edited"})
    assert trajectories.passes_in_common(before, trajectories.keys(training(study()))) == -1


def test_other_versions_of_packages_share_nothing(monkeypatch):
    before = trajectories.keys(training(study()))
    monkeypatch.setattr(trajectories, "versions", lambda files: {"torch": "0"})
    assert trajectories.passes_in_common(before, trajectories.keys(training(study()))) == -1


def test_states_last_where_ways_part_and_at_the_end():
    assert [sorted(trajectories.lasting_epochs(training(study(), run))) for run in RUNS] == [[2, 4], [2, 4], [2, 4, 6]]
    alone = study(conditions={"baseline": {"alpha": 0}})
    assert trajectories.lasting_epochs(training(alone)) == {4}
