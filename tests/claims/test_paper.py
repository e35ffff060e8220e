"""Every claim holds where it is true, is refuted where it is not, and is left open by one seed."""

import pytest
from claims.paper import CLAIMS
from claims.worlds import BASELINE, CONDITIONS, COST, KINDS, World, penalty, study

NAMES = [claim.name for claim in CLAIMS]
NEVER = 1e9

# Where the paper is wrong: what differs from the world in which it is right.
FALSE = {
    "selectivity_rises_early": {"rise": 0.0, "recession": 0.0},
    "the_peak_is_in_the_first_epoch": {"recession": -0.2},
    "selectivity_recedes": {"recession": 0.0},
    "selectivity_recedes_quickly": {"decay": 30.0, "recession": 0.6, "rise": 0.7, "scatter": 1e-4},
    "selectivity_does_not_recede_completely": {"recession": 0.4},
    "selectivity_settles": {"decay": 4.0, "recession": 0.8, "rise": 0.9},
    "selectivity_stays_in_the_last_module": {"last_recession": 0.2},
    "selective_ablation_hurts_more_early": {"selective_first": 0.6},
    "selective_ablation_hurts_less_at_the_end": {"selective_last": 0.4},
    "selective_ablation_hurts_more_in_the_last_module": {"last_module": 0.6},
    "selective_area_grows": {"selective_last": 0.35},
    "random_area_stays": {"random_last": 0.65},
    "early_and_late_layers_are_alike_first": {"similar_last": 0.8},
    "early_similarity_is_high": {"similar_first": 0.3},
    "late_similarity_is_low": {"similar_last": 0.6},
    "all_layers_are_more_alike_first": {"neighbours_last": 0.9},
    "suppression_prevents_the_peak": {"suppressed_peak": 0.5},
    "suppression_makes_networks_differ": {"lost_similarity": -0.1},
    "suppression_from_epoch_0_costs_accuracy": {"cost": COST | {-20: 0.0}},
    "suppression_from_later_costs_nothing": {"later_cost": {-20: 0.1}},
    "suppression_costs_more_the_stronger": {"cost": COST | {-1: 0.3, -5: 0.15, -10: 0.1, -20: 0.05}},
    "stronger_suppression_lowers_selectivity_more": {"per_doubling": 0.05},
    "suppression_by_1_does_nothing": {"cost": COST | {-1: 0.1}},
    "suppression_by_5_is_worse_from_epoch_0": {"later_cost": {-5: 0.2}},
    "strong_suppression_is_much_worse_from_epoch_0": {"later_cost": {-10: 0.15}},
    "strong_promotion_saturates_selectivity": {"promoted": 0.7},
    "strong_promotion_leaves_the_last_module_below": {"last_of_promoted": 0.97},
    "strong_promotion_harms": {"cost": COST | {10: 0.0}},
    "weak_promotion_harms": {"cost": COST | {1: 0.0}},
    "kept_on_suppression_is_never_recovered_from": {"long_cost": 0.0},
    "lifted_suppression_is_recovered_from": {"recovery": NEVER},
    "the_gap_closes_after_the_lift": {"recovery": NEVER},
    "recovery_is_slow": {"recovery": 0.3},
    "suppression_over_represents_classes_early": {"excess_first": 0.0},
    "suppression_over_represents_classes_no_more_at_the_end": {"excess_last": 0.5},
    "promotion_over_represents_classes_early": {"excess_first": 0.0},
    "promotion_over_represents_classes_no_more_at_the_end": {"excess_last": 0.5},
}

PLAIN = ["baseline", "long_baseline"]
FROM_ZERO = ["zero_10", "zero_20", "long_kept"]
LIFTED = ["long_lifted"]
STRONG = ["strong_10", "strong_20"]
# The conditions without which a claim says nothing.
NEEDED = {
    **dict.fromkeys(NAMES, PLAIN),
    **dict.fromkeys([name for name in NAMES if name.startswith("suppression_")], FROM_ZERO),
    "suppression_from_later_costs_nothing": ["later_10", "later_20", "later_20_from_1"],
    "suppression_costs_more_the_stronger": ["zero_5", "zero_10", "zero_20"],
    "stronger_suppression_lowers_selectivity_more": ["zero_10"],
    "suppression_by_1_does_nothing": ["zero_1", "later_1"],
    "suppression_by_5_is_worse_from_epoch_0": ["later_5"],
    "strong_suppression_is_much_worse_from_epoch_0": FROM_ZERO,
    **dict.fromkeys([name for name in NAMES if name.startswith(("promotion", "strong_promotion"))], STRONG),
    "weak_promotion_harms": [name for name in CONDITIONS if name.startswith("weak")],
    "kept_on_suppression_is_never_recovered_from": FROM_ZERO,
    **dict.fromkeys(
        ["lifted_suppression_is_recovered_from", "the_gap_closes_after_the_lift", "recovery_is_slow"], LIFTED
    ),
}


def without(names: list[str]) -> dict:
    """The study's conditions but some."""
    return {name: said for name, said in CONDITIONS.items() if name not in names}


@pytest.mark.parametrize("claim", NAMES)
def test_a_claim_that_is_true_is_reproduced(claim, as_the_paper_says):
    assert as_the_paper_says[claim].verdict == "reproduced", as_the_paper_says[claim].explanation


@pytest.mark.parametrize("claim", NAMES)
def test_a_claim_that_is_false_is_contradicted_or_weaker(claim, decided_alone):
    found = decided_alone(claim, World(**FALSE[claim]))
    assert found.verdict in ("contradicted", "weaker than the margin"), found.explanation


@pytest.mark.parametrize("claim", NAMES)
def test_one_seed_leaves_a_claim_undecided(claim, with_one_seed):
    assert with_one_seed[claim].verdict == "undecided"
    assert "1 seed, and a verdict takes 3" in with_one_seed[claim].explanation


@pytest.mark.parametrize("claim", NAMES)
@pytest.mark.slow
def test_a_claim_without_its_conditions_is_not_in_the_study(claim, decided_alone):
    found = decided_alone(claim, World(), without(NEEDED[claim]))
    assert (found.verdict, found.rows) == ("not in this study", [])
    assert "it needs" in found.explanation


def test_an_empty_study_has_none_of_the_claims(decided):
    found = decided({kind: [] for kind in KINDS})
    assert {one.verdict for one in found.values()} == {"not in this study"}
    assert found["selective_area_grows"].explanation.startswith("it has no results of ablation; it needs ")


def test_training_alone_decides_what_can_be_read_off_it(decided, as_the_paper_says):
    found = decided(study(World(), kinds=["training"]))
    expected = {
        n: one.verdict if one.claim.kind == "training" else "not in this study" for n, one in as_the_paper_says.items()
    }
    assert {name: one.verdict for name, one in found.items()} == expected


def test_parts_of_a_claim_have_names_of_their_own(as_the_paper_says):
    for one in as_the_paper_says.values():
        names = [row.part for row in one.rows]
        assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("claim", "parts"),
    [
        ("selectivity_rises_early", ["module 4", "module 5", "module 6", "module 7"]),
        ("selectivity_recedes", ["module 4", "module 5", "module 6"]),
        ("selective_ablation_hurts_more_in_the_last_module", ["module 7"]),
        ("early_and_late_layers_are_alike_first", ["4 with 7", "4 with fc"]),
        ("suppression_makes_networks_differ", ["module 4", "module 5", "module 6"]),
        ("suppression_from_epoch_0_costs_accuracy", ["validation", "training"]),
        ("suppression_from_later_costs_nothing", ["from epoch 1", "from epoch 5"]),
        ("suppression_by_1_does_nothing", ["from epoch 0", "from epoch 5"]),
        ("suppression_costs_more_the_stronger", [""]),
        ("strong_promotion_harms", ["alpha 10 in the first 4 epochs", "alpha 20 in the first 4 epochs"]),
        ("kept_on_suppression_is_never_recovered_from", ["alpha -20 from epoch 0, trained for 36"]),
    ],
)
def test_a_claim_has_these_parts(claim, parts, as_the_paper_says):
    assert [row.part for row in as_the_paper_says[claim].rows] == parts


def test_the_other_pairs_of_layers_are_eight(as_the_paper_says):
    ends = {row.part for row in as_the_paper_says["early_and_late_layers_are_alike_first"].rows}
    others = {row.part for row in as_the_paper_says["all_layers_are_more_alike_first"].rows}
    assert (len(ends), len(others), ends & others) == (2, 8, set())


def test_the_largest_alpha_takes_the_papers_place_where_that_is_lacking(decided_alone):
    conditions = {"baseline": BASELINE, "ten": penalty(-10), "fifteen": penalty(-15), "weak": penalty(-5)}
    found = decided_alone("suppression_from_epoch_0_costs_accuracy", World(cost=COST | {-15: 0.2}), conditions)
    assert [row.part for row in found.rows] == ["validation", "training"]
    assert found.rows[0].statistic == pytest.approx(0.2, abs=0.01)


def test_never_recovering_needs_runs_made_to_see_it(decided_alone):
    conditions = {"baseline": BASELINE, "suppressed": penalty(-20)}
    found = decided_alone("kept_on_suppression_is_never_recovered_from", World(), conditions)
    assert found.verdict == "not in this study"


def test_suppression_of_the_last_module_too_is_something_else(decided):
    conditions = {"baseline": BASELINE, "everywhere": penalty(-20, modules="4 5 6 7")}
    found = decided(study(World(), conditions))["suppression_from_epoch_0_costs_accuracy"]
    assert found.verdict == "not in this study"
