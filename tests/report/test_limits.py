"""What a study cannot tell is said in numbers that follow from its seeds."""

from dataclasses import replace
from math import inf, nan

import pytest
from report import made
from scipy import stats

from vestige.condition import Condition
from vestige.report.conditions import ConditionRow
from vestige.report.limits import limits, more_seeds, what_is_hardly_learnt, what_is_missed
from vestige.report.verdicts import claims_of

(OPEN,) = [claim for claim in claims_of(made.claims()) if claim.verdict == "undecided"]


def needing(*seeds):
    """Undecided claims that would be decided by so many seeds."""
    return [replace(OPEN, seeds_needed=each) for each in seeds]


def test_what_is_missed_follows_from_the_number_of_seeds():
    said = what_is_missed([OPEN])
    found = 1 - stats.nct.cdf(stats.t.isf(0.025, 2), 2, 3.9 * 3**0.5)
    assert abs(found - 0.9) < 0.01
    assert said.startswith("With 3 seeds an effect is found in about nine of ten studies if it lies 3.9 standard dev")
    assert "if one network in 10 fails, 73 % of studies have none that does" in said


def test_more_seeds_are_said_with_the_claims_that_they_would_decide():
    assert more_seeds(needing(5, 9, 10, 44, inf)) == (
        "If means and the spread between seeds stayed as they are, 5 seeds would decide 1 of the 5 undecided claims, "
        "10 seeds 3, 50 seeds 4 (each in nine of ten such studies)."
    )


def test_claims_at_their_bounds_are_said_to_be_there():
    near = "would be decided by 100 seeds: they lie too near a bound."
    assert more_seeds(needing(inf, inf)) == f"No undecided claim {near}"
    assert more_seeds(needing(inf, nan)) == f"No undecided claim whose means and spread are known {near}"


def networks(*accuracies, alpha=0.0):
    """A condition whose networks reach some accuracies."""
    done = Condition(4) if not alpha else Condition(4, alpha, 0, 4, (4,))
    return ConditionRow("some", done, tuple(range(len(accuracies))), accuracies)


@pytest.mark.parametrize(
    ("accuracies", "classes", "unlearnt"),
    [
        ((0.15, 0.19), 10, True),
        ((0.15, 0.26), 10, False),
        ((0.7, 0.74), 2, True),
        ((0.76, 0.76), 2, False),
        ((0.001, 0.0015), 1000, True),
    ],
)
def test_of_networks_near_chance_it_is_said_that_accuracies_mean_nothing(accuracies, classes, unlearnt):
    said = what_is_hardly_learnt([networks(0.9, alpha=-1.0), networks(*accuracies)], classes)
    assert ("means nothing" in said) == unlearnt


def test_how_near_is_said():
    said = what_is_hardly_learnt([networks(0.1, 0.12)], 10)
    assert "11.0\N{NO-BREAK SPACE}%" in said
    assert "10.0\N{NO-BREAK SPACE}%" in said


def test_without_such_networks_nothing_is_known_of_it():
    assert what_is_hardly_learnt([networks(0.1, alpha=-1.0)], 10) == ""


def test_nothing_is_said_where_nothing_is_known():
    assert more_seeds(needing(nan)) == ""
    assert limits([]) == ""
    assert what_is_missed([replace(OPEN, parts=(replace(OPEN.parts[0], seeds=2),))]) == ""
