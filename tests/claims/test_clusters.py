"""Each claim of the second paper has the number that a study was made with, holds where it is true and fails else."""

import numpy as np
import pytest
from claims.clusters import CLASSES, CONDITIONS, KINDS, MOST, Clusters, study
from claims.paper import OF_CLUSTERS, ROWS

from vestige.claims.claim import least_accuracy_of
from vestige.claims.evidence import evidence
from vestige.claims.sweeps import find_regulariser
from vestige.claims.verdicts import decide
from vestige.condition import Condition

LEAST = least_accuracy_of(ROWS)
BY_NAME = {claim.name: claim for claim in OF_CLUSTERS}
every_claim = pytest.mark.parametrize("name", BY_NAME)
USUAL = Clusters()
# claim -> the fields of a study in which its number is a value, in every part
AT = {
    "dropout_increases_modularity": lambda v: {"per_dropout": v / MOST},
    "modularity_rises_with_dropout": lambda v: {"per_dropout": v},
    "other_regularisers_increase_modularity": lambda v: {"added": v},
    "dropout_increases_modularity_more": lambda v: {"added": USUAL.per_dropout * MOST - v},
    "training_alone_increases_modularity": lambda v: {"plain": USUAL.untrained + v},
    "unregularised_networks_stay_near_untrained": lambda v: {"plain": USUAL.untrained + v},
    "dropout_adds_no_clusters": lambda v: {"added_clusters": v},
    "upstream_measures_agree": lambda v: {"within": USUAL.across + v},
    "downstream_measures_agree": lambda v: {"within": USUAL.across + v},
    "families_agree_little": lambda v: {"across": v},
    "families_agree_beyond_chance": lambda v: {"across": 0.25 + 0.75 * v},
    "families_agree_less_than_half_way_to_the_ceiling": lambda v: {"across": (0.25 + 0.74) / 2 + 0.75 * v},
    "training_raises_upstream_agreement_most": lambda v: {"within": USUAL.across + 0.1 + v},
    "dropout_modularity_exceeds_nulls": lambda v: {"null": USUAL.plain + USUAL.per_dropout * MOST - v},
    "unregularised_modularity_exceeds_the_gram_null": lambda v: {"null": USUAL.plain - v},
    "clusters_carry_preferred_classes": lambda v: {"classes": v},
    "ablating_a_cluster_costs_more": lambda v: {"cost": USUAL.random_cost + v},
}
PARTS = {
    "dropout_increases_modularity": [
        f"{name}, dropout 0.6" for name in ("input gradient", "covariance", "output gradient")
    ],
    "modularity_rises_with_dropout": ["input gradient", "covariance", "output gradient"],
    "other_regularisers_increase_modularity": ["l1 0.001", "l2 0.01"],
    "dropout_increases_modularity_more": ["dropout 0.6 over l1 0.001", "dropout 0.6 over l2 0.01"],
    "families_agree_little": [""],
    "dropout_modularity_exceeds_nulls": [f"{name}, dropout 0.6" for name in ("shuffled", "strengths", "gram")],
    "ablating_a_cluster_costs_more": ["covariance", "input gradient"],
}


def found(world: Clusters, conditions: dict = CONDITIONS, kinds=KINDS):
    """What claims are read from."""
    return evidence(study(world, conditions, kinds), CLASSES, LEAST)


def decided(name: str, world: Clusters, conditions: dict = CONDITIONS, without: str = ""):
    """What is decided of a claim, from the kinds of results that may bear on it, without one of them."""
    kinds = {"training", "untrained", BY_NAME[name].kind} - {without}
    return decide(BY_NAME[name], found(world, conditions, [kind for kind in KINDS if kind in kinds]))


def values(name: str, world: Clusters, conditions: dict = CONDITIONS) -> list[float]:
    """The numbers of a claim's parts."""
    return [row.statistic for row in decided(name, world, conditions).rows]


def beyond(claim) -> tuple[float, float]:
    """A value at which a claim is true, and one at which it is not."""
    step = claim.margin / 2 or 0.02
    if claim.decision == "equivalent":
        return 0.0, claim.margin + step
    sign = 1 if claim.decision == "greater" else -1
    return claim.margin + sign * step, claim.margin - sign * step


@every_claim
@pytest.mark.parametrize("value", [-0.03, 0.2])
def test_the_numbers_of_a_study_are_those_that_it_was_made_with(name, value):
    numbers = values(name, Clusters(scatter=0, **AT[name](value)))
    assert numbers == pytest.approx([value] * len(numbers), abs=1e-12)
    assert numbers


@every_claim
def test_a_claim_holds_where_it_is_true_and_not_where_it_is_false(name):
    true, false = (decided(name, Clusters(**AT[name](value))).verdict for value in beyond(BY_NAME[name]))
    assert true == "reproduced"
    assert false in ("contradicted", "weaker than the margin")


@pytest.mark.parametrize("name", PARTS)
def test_a_claim_has_these_parts(name):
    assert [row.part for row in decided(name, USUAL).rows] == PARTS[name]


@every_claim
def test_one_seed_leaves_a_claim_undecided(name):
    one = decided(name, Clusters(seeds=(0,)))
    assert (one.verdict, "1 seed, and a verdict takes 3" in one.explanation) == ("undecided", True)


@every_claim
def test_without_results_of_its_kind_a_claim_is_not_in_the_study(name):
    one = decided(name, USUAL, without=BY_NAME[name].kind)
    assert (one.verdict, one.rows) == ("not in this study", [])
    assert one.explanation.startswith(f"it has no results of {BY_NAME[name].kind}; it needs ")


@every_claim
def test_without_a_baseline_a_claim_is_not_in_the_study(name):
    others = {key: said for key, said in CONDITIONS.items() if said}
    assert decided(name, USUAL, others).verdict == "not in this study"


@pytest.mark.parametrize("name", [name for name in BY_NAME if "untrained" in BY_NAME[name].needs])
def test_what_is_compared_with_untrained_networks_needs_some(name):
    assert decided(name, USUAL, without="untrained").verdict == "not in this study"
    (row, *_) = decided(name, USUAL).rows
    assert row.pairing == "unpaired"


def test_networks_without_dropout_say_nothing_of_it():
    others = {key: said for key, said in CONDITIONS.items() if "dropout" not in said}
    read = found(Clusters(seeds=(0,)), others)
    absent = [name for name, claim in BY_NAME.items() if decide(claim, read).verdict == "not in this study"]
    assert absent == [name for name in BY_NAME if "dropout" in name]


def test_a_single_dropout_has_no_slope():
    few = {"baseline": {}, "dropout": {"dropout": 0.5}}
    assert decided("modularity_rises_with_dropout", USUAL, few).verdict == "not in this study"


def test_a_study_without_the_hessian_says_nothing_of_downstream_measures_among_themselves():
    fewer = Clusters(measures=("covariance", "input_gradient", "output_gradient"))
    assert decided("downstream_measures_agree", fewer).verdict == "not in this study"
    assert decided("upstream_measures_agree", fewer).verdict == "reproduced"


def test_a_measure_with_its_own_normalised_version_is_no_pair_of_a_family():
    (value,) = values("upstream_measures_agree", Clusters(scatter=0))
    assert value == pytest.approx(USUAL.within - USUAL.across)


def test_the_slope_is_that_of_the_line_through_all_dropouts():
    bent = {"baseline": {}, **{f"at_{p}": {"dropout": p} for p in (0.1, 0.2, 0.6)}}
    numbers = values("modularity_rises_with_dropout", Clusters(scatter=0, per_dropout=0.25), bent)
    assert numbers == pytest.approx([0.25] * 3)


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


@pytest.mark.parametrize(("draws", "verdict"), [(18, "undecided"), (19, "reproduced")])
def test_fewer_draws_than_nineteen_leave_a_claim_on_nulls_undecided(draws, verdict):
    one = decided("dropout_modularity_exceeds_nulls", Clusters(draws=draws))
    assert one.verdict == verdict
    assert ("it takes 19 draws or more" in one.explanation) == (verdict == "undecided")


def test_modularity_is_held_against_the_largest_draw_of_each_layer():
    results = study(Clusters(scatter=0), kinds=["clustering"])
    for run in results["clustering"]:
        run["null_modularity"][..., 0, 3], run["null_modularity"][..., 1, 7] = 0.5, 0.1
    numbers = [row.statistic for row in decide(BY_NAME["dropout_modularity_exceeds_nulls"], evidence(results, 10)).rows]
    assert numbers == pytest.approx([0.29 - (0.5 + 0.1) / 2] * 3)


def test_a_null_that_was_not_drawn_is_no_part():
    one = decided("dropout_modularity_exceeds_nulls", Clusters(nulls=("strengths",)))
    assert [row.part for row in one.rows] == ["strengths, dropout 0.6"]
    assert decided("dropout_modularity_exceeds_nulls", Clusters(nulls=())).verdict == "not in this study"
    assert decided("unregularised_modularity_exceeds_the_gram_null", Clusters(nulls=("shuffled",))).rows == []


def test_a_layer_without_live_units_leaves_the_seed_without_a_value():
    results = study(USUAL, kinds=["agreement"])
    for run in results["agreement"]:
        if run["seed"] == 1:
            run["similarity"][-1, 0] = np.nan
    one = decide(BY_NAME["families_agree_little"], evidence(results, CLASSES, LEAST))
    assert one.verdict == "undecided"
    assert "no value in seed 1: it takes layers with units that are live by both measures" in one.explanation


@pytest.mark.parametrize(
    ("said", "regulariser"),
    [
        ({"dropout": 0.5}, ("dropout", 0.5)),
        ({"l2": 0.001}, ("l2", 0.001)),
        ({}, None),
        ({"dropout": 0.5, "l2": 0.001}, None),
        ({"learning_rate": 0.5}, None),
        ({"dropout": 0.5, "alpha": -1.0, "modules": "4", "stop": 9}, None),
    ],
)
def test_a_condition_is_of_a_sweep_if_it_sets_one_regulariser_and_nothing_else(said, regulariser):
    plain = {"alpha": 0.0, "start": 0, "stop": 0, "modules": "", "epochs": 9}
    assert find_regulariser(Condition.from_coordinates(plain | said)) == regulariser


def test_a_sweep_of_another_length_than_most_is_left_alone():
    longer = {f"long_{key}": said | {"epochs": 99} for key, said in CONDITIONS.items() if key != "much_l2"}
    assert values("dropout_increases_modularity", USUAL, CONDITIONS | longer) == values(
        "dropout_increases_modularity", USUAL
    )


def test_a_run_that_stopped_early_ends_where_it_stopped():
    runs = found(USUAL, kinds=["training"]).runs("training")[Condition(60)]
    assert [int(run["epochs"]) for run in runs.values()] == [30, 31, 32]
