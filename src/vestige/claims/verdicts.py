"""From values by seed to an interval, from intervals to verdicts.

An interval is Student's t over seeds, at 95 %: of the differences seed by seed where both conditions have the same
seeds (the same seed means the same initial weights and the same order of images), else Welch's. A part is reproduced
where its interval lies wholly inside the claim's region, not reproduced where it lies wholly outside, else undecided.
For a claim of no effect the region is a margin around 0: two one-sided tests at 2.5 % each, stricter than the usual
5 %; for a claim of no cost it is all that lies below the margin, the one of these tests that a cost could fail. Seeds
that agree to the last digit give an interval without width, which is judged like any other.

A claim of several parts is reproduced where all of them are. As each must pass for itself, the chance of calling a
false claim reproduced is at most that of its least likely part, 2.5 %, whatever their number: an intersection-union
test, which needs no correction. It is not reproduced where any part is not; the chance that one of n true parts, each
just at its bound, is refuted by bad luck is up to n x 2.5 %, and therefore the rows stand beside the verdict.
"""

from math import isfinite, nan
from typing import NamedTuple

import numpy as np

from vestige.claims.claim import Claim
from vestige.claims.evidence import Evidence
from vestige.claims.parts import Part
from vestige.metrics.intervals import difference_interval, student_interval

CONFIDENCE = 0.95
NAMED = 3  # parts, at most, in the line that explains a verdict
VERDICTS = ("reproduced", "not reproduced", "undecided", "not in this study")
REPRODUCED, NOT_REPRODUCED, UNDECIDED, ABSENT = VERDICTS


class Row(NamedTuple):
    """A part of a claim with its interval, the region that it is held against, and its verdict with the reason."""

    part: str
    statistic: float
    low: float
    high: float
    bound_low: float
    bound_high: float
    seeds: int
    pairing: str
    verdict: str
    reason: str


class Decided(NamedTuple):
    """A claim with its rows, its verdict and the line that explains it."""

    claim: Claim
    rows: list[Row]
    verdict: str
    explanation: str


def decide(claim: Claim, evidence: Evidence) -> Decided:
    """Read a claim's parts off the results and judge them."""
    rows = [row(claim, part) for part in claim.parts(evidence)]
    return Decided(claim, rows, *overall(claim, rows, bool(evidence.runs(claim.kind))))


def overall(claim: Claim, rows: list[Row], measured: bool) -> tuple[str, str]:
    """The verdict on a claim, and the part that decided it."""
    if not rows:
        lacking = "" if measured else f"it has no results of {claim.kind}; "
        return ABSENT, f"{lacking}it needs {claim.needs}"
    for verdict in (NOT_REPRODUCED, UNDECIDED):
        if deciding := [row for row in rows if row.verdict == verdict]:
            return verdict, listed([f"{row.part}: {row.reason}" if row.part else row.reason for row in deciding])
    return REPRODUCED, f"in all of its {len(rows)} parts" if len(rows) > 1 else rows[0].reason


def listed(reasons: list[str]) -> str:
    """The first few reasons; the others stand in the rows."""
    more = [f"and {len(reasons) - NAMED} more"] if len(reasons) > NAMED else []
    return "; ".join([*reasons[:NAMED], *more])


def row(claim: Claim, part: Part) -> Row:
    """The interval of a part, from the seeds that have a value, and its verdict: none where any seed has no value."""
    pairing, columns = paired(part)
    blank = sorted({seed for column in columns for seed, value in column.items() if not isfinite(value)})
    lowest = min(sum(isfinite(value) for value in column.values()) for column in columns)
    statistic, low, high = interval(pairing, [finite(column) for column in columns])
    verdict, reason = judged(low, high, claim.region)
    if blank:
        verdict, reason = UNDECIDED, f"no value in seed {', '.join(map(str, blank))}: {claim.blank}"
    elif lowest < 2:
        verdict, reason = UNDECIDED, "one seed gives no interval"
    reason = f"{reason}, {part.used}" if part.used else reason
    return Row(part.name, statistic, low, high, *claim.region, lowest, pairing, verdict, reason)


def paired(part: Part) -> tuple[str, list[dict[int, float]]]:
    """How the values of a part are compared, and the columns to compare; differences where both have the same seeds."""
    if part.second is None:
        return "one sample", [part.first]
    if part.first.keys() == part.second.keys():
        return "paired", [{seed: part.first[seed] - part.second[seed] for seed in sorted(part.first)}]
    return "unpaired", [part.first, part.second]


def finite(column: dict[int, float]) -> np.ndarray:
    """The values that are numbers, by seed; an infinite one is none."""
    return np.array([value if isfinite(value) else nan for _, value in sorted(column.items())], dtype=float)


def interval(pairing: str, columns: list[np.ndarray]) -> tuple[float, float, float]:
    """Mean, and the ends of its interval; NaN where there is none."""
    if pairing == "unpaired":
        mean, half = difference_interval(*columns, CONFIDENCE, paired=False)
    else:
        mean, half = student_interval(columns[0], CONFIDENCE)
    return float(mean), float(mean - half), float(mean + half)


def judged(low: float, high: float, region: tuple[float, float]) -> tuple[str, str]:
    """Where an interval lies. An interval without width that lies on a bound is outside: not beyond it."""
    said = f"[{low:.4g}, {high:.4g}]"
    if region[0] < low and high < region[1]:
        return REPRODUCED, f"{said} lies {wanted(region)}"
    if high <= region[0] or low >= region[1]:
        return NOT_REPRODUCED, f"{said} lies wholly outside what counts, {wanted(region)}"
    return UNDECIDED, f"{said} lies partly {wanted(region)}"


def wanted(region: tuple[float, float]) -> str:
    """A region in words."""
    low, high = region
    if not isfinite(high):
        return f"above {low:g}"
    return f"between {low:g} and {high:g}" if isfinite(low) else f"below {high:g}"
