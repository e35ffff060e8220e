"""Verdicts are false as rarely as the page says, and true where the paper is right by half of a margin."""

from dataclasses import replace

import numpy as np
import pytest
from claims.errors import rates
from claims.paper import CLAIMS
from claims.truths import AT, beyond
from claims.worlds import World, study

from vestige.claims.evidence import evidence
from vestige.claims.verdicts import decide

REPEATS = 60


def test_every_claim_has_worlds_in_which_its_number_is_known():
    assert {claim.name for claim in CLAIMS} == AT.keys()


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
@pytest.mark.parametrize("place", ["bound", "beyond"])
def test_the_number_of_a_world_is_the_one_that_it_was_made_with(claim, place):
    value = claim.margin if place == "bound" else beyond(claim)
    world = World(**AT[claim.name](value), scatter=0, seeds=(0,))
    found = decide(claim, evidence(study(world, kinds=[claim.kind]), 10))
    numbers = [row.statistic for row in found.rows]
    assert np.abs(np.array(numbers) - value).min() == pytest.approx(0, abs=2e-3)


@pytest.mark.nightly
@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_at_the_bound_a_verdict_is_false_in_about_a_fortieth_of_studies_at_most(claim):
    world = World(**AT[claim.name](claim.margin), scatter=0.02, seeds=tuple(range(5)))
    reproduced, refused = rates(claim, world, REPEATS)
    limit = 0.025 + 3 * np.sqrt(0.025 * 0.975 / REPEATS)
    assert (reproduced <= limit, refused <= limit) == (True, True)


@pytest.mark.nightly
@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_by_half_of_a_margin_beyond_the_bound_five_seeds_reproduce_a_claim(claim):
    world = World(**AT[claim.name](beyond(claim)), scatter=0.005, seeds=tuple(range(5)))
    reproduced, _ = rates(claim, world, 20)
    assert reproduced >= 0.9


def test_each_study_of_a_world_has_other_numbers_and_gives_the_same_again():
    world, kinds = World(seeds=(0,)), ["training"]
    first, again, other = (study(replace(world, study=number), kinds=kinds)["training"][0] for number in (0, 0, 1))
    assert first.identical(again)
    assert not first.identical(other)
