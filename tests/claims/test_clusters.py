"""Each claim of the second paper has the number that a study was made with, holds where it is true and fails else."""

import numpy as np
import pytest
from claims.clusters import BY_NAME, CLASSES, CONDITIONS, LEAST, MOST, Clusters, decided, found, study, values

from vestige.claims.evidence import evidence
from vestige.claims.verdicts import decide

every_claim = pytest.mark.parametrize("name", BY_NAME)
USUAL = Clusters()
# claim -> the fields of a study in which its number is a value, in every part
AT = {
    "dropout_increases_modularity": lambda v: {"per_dropout": v / MOST},
    "modularity_rises_with_dropout": lambda v: {"per_dropout": v},
    "other_regularizers_increase_modularity": lambda v: {"added": v},
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
    "other_regularizers_increase_modularity": ["l1 0.001", "l2 0.01"],
    "dropout_increases_modularity_more": ["dropout 0.6 over l1 0.001", "dropout 0.6 over l2 0.01"],
    "families_agree_little": [""],
    "dropout_modularity_exceeds_nulls": [f"{name}, dropout 0.6" for name in ("shuffled", "strengths", "gram")],
    "ablating_a_cluster_costs_more": ["covariance", "input gradient"],
}


def beyond(claim) -> tuple[float, float]:
    """A value at which a claim is true, and one at which it is not."""
    step = claim.margin / 2 or 0.02
    if claim.decision == "equivalent":
        return 0.0, claim.margin + step
    sign = 1 if claim.decision == "greater" else -1
    return claim.margin + sign * step, claim.margin - sign * step


@every_claim
@pytest.mark.parametrize("value", [-0.03, 0.2])
@pytest.mark.slow
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
@pytest.mark.slow
def test_without_results_of_its_kind_a_claim_is_not_in_the_study(name):
    one = decided(name, USUAL, without=BY_NAME[name].kind)
    assert (one.verdict, one.rows) == ("not in this study", [])
    assert one.explanation.startswith(f"it has no results of {BY_NAME[name].kind}; it needs ")


@every_claim
@pytest.mark.slow
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


def test_shuffled_matrices_alone_decide_nothing():
    one = decided("dropout_modularity_exceeds_nulls", Clusters(nulls=("shuffled",)))
    assert (one.verdict, one.rows) == ("not in this study", [])
    assert "not the shuffled one alone" in one.explanation
