"""How many seeds would decide a claim, held against studies with that many."""

from dataclasses import replace

import numpy as np
import pytest

from vestige.claims.claim import Claim
from vestige.claims.columns import Columns, columns_of
from vestige.claims.evidence import Evidence
from vestige.claims.parts import Part
from vestige.claims.planning import lean, seeds_to_decide
from vestige.claims.verdicts import decide

CLAIM = Claim(
    **dict.fromkeys(["name", "sentence", "paper", "margin_reason", "quantity", "units", "needs"], "any"),
    kind="training",
    decision="greater",
    margin=0.1,
    parts=lambda evidence: [],
)


def column(mean, sd=1.0, count=4):
    """Values of a part with this very mean and standard deviation."""
    values = np.arange(count) - (count - 1) / 2
    return Columns("one sample", (mean + sd * values / values.std(ddof=1)).reshape(1, 1, -1))


def simulated(decision, mean, count, studies=400):
    """The verdicts in studies of one part with so many seeds, of unit spread."""
    claim = replace(CLAIM, decision=decision)
    draw = np.random.default_rng(0)
    for values in draw.normal(mean, 1.0, (studies, count)):
        part = Part("", {seed: np.array([[value]]) for seed, value in enumerate(values)})
        yield decide(replace(claim, parts=lambda _, part=part: [part]), Evidence({}, classes=10)).verdict


@pytest.mark.slow
@pytest.mark.parametrize(
    ("decision", "mean", "holds"),
    [("greater", 1.3, True), ("greater", -1.1, False), ("less", -1.0, True), ("less", 1.4, False)],
)
def test_with_so_many_seeds_nine_of_ten_studies_are_decided(decision, mean, holds):
    found = lean(replace(CLAIM, decision=decision), column(mean))
    verdicts = [*simulated(decision, mean, int(found.seeds))]
    assert found.holds is holds
    assert sum(verdict != "undecided" for verdict in verdicts) / len(verdicts) == pytest.approx(0.92, abs=0.04)


def test_an_equivalence_is_shown_at_both_of_its_bounds():
    claim = replace(CLAIM, decision="equivalent", margin=1.0)
    one_bound = lean(replace(CLAIM, decision="less", margin=1.0), column(0.0)).seeds
    assert lean(claim, column(0.0)).seeds > one_bound
    assert not lean(claim, column(2.0)).holds


def test_a_search_over_epochs_takes_more_seeds():
    one = column(1.3)
    four = one._replace(first=np.repeat(one.first, 4, axis=0))
    assert lean(CLAIM, four).seeds > lean(CLAIM, one).seeds


def test_two_groups_have_the_spread_of_their_difference():
    groups = Columns("unpaired", column(1.3, 0.6).first, column(0.0, 0.8).first)
    assert lean(CLAIM, groups) == lean(CLAIM, column(1.3))


def test_all_parts_must_be_shown_to_hold_but_one_that_fails_is_enough():
    near, far, fails = column(0.8), column(2.1), column(-1.9)
    assert seeds_to_decide(CLAIM, [near, far]) == lean(CLAIM, near, 2).seeds
    assert seeds_to_decide(CLAIM, [near, far, fails]) == lean(CLAIM, fails, 3).seeds < lean(CLAIM, near).seeds


def test_more_seeds_are_needed_than_there_are():
    assert seeds_to_decide(CLAIM, [column(9.0, count=5)]) == 6


def test_parts_without_a_spread_leave_it_open():
    assert np.isnan(seeds_to_decide(CLAIM, [column(0.8), column(0.8, sd=0.0)]))
    assert np.isnan(seeds_to_decide(CLAIM, [column(0.8, sd=1e-16)]))  # told apart by rounding alone


def claim_of(values):
    """A claim decided from these values."""
    part = Part("", {seed: np.array([[value]]) for seed, value in enumerate(values)})
    return decide(replace(CLAIM, parts=lambda _: [part]), Evidence({}, classes=10))


def test_an_undecided_claim_says_how_many_seeds_would_decide_it():
    found = claim_of([0.1, 0.2, 0.3])
    assert found.seeds_needed == lean(CLAIM, column(0.2, 0.1)).seeds == 13
    assert found.explanation.endswith("; with such means and spread 13 seeds would decide it in nine of ten studies")


def test_one_at_its_bound_says_that_no_hundred_would():
    found = claim_of([0.0, 0.1, 0.2])
    assert found.explanation.endswith(
        "; means so near a bound, with this spread between seeds, take more than 100 seeds"
    )


def test_a_decided_claim_needs_no_more():
    assert np.isnan(claim_of([0.3, 0.31, 0.32]).seeds_needed)


def test_what_is_not_measured_in_every_seed_says_nothing_of_more():
    found = claim_of([0.1, np.nan, 0.3])
    assert found.verdict == "undecided"
    assert "seeds would decide" not in found.explanation


def test_the_spread_is_that_of_the_seeds_that_have_values():
    part = Part("", {0: np.array([[0.1]]), 1: np.array([[np.nan]]), 2: np.array([[0.3]])})
    assert columns_of(part).seeds == 2
