"""Where a claim stops to hold, or to be one that the study can speak to."""

import numpy as np
import pytest
from claims.paper import CLAIMS
from claims.worlds import BASELINE, CONDITIONS, COST, World, penalty, study

from vestige.claims.evidence import evidence
from vestige.claims.verdicts import decide

NEVER = 1e9


def test_never_recovering_is_not_seen_in_training_less_than_twice_as_long(decided_alone):
    conditions = {
        "baseline": BASELINE,
        "suppressed": penalty(-20),
        "longer_baseline": BASELINE | {"epochs": 20},
        "longer": penalty(-20, stop=20, epochs=20),
    }
    found = decided_alone("kept_on_suppression_is_never_recovered_from", World(), conditions)
    assert found.verdict == "not in this study"


@pytest.mark.parametrize("name", ["zero_20", "long_lifted"])
def test_never_recovering_is_seen_beside_a_shorter_twin_or_a_lifted_one(name, decided_alone):
    other = {"zero_20": "long_lifted", "long_lifted": "zero_20"}[name]
    conditions = {one: said for one, said in CONDITIONS.items() if one != other}
    found = decided_alone("kept_on_suppression_is_never_recovered_from", World(), conditions)
    assert found.verdict == "reproduced"


@pytest.mark.parametrize(
    ("claim", "changed"),
    [
        ("suppression_from_later_costs_nothing", {"later_cost": {-20: -0.04}}),
        ("lifted_suppression_is_recovered_from", {"long_cost": -0.04, "recovery": NEVER}),
    ],
)
def test_an_improvement_costs_nothing(claim, changed, decided_alone):
    assert decided_alone(claim, World(**changed)).verdict == "reproduced"


def test_an_improvement_by_suppression_at_1_is_not_nothing(decided_alone):
    found = decided_alone("suppression_by_1_does_nothing", World(cost=COST | {-1: -0.04}))
    assert found.verdict == "contradicted"


def test_a_rise_over_many_epochs_is_not_sharp(decided):
    results = study(World(), {"baseline": BASELINE}, kinds=["selectivity"])
    for run in results["selectivity"]:
        run["selectivity"][:] = 0.1 + (0.5 + 0.001 * run["seed"]) * run["epoch"] / 12
    assert decided(results)["selectivity_rises_early"].verdict == "weaker than the margin"


def test_a_rise_that_is_sharp_and_goes_on_is_sharp(decided):
    results = study(World(), {"baseline": BASELINE}, kinds=["selectivity"])
    for run in results["selectivity"]:
        epoch = run["epoch"].values
        sharp = 0.3 * (1 - np.exp(-2.0 * epoch)) + 0.2 * epoch / 12
        run["selectivity"][:] = (0.1 + sharp + 0.001 * run["seed"].item() * epoch)[:, np.newaxis]
    assert decided(results)["selectivity_rises_early"].verdict == "reproduced"


@pytest.mark.parametrize(("classes", "verdict"), [(9, "undecided"), (10, "reproduced")])
def test_over_representation_takes_twice_the_classes_that_it_counts(classes, verdict):
    (claim,) = [claim for claim in CLAIMS if claim.name == "suppression_over_represents_classes_early"]
    found = decide(claim, evidence(study(World(), kinds=["training"]), classes))
    assert (found.verdict, "saturates" in found.explanation) == (verdict, classes < 10)


def test_slow_recovery_takes_twenty_epochs_after_the_lift(decided_alone):
    conditions = {"baseline": BASELINE, "lifted": penalty(-20, stop=4)}
    found = decided_alone("recovery_is_slow", World(), conditions)
    assert (found.verdict, "20 epochs or more after" in found.explanation) == ("not in this study", True)


@pytest.mark.parametrize(
    ("kind", "word", "told"),
    [
        ("selectivity", "", "silent units count as 0"),
        ("training", "over_represents", "with ten classes at most 2"),
        ("cka", "alike", "the epochs measured"),
    ],
)
def test_a_quantity_says_what_its_number_depends_on(kind, word, told):
    assert all(told in claim.quantity for claim in CLAIMS if claim.kind == kind and word in claim.name)


def test_an_area_is_a_share_of_the_largest_accuracy_on_its_curve():
    units = {claim.units for claim in CLAIMS if claim.kind == "ablation"}
    assert units == {"share of the largest such value on the curve"}


def test_the_cost_from_epoch_0_is_claimed_of_validation_and_training():
    (claim,) = [claim for claim in CLAIMS if claim.name == "suppression_from_epoch_0_costs_accuracy"]
    assert "validation images and on the training images" in claim.sentence
