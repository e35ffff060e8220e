"""Suppressed networks are unlike those without a penalty, by an interval that knows what pairs share."""

from dataclasses import replace

import numpy as np
import pytest
from claims.paper import CLAIMS
from claims.worlds import BASELINE, CLASSES, World, between, penalty, result
from scipy import stats

from vestige.claims.evidence import evidence
from vestige.claims.verdicts import CONTRADICTED, REPRODUCED, WEAKER, decide

NAME = "suppression_makes_networks_differ"
(CLAIM,) = [claim for claim in CLAIMS if claim.name == NAME]
CONDITIONS = {"baseline": BASELINE, "suppressed": penalty(-20)}
FIVE = tuple(range(5))
# What a network adds to its similarity to unpenalised ones it does not add to that to suppressed ones: neighbouring
# seeds then share the most.
WORST = {"lost_similarity": 0.0, "shared_in_both": 0.0, "scatter": 0.02}


def decided(results: dict):
    """What is decided of the claim."""
    return decide(CLAIM, evidence(results, CLASSES))


def made(world: World, first: str = "baseline", second: str = "suppressed") -> dict:
    """The results of a study that compares a baseline with itself, and two conditions."""
    itself = between(world, CONDITIONS, "baseline", "baseline")
    return {"between": [*itself, *between(world, CONDITIONS, first, second)]}


def lost(results: dict, module: str) -> np.ndarray:
    """(seed) what is lost of the similarity of a module, literally."""
    curves = [pair["cka"].sel(layer=module, layer_other=module) for pair in results["between"]]
    ends = [curve.sel(epoch=[10, 11, 12]).mean().item() for curve in curves]
    own, other = np.reshape(ends, (2, -1))
    return own - other


def test_it_is_the_mean_over_seeds_of_what_pairs_that_have_a_network_in_common_differ_by():
    results = made(World(seeds=FIVE, scatter=0.02))
    numbers = {row.part: row.statistic for row in decided(results).rows}
    assert numbers == {f"module {one}": pytest.approx(lost(results, one).mean(), abs=1e-12) for one in "456"}


def test_its_interval_leaves_out_a_seed_at_a_time_with_all_pairs_that_hold_a_network_of_it():
    results = made(World(seeds=FIVE, scatter=0.02))
    values = lost(results, "4")
    without = [np.delete(values, [seed, seed - 1]).mean() for seed in FIVE]  # as the first, and as the second
    half = stats.t.ppf(0.975, 4) * np.sqrt(4 / 5 * np.sum((without - values.mean()) ** 2))
    row = decided(results).rows[0]
    assert (row.low, row.high) == pytest.approx((values.mean() - half, values.mean() + half))
    assert (row.seeds, row.pairing) == (5, "one sample")


@pytest.mark.parametrize("order", [("baseline", "suppressed"), ("suppressed", "baseline")])
def test_it_does_not_matter_which_condition_comes_first(order):
    assert decided(made(World(lost_similarity=0.2), *order)).verdict == "reproduced"


def test_three_seeds_are_enough_and_two_are_not():
    assert decided(made(World(seeds=(0, 1, 2)))).verdict == "reproduced"
    found = decided(made(World(seeds=(0, 1))))
    assert (found.verdict, "2 seeds, and a verdict takes 3" in found.explanation) == ("undecided", True)


def test_pairs_of_other_conditions_say_nothing_of_it():
    conditions = CONDITIONS | {"later": penalty(-20, start=5), "longer": BASELINE | {"epochs": 36}}
    results = made(World())
    results["between"] += between(World(lost_similarity=-0.5), conditions, "suppressed", "later")
    results["between"] += between(World(lost_similarity=-0.5), conditions, "longer", "suppressed")
    assert repr(decided(results).rows) == repr(decided(made(World())).rows)


def test_a_baseline_that_is_not_compared_with_itself_leaves_it_out_of_the_study():
    results = {"between": between(World(), CONDITIONS, "baseline", "suppressed")}
    assert decided(results).verdict == "not in this study"


def test_networks_that_diverged_are_left_out_with_their_pairs_and_counted():
    results = made(World(seeds=FIVE))
    for pair in results["between"]:
        if (pair["condition_second"], pair["seed_second"]) == ("suppressed", 3):
            pair["cka"][:] = np.nan
    trained = result("training", World(), "suppressed", CONDITIONS["suppressed"], 3).assign(diverged=4)
    found = decided(results | {"training": [trained]}).rows[0]
    assert (found.verdict, found.diverged, found.seeds) == ("reproduced", 1, 5)


@pytest.mark.parametrize("seeds", [3, 5, 10])
@pytest.mark.nightly
def test_its_error_is_as_small_where_pairs_share_the_most(seeds):
    repeats = 300
    world = World(**WORST, seeds=tuple(range(seeds)))
    called = [decided(made(replace(world, study=number))).verdict for number in range(repeats)]
    reproduced = called.count(REPRODUCED) / repeats
    refused = sum(verdict in (CONTRADICTED, WEAKER) for verdict in called) / repeats
    limit = 0.025 + 3 * np.sqrt(0.025 * 0.975 / repeats)
    assert (reproduced <= limit, refused <= limit) == (True, True)
