"""Intervals equal scipy's, and where they lie decides."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from vestige.claims.claim import Claim
from vestige.claims.evidence import Evidence
from vestige.claims.parts import Part
from vestige.claims.verdicts import decide, judged, row

FIRST = {0: 0.9, 1: 0.95, 2: 0.93, 3: 0.91}
SECOND = {0: 0.8, 1: 0.9, 2: 0.84, 3: 0.87}
INF = float("inf")
CLAIM = Claim(
    **dict.fromkeys(["name", "sentence", "paper", "margin_reason", "quantity", "units", "needs"], "any"),
    kind="training",
    decision="greater",
    margin=0.1,
    parts=lambda evidence: [],
    blank="it fell silent",
)


def overall(*columns):
    """The verdict on a claim with these columns as its parts."""
    parts = [Part(f"part {number}", column) for number, column in enumerate(columns)]
    return decide(replace(CLAIM, parts=lambda evidence: parts), Evidence({}, classes=10))


def around(value):
    """A column whose interval lies closely around a value."""
    return {0: value - 0.001, 1: value, 2: value + 0.001}


def test_the_interval_of_one_column_is_students():
    found = row(CLAIM, Part("", FIRST))
    oracle = stats.ttest_1samp([*FIRST.values()], 0).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx(tuple(oracle), rel=1e-12)
    assert (found.pairing, found.seeds) == ("one sample", 4)


def test_the_same_seeds_are_paired_in_whatever_order_they_come():
    found = row(CLAIM, Part("", FIRST, dict(reversed(SECOND.items()))))
    oracle = stats.ttest_rel([*FIRST.values()], [*SECOND.values()]).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx(tuple(oracle), rel=1e-12)
    assert (found.pairing, found.seeds) == ("paired", 4)


def test_other_seeds_are_compared_by_welch():
    second = {seed + 2: value for seed, value in SECOND.items() if seed}
    found = row(CLAIM, Part("", FIRST, second))
    oracle = stats.ttest_ind([*FIRST.values()], [*second.values()], equal_var=False).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx(tuple(oracle), rel=1e-12)
    assert (found.pairing, found.seeds) == ("unpaired", 3)


@pytest.mark.parametrize(
    ("low", "high", "region", "verdict"),
    [
        (0.2, 0.3, (0.1, INF), "reproduced"),
        (0.0, 0.05, (0.1, INF), "not reproduced"),
        (0.0, 0.3, (0.1, INF), "undecided"),
        (-0.3, -0.2, (-INF, -0.1), "reproduced"),
        (0.0, 0.3, (-INF, -0.1), "not reproduced"),
        (-0.01, 0.01, (-0.02, 0.02), "reproduced"),
        (0.03, 0.05, (-0.02, 0.02), "not reproduced"),
        (-0.05, -0.03, (-0.02, 0.02), "not reproduced"),
        (0.01, 0.05, (-0.02, 0.02), "undecided"),
        (-0.05, 0.05, (-0.02, 0.02), "undecided"),
        (0.0, 0.0, (0.0, INF), "not reproduced"),
        (0.0, 0.0, (-0.02, 0.02), "reproduced"),
        (0.1, 0.1, (0.0, INF), "reproduced"),
    ],
)
def test_where_the_interval_lies_decides(low, high, region, verdict):
    assert judged(low, high, region)[0] == verdict


@given(st.floats(-1, 1), st.floats(0, 1), st.floats(0, 0.5))
def test_an_effect_and_its_absence_are_never_both_reproduced(low, width, margin):
    beyond, within = judged(low, low + width, (margin, INF))[0], judged(low, low + width, (-margin, margin))[0]
    assert (beyond, within) != ("reproduced", "reproduced")


@pytest.mark.parametrize(
    ("columns", "verdict", "named"),
    [
        ([around(0.2), around(0.3)], "reproduced", "in all of its 2 parts"),
        ([around(0.2), around(0.0)], "not reproduced", "part 1: "),
        ([around(0.1), around(0.0)], "not reproduced", "part 1: "),
        ([around(0.1), around(0.2)], "undecided", "part 0: "),
    ],
    ids=["all", "one fails", "one fails and one is open", "one is open"],
)
def test_a_claim_needs_all_of_its_parts_and_says_which_decided(columns, verdict, named):
    found = overall(*columns)
    assert found.verdict == verdict
    assert found.explanation.startswith(named)


def test_no_more_than_three_parts_are_named():
    explanation = overall(*[around(0.0)] * 5).explanation
    assert explanation.count("part ") == 3
    assert explanation.endswith("; and 2 more")


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ({0: 0.5}, None, "one seed gives no interval"),
        ({0: 0.5}, {0: 0.1}, "one seed gives no interval"),
        ({0: 0.5, 1: 0.6}, {2: 0.1}, "one seed gives no interval"),
        ({0: 0.5, 1: float("nan"), 2: 0.5}, None, "no value in seed 1: it fell silent"),
        ({0: 0.5, 1: 0.6}, {0: 0.1, 1: float("inf")}, "no value in seed 1: it fell silent"),
        ({0: float("nan"), 1: float("nan")}, None, "no value in seed 0, 1: it fell silent"),
    ],
)
def test_what_has_no_interval_is_undecided_with_its_reason(first, second, reason):
    found = row(CLAIM, Part("", first, second))
    assert (found.verdict, found.reason) == ("undecided", reason)


def test_seeds_that_agree_exactly_are_judged_by_their_value():
    found = row(CLAIM, Part("", {0: 0.25, 1: 0.25}, {2: 0.0, 3: 0.0}))
    assert (found.low, found.high, found.verdict) == (0.25, 0.25, "reproduced")
