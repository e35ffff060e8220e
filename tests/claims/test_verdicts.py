"""Intervals equal scipy's, and where they lie decides."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from vestige.claims.claim import Claim
from vestige.claims.evidence import Evidence
from vestige.claims.parts import Part
from vestige.claims.verdicts import decide, decide_all, outcomes, row
from vestige.metrics.intervals import Interval

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


def one(name, first, second=None, **said):
    """A part of single numbers by seed."""
    columns = [column and {seed: np.array([[value]]) for seed, value in column.items()} for column in (first, second)]
    return Part(name, *columns, **said)


def overall(*columns):
    """The verdict on a claim with these columns as its parts."""
    parts = [one(f"part {number}", column) for number, column in enumerate(columns)]
    return decide(replace(CLAIM, parts=lambda evidence: parts), Evidence({}, classes=10))


def around(value):
    """A column whose interval lies closely around a value."""
    return {0: value - 0.001, 1: value, 2: value + 0.001}


def test_the_interval_of_one_column_is_students():
    found = row(CLAIM, one("", FIRST))
    oracle = stats.ttest_1samp([*FIRST.values()], 0).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx(tuple(oracle), rel=1e-12)
    assert (found.pairing, found.seeds) == ("one sample", 4)


def test_the_same_seeds_are_paired_in_whatever_order_they_come():
    found = row(CLAIM, one("", FIRST, dict(reversed(SECOND.items()))))
    oracle = stats.ttest_rel([*FIRST.values()], [*SECOND.values()]).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx(tuple(oracle), rel=1e-12)
    assert (found.pairing, found.seeds) == ("paired", 4)


def test_other_seeds_are_compared_by_welch():
    second = {seed + 2: value for seed, value in SECOND.items() if seed}
    found = row(CLAIM, one("", FIRST, second))
    oracle = stats.ttest_ind([*FIRST.values()], [*second.values()], equal_var=False).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx(tuple(oracle), rel=1e-12)
    assert (found.pairing, found.seeds) == ("unpaired", 3)


def allowed(low, high, decision, margin, **said):
    """The firmest verdict that an interval allows."""
    claim = replace(CLAIM, decision=decision, margin=margin, **said)
    found = Interval((low + high) / 2, low, high)
    return [verdict for verdict, *_ in outcomes(claim, found, found)][:1] or ["undecided"]


@pytest.mark.parametrize(
    ("low", "high", "decision", "margin", "verdict"),
    [
        (0.2, 0.3, "greater", 0.1, "reproduced"),
        (0.02, 0.05, "greater", 0.1, "weaker than the margin"),
        (-0.02, 0.05, "greater", 0.1, "weaker than the margin"),
        (-0.2, -0.1, "greater", 0.1, "contradicted"),
        (0.0, 0.3, "greater", 0.1, "undecided"),
        (0.1, 0.3, "greater", 0.1, "undecided"),
        (-0.2, -0.1, "greater", 0.0, "contradicted"),
        (-0.3, -0.2, "less", -0.1, "reproduced"),
        (0.0, 0.3, "less", -0.1, "contradicted"),
        (-0.2, 0.0, "less", -0.1, "undecided"),
        (-0.01, 0.01, "equivalent", 0.02, "reproduced"),
        (0.03, 0.05, "equivalent", 0.02, "contradicted"),
        (-0.05, -0.03, "equivalent", 0.02, "contradicted"),
        (0.01, 0.05, "equivalent", 0.02, "undecided"),
        (-0.05, 0.05, "equivalent", 0.02, "undecided"),
    ],
)
def test_where_the_interval_lies_decides(low, high, decision, margin, verdict):
    assert allowed(low, high, decision, margin) == [verdict]


def test_a_level_that_is_missed_is_contradicted_below_what_the_claim_names_as_its_opposite():
    assert allowed(0.7, 0.8, "greater", 0.9, opposite=0.5) == ["weaker than the margin"]
    assert allowed(0.3, 0.4, "greater", 0.9, opposite=0.5) == ["contradicted"]


@given(st.floats(-1, 1), st.floats(0.001, 1), st.floats(0.001, 0.5))
def test_an_effect_and_its_absence_are_never_both_reproduced(low, width, margin):
    beyond, within = (allowed(low, low + width, decision, margin) for decision in ("greater", "equivalent"))
    assert (beyond, within) != (["reproduced"], ["reproduced"])


@given(st.floats(-1, 1), st.floats(0.001, 1), st.floats(0.001, 0.5))
def test_no_interval_both_bears_a_claim_out_and_contradicts_it(low, width, margin):
    found = Interval(low, low, low + width)
    for decision in ("greater", "less", "equivalent"):
        verdicts = {verdict for verdict, *_ in outcomes(replace(CLAIM, decision=decision, margin=margin), found, found)}
        assert not {"reproduced", "contradicted"} <= verdicts


@pytest.mark.parametrize(
    ("columns", "verdict", "named"),
    [
        ([around(0.2), around(0.3)], "reproduced", "in all of its 2 parts"),
        ([around(0.2), around(0.0)], "weaker than the margin", "part 1: "),
        ([around(0.05), around(-0.1)], "contradicted", "part 1: "),
        ([around(0.1), around(0.0)], "weaker than the margin", "part 1: "),
        ([around(0.1), around(0.2)], "undecided", "part 0: "),
    ],
    ids=["all", "one is weaker", "one is contradicted", "one is weaker and one is open", "one is open"],
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
        ({0: 0.5}, None, "1 seed, and a verdict takes 3"),
        ({0: 0.5, 1: 0.6}, None, "2 seeds, and a verdict takes 3"),
        ({0: 0.5, 1: 0.4}, {0: 0.1, 1: 0.2}, "2 seeds, and a verdict takes 3"),
        ({0: 0.5, 1: 0.6, 2: 0.7}, {3: 0.1, 4: 0.3}, "2 seeds, and a verdict takes 3"),
        ({0: 0.5, 1: float("nan"), 2: 0.5}, None, "no value in seed 1: it fell silent"),
        ({0: 0.5, 1: 0.6}, {0: 0.1, 1: float("inf")}, "no value in seed 1: it fell silent"),
        ({0: float("nan"), 1: float("nan")}, None, "no value in seed 0, 1: it fell silent"),
        (
            {0: 0.5, 1: float("nan"), 2: 0.5},
            {-1: 0.1, -2: float("nan"), -3: 0.2},
            "no value in seed 1 and untrained network 2: it fell silent",
        ),
        ({0: 0.25, 1: 0.25, 2: 0.25}, None, "all seeds agree to the last digit, which gives no interval"),
        (
            {0: 0.3, 1: 0.4, 2: 0.5},  # 0.3 - 0.1 is 0.19999999999999998
            {0: 0.1, 1: 0.2, 2: 0.3},
            "all seeds agree to the last digit, which gives no interval",
        ),
    ],
)
def test_what_has_no_interval_is_undecided_with_its_reason(first, second, reason):
    found = row(CLAIM, one("", first, second))
    assert (found.verdict, found.reason) == ("undecided", reason)


def test_one_epoch_at_which_all_seeds_agree_is_enough_to_refuse_an_interval():
    draw = np.random.default_rng(0)
    values = {seed: np.array([[0.3 + 0.01 * draw.normal()], [0.4]]) for seed in range(4)}
    found = row(CLAIM, Part("", values))
    assert (found.verdict, found.reason) == ("undecided", "all seeds agree to the last digit, which gives no interval")
    assert row(CLAIM, Part("", {seed: value[:1] for seed, value in values.items()})).verdict == "reproduced"


def test_networks_that_diverged_are_left_out_and_counted():
    found = row(CLAIM, one("", around(0.2), failed=(4, 7)))
    assert (found.verdict, found.seeds, found.diverged) == ("reproduced", 3, 2)
    assert found.reason.endswith(", without seed 4, 7, which diverged")


def test_several_parts_widen_the_interval_for_what_any_of_them_decides():
    column = {0: 0.049, 1: 0.06, 2: 0.071}  # its interval ends just below the margin
    alone, among = row(CLAIM, one("", column)), row(CLAIM, one("", column), 8)
    oracle = stats.ttest_1samp([*column.values()], 0).confidence_interval(1 - 0.05 / 8)
    assert (among.wide_low, among.wide_high) == pytest.approx(tuple(oracle), rel=1e-12)
    assert (alone.wide_low, alone.wide_high) == (alone.low, alone.high)
    assert (alone.verdict, among.verdict) == ("weaker than the margin", "undecided")


def test_from_five_seeds_on_a_test_without_a_distribution_must_bear_the_verdict_out():
    agree = {seed: 0.2 + 0.001 * seed for seed in range(5)}
    found = row(CLAIM, one("", agree))
    assert (found.verdict, found.check) == ("reproduced", 1 / 32)
    skewed = dict(enumerate([0.0999, 0.15, 0.15, 0.15, 0.15]))  # the interval of the mean lies above the margin
    found = row(CLAIM, one("", skewed))
    assert found.low > 0.1
    assert found.verdict == "undecided"
    assert "a test without a distribution does not bear out (probability 0.062)" in found.reason


def test_four_seeds_are_too_few_for_that_test():
    found = row(CLAIM, one("", {seed: 0.2 + 0.001 * seed for seed in range(4)}))
    assert found.verdict == "reproduced"
    assert np.isnan(found.check)


def test_two_groups_are_tested_by_exchanges():
    first = {seed: 0.3 + 0.01 * seed for seed in range(5)}
    second = {seed + 5: 0.01 * seed for seed in range(5)}
    found = row(CLAIM, one("", first, second))
    assert (found.verdict, found.check) == ("reproduced", pytest.approx(1 / 252))


def test_where_either_side_counts_the_test_takes_six_seeds():
    nothing = replace(CLAIM, decision="equivalent", margin=0.02)
    five, six = ({seed: 0.1 + 0.001 * seed for seed in range(count)} for count in (5, 6))
    assert row(nothing, one("", five)).verdict == "contradicted"
    assert np.isnan(row(nothing, one("", five)).check)
    assert row(nothing, one("", six)).check == 1 / 64


def test_a_claim_means_any_of_the_first_axis_and_all_of_the_second():
    draw = np.random.default_rng(0)
    high = {seed: np.array([[0.0], [0.3]]) + 0.001 * draw.normal(size=(2, 1)) for seed in range(3)}
    assert row(CLAIM, Part("", high)).verdict == "reproduced"
    assert row(CLAIM, Part("", {seed: values.T for seed, values in high.items()})).verdict == "weaker than the margin"


def test_the_trimmed_mean_stands_beside_and_decides_nothing():
    outlier = {0: 0.2, 1: 0.21, 2: 0.22, 3: -5.0}
    found = row(CLAIM, one("", outlier))
    assert (found.trimmed, found.verdict) == (pytest.approx(0.205), "undecided")


def test_a_claim_is_not_asked_where_what_it_presupposes_fails():
    fails = replace(CLAIM, name="first", sentence="It rises.", parts=lambda _: [one("", around(-0.2))])
    after = replace(CLAIM, name="second", presupposes="first", parts=lambda _: [one("", around(-0.3))])
    first, second = decide_all((fails, after), Evidence({}, classes=10))
    assert first.verdict == "contradicted"
    assert (second.verdict, second.explanation) == (
        "not in this study",
        "it presupposes what is contradicted here: It rises",
    )
    holds = replace(fails, parts=lambda _: [one("", around(0.2))])
    assert decide_all((holds, after), Evidence({}, classes=10))[1].verdict == "contradicted"
