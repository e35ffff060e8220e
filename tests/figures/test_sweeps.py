import pytest
from unit_results import REGULARIZERS, make_clustering, make_trained, make_unit_runs

from vestige.figures.sweeps import accuracy_of, accurate_runs, runs_of_sweep, strengths, strongest


def test_the_axis_of_l1_and_l2_is_that_of_the_logarithm_over_the_range_of_the_study_and_of_dropout_the_share():
    found = strengths(make_unit_runs("clustering"))
    assert {name: each.x for name, each in found.items()} == pytest.approx(
        {
            "dropout_10": 0.1,
            "dropout_30": 0.3,
            "dropout_50": 0.5,
            "l2_1e_4": 0,
            "l2_1e_2": 1,
            "l1_1e_4": 0,
            "l1_1e_2": 1,
        }
    )


def test_the_range_is_that_of_the_study_also_where_its_end_is_left_out():
    everything = make_unit_runs("clustering", ["l2_1e_4", "l2_1e_2"])
    middle = [make_clustering("l2_1e_4", 0).assign_coords(condition="l2_1e_3", l2=1e-3)]
    assert strengths(middle, [*everything, *middle])["l2_1e_3"].x == pytest.approx(0.5)


def test_networks_under_the_least_accuracy_are_left_out_and_counted():
    training = [make_trained("baseline", seed, accuracy) for seed, accuracy in enumerate([0.9, 0.79, 0.95])]
    kept, count = accurate_runs(make_unit_runs("clustering", ["baseline"]), training, 0.8)
    assert ([run["seed"].item() for run in kept], count) == ([0, 2], 1)


def test_a_regularizer_is_left_out_from_the_least_strength_at_which_more_than_half_of_the_networks_fail():
    names, seeds = ["baseline", "dropout_10", "dropout_30", "dropout_50"], range(3)
    accuracy = {("dropout_30", 0): 0.5, ("dropout_30", 1): 0.5}
    training = [make_trained(name, seed, accuracy.get((name, seed), 0.9)) for name in names for seed in seeds]
    kept, count = accurate_runs(make_unit_runs("clustering", names), training, 0.8)
    assert {run["condition"].item() for run in kept} == {"baseline", "dropout_10"}
    assert count == 6


def test_exactly_half_failing_is_not_more_than_half():
    training = [make_trained("dropout_30", seed, accuracy) for seed, accuracy in enumerate([0.9, 0.5])]
    kept, _ = accurate_runs(make_unit_runs("clustering", ["dropout_30"], [0, 1]), training, 0.8)
    assert [run["seed"].item() for run in kept] == [0]


def test_that_no_network_counts_is_said():
    training = [make_trained("baseline", 0, 0.1)]
    with pytest.raises(ValueError, match=r"the best has an accuracy of 0\.10; give a lower least_accuracy"):
        accurate_runs(make_unit_runs("clustering", ["baseline"], [0]), training, 0.8)


def test_the_accuracy_is_that_of_the_network_that_is_measured():
    training, (run,) = make_trained("baseline", 0), make_unit_runs("clustering", ["baseline"], [0])
    assert accuracy_of(run, training) == 0.95
    assert accuracy_of(run.assign_coords(epoch=[0, 1]), training) == 0.5


def test_a_run_without_its_training_is_named():
    with pytest.raises(ValueError, match="the training of baseline-seed0 is not there"):
        accurate_runs(make_unit_runs("clustering", ["baseline"], [0]), [], 0.8)


def test_penalties_other_settings_and_other_lengths_are_no_part_of_a_sweep():
    plain, dropped = make_unit_runs("clustering", ["baseline", "dropout_30"], [0])
    others = [
        plain.assign_coords(condition="suppressed", alpha=-20.0, stop=12, modules="1"),
        plain.assign_coords(condition="slow", initial_learning_rate=0.1),
        plain.assign_coords(condition="long", epochs=50),
        dropped.assign_coords(condition="dropout_40", dropout=0.4, epochs=51),
    ]
    assert [run["condition"].item() for run in runs_of_sweep([*others, plain, dropped])] == ["baseline", "dropout_30"]
    with pytest.raises(ValueError, match="no network to draw: each has a penalty"):
        runs_of_sweep(others[:2])


def test_the_strongest_of_each_regularizer():
    assert strongest(strengths(make_unit_runs("clustering"))) == {
        "dropout": "dropout_50",
        "l2": "l2_1e_2",
        "l1": "l1_1e_2",
    }
    assert "baseline" in REGULARIZERS
