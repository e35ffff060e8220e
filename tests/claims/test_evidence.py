"""Conditions are found by what they mean, whatever they are called and in whatever order they come."""

import random

import numpy as np
import pytest
from claims.worlds import BASELINE, CLASSES, CONDITIONS, World, penalty, result, study

from vestige.claims.evidence import evidence
from vestige.condition import Condition

NAMES = ("condition", "condition_first", "condition_second", "pair")


def compared(found: dict) -> dict:
    """What is decided, without the claims."""
    return {name: (one.verdict, one.explanation, repr(one.rows)) for name, one in found.items()}


def test_the_order_of_the_runs_changes_nothing(decided, as_the_paper_says):
    shuffled = {kind: random.Random(0).sample(runs, len(runs)) for kind, runs in study(World()).items()}
    assert compared(decided(shuffled)) == compared(as_the_paper_says)


def test_the_names_of_conditions_change_nothing(decided, as_the_paper_says):
    renamed = {
        kind: [
            run.assign_coords({name: run[name].item()[::-1] for name in NAMES if name in run.coords}) for run in runs
        ]
        for kind, runs in study(World()).items()
    }
    assert compared(decided(renamed)) == compared(as_the_paper_says)


def test_a_run_says_what_was_done_to_it():
    said = penalty(-20, start=5) | {"weight_decay": 0.1}
    found = Condition.from_dataset(result("training", World(later_cost={-20: 0}), "any", said, 0))
    assert found == Condition(12, -20, 5, 12, (4, 5, 6), (("weight_decay", 0.1),))


def test_where_alpha_is_0_the_rest_of_the_penalty_says_nothing():
    plain = result("training", World(), "any", BASELINE | {"start": 3, "stop": 9, "modules": "4"}, 0)
    assert Condition.from_dataset(plain) == Condition(12)


def test_a_baseline_of_other_training_is_no_baseline(decided_alone):
    conditions = {"other": BASELINE | {"weight_decay": 0.1}, "suppressed": penalty(-20)}
    found = decided_alone("suppression_from_epoch_0_costs_accuracy", World(), conditions)
    assert found.verdict == "not in this study"


def test_the_studys_own_training_is_the_one_that_most_conditions_share():
    runs = evidence(study(World(seeds=(0,))), CLASSES)
    assert [group.training.epochs for group in runs.groups(runs.runs("training"))] == [12, 36]


def test_the_modules_penalised_most_often_without_the_last_are_the_early_ones():
    conditions = CONDITIONS | {
        "one": penalty(-20, modules="4"),
        **{f"all_{a}": penalty(a, modules="4 5 6 7") for a in (10, 20)},
    }
    assert evidence(study(World(seeds=(0,)), conditions), CLASSES).early_modules == (4, 5, 6)


def test_a_penalty_on_fewer_modules_is_not_mixed_up_with_the_early_ones(decided_alone):
    conditions = CONDITIONS | {"one": penalty(-20, modules="4")}
    assert len(decided_alone("suppression_from_epoch_0_costs_accuracy", World(), conditions).rows) == 2


def test_silent_units_count_as_zero():
    results = study(World(seeds=(0,), scatter=0))
    for run in results["selectivity"]:
        run["selectivity"][:, run["module"].values == 4] = np.nan
    found = evidence(results, CLASSES)
    (curve,) = found.development(found.runs("selectivity")).values()
    assert curve.sel(module=4).values.tolist() == [0] * 13


@pytest.mark.parametrize(
    ("kind", "quantity", "claim"),
    [
        ("training", "val_accuracy", "suppression_from_epoch_0_costs_accuracy"),
        ("ablation", "accuracy", "random_area_stays"),
        ("cka", "cka", "early_similarity_is_high"),
        ("between", "cka", "suppression_makes_networks_differ"),
    ],
)
@pytest.mark.slow
def test_what_is_not_a_number_in_a_seed_leaves_the_claim_undecided_and_names_the_seed(kind, quantity, claim, decided):
    results = study(World())
    condition = "condition_second" if kind == "between" else "condition"
    damaged = [run for run in results[kind] if run["seed"] == 2 and run[condition] == "baseline"]
    for run in damaged:
        run[quantity][:] = np.nan
    found = decided(results)[claim]
    assert found.verdict == "undecided"
    assert "no value in seed 2" in found.explanation


def test_results_that_hold_no_number_at_all_leave_every_claim_undecided(decided):
    results = study(World(seeds=(0, 1)))
    for kind, quantities in {
        "training": ["val_accuracy", "train_accuracy"],
        "ablation": ["accuracy"],
        "cka": ["cka"],
    }.items():
        for run in results[kind]:
            for quantity in quantities:
                run[quantity][:] = np.nan
    verdicts = {one.verdict for one in decided(results).values() if one.claim.kind in ("ablation", "cka")}
    assert verdicts == {"undecided"}


def test_a_learning_rate_is_the_same_override_under_both_of_its_names():
    said = {name: BASELINE | {name: 0.05} for name in ("learning_rate", "initial_learning_rate")}
    first, second = (Condition.from_dataset(result("cka", World(), "any", one, 0)) for one in said.values())
    assert first == second


def test_where_no_penalty_says_which_modules_are_early_they_are_all_but_the_last():
    assert evidence(study(World(seeds=(0,)), {"b": BASELINE}), CLASSES).early_modules == (4, 5, 6)


def test_early_modules_are_those_penalised(decided):
    conditions = {"b": BASELINE, "two": penalty(-20, modules="4 5")}
    found = decided(study(World(seeds=(0, 1)), conditions))
    assert [row.part for row in found["selectivity_recedes"].rows] == ["module 4", "module 5"]


def test_a_kind_without_results_has_no_runs():
    assert evidence({}, CLASSES).runs("cka") == {}
