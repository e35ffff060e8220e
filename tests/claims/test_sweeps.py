"""Networks that learnt too little are left out and counted, and so are all values from where most are."""

import pytest
from claims.clusters import BY_NAME, CLASSES, CONDITIONS, LEAST, Clusters, decided, found, study, values

from vestige.claims.evidence import evidence
from vestige.claims.verdicts import decide
from vestige.condition import Condition

USUAL = Clusters()


def test_a_network_under_the_least_accuracy_is_left_out_with_its_seed_and_counted():
    world = Clusters(seeds=(0, 1, 2, 3), failing=(("much_dropout", 1),))
    one = decided("dropout_increases_modularity", world)
    assert [(row.seeds, row.left_out, row.pairing) for row in one.rows] == [(3, 1, "paired")] * 3
    assert sorted(one.rows[0].by_seed) == [0, 2, 3]
    assert "1 run under an accuracy of 0.8 left out" in one.rows[0].reason


def test_a_value_at_which_more_than_half_fail_is_left_out_with_all_stronger_ones():
    conditions = CONDITIONS | {"most_dropout": {"dropout": 0.8}}
    world = Clusters(failing=(("much_dropout", 0), ("much_dropout", 2)))
    (row, *_) = decided("dropout_increases_modularity", world, conditions).rows
    assert (row.part, row.left_out, row.seeds) == ("input gradient, dropout 0.3", 2, 3)
    assert "2 runs under an accuracy of 0.8 left out, and dropout from 0.6 on" in row.reason


def test_half_of_the_networks_may_fail():
    world = Clusters(seeds=(0, 1, 2, 3), failing=(("much_dropout", 0), ("much_dropout", 2)))
    (row, *_) = decided("dropout_increases_modularity", world).rows
    assert (row.part, row.seeds) == ("input gradient, dropout 0.6", 2)


def test_where_no_value_is_kept_a_claim_is_undecided_and_says_why():
    failing = tuple((name, seed) for name in ("some_dropout", "much_dropout") for seed in (0, 1, 2))
    one = decided("dropout_increases_modularity", Clusters(failing=failing))
    assert one.verdict == "undecided"
    assert "6 runs under an accuracy of 0.8 left out" in one.rows[0].reason


def test_a_network_that_diverged_learnt_too_little():
    results = study(USUAL, kinds=["training", "clustering"])
    for run in results["training"]:
        if (run["condition"].item(), run["seed"].item()) == ("much_dropout", 1):
            run["diverged"] = 12
    (row, *_) = decide(BY_NAME["dropout_increases_modularity"], evidence(results, CLASSES, LEAST)).rows
    assert (row.seeds, row.left_out) == (2, 1)


def test_all_kept_networks_of_a_seed_count_alike():
    results = study(Clusters(scatter=0), kinds=["agreement"])
    for run in results["agreement"]:
        run["similarity"][:] = {0: 0.2, 1: 0.3, 2: 0.4}[run["seed"].item()] + 0.07 * (run["condition"] == "baseline")
    (row,) = decide(BY_NAME["families_agree_little"], evidence(results, CLASSES, LEAST)).rows
    assert [*row.by_seed.values()] == pytest.approx([0.21, 0.31, 0.41])


@pytest.mark.parametrize(
    ("said", "regularizer"),
    [
        ({"dropout": 0.5}, ("dropout", 0.5)),
        ({"l2": 0.001}, ("l2", 0.001)),
        ({}, None),
        ({"dropout": 0.5, "l2": 0.001}, None),
        ({"learning_rate": 0.5}, None),
        ({"dropout": 0.5, "alpha": -1.0, "modules": "4", "stop": 9}, None),
    ],
)
def test_a_condition_is_of_a_sweep_if_it_sets_one_regularizer_and_nothing_else(said, regularizer):
    plain = {"alpha": 0.0, "start": 0, "stop": 0, "modules": "", "epochs": 9}
    assert Condition.from_coordinates(plain | said).regularizer == regularizer


def test_a_sweep_of_another_length_than_most_is_left_alone():
    longer = {f"long_{key}": said | {"epochs": 99} for key, said in CONDITIONS.items() if key != "much_l2"}
    assert values("dropout_increases_modularity", USUAL, CONDITIONS | longer) == values(
        "dropout_increases_modularity", USUAL
    )


def test_a_run_that_stopped_early_ends_where_it_stopped():
    runs = found(USUAL, kinds=["training"]).runs("training")[Condition(60)]
    assert [int(run["epochs"]) for run in runs.values()] == [30, 31, 32]
