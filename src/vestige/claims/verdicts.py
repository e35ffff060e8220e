"""From values by seed to an interval, from intervals to verdicts.

An interval is Student's t over seeds, at 95 %: of the differences seed by seed where both conditions have the same
seeds (the same seed means the same initial weights and the same order of images), else Welch's. Where a claim means any
of several epochs, or all of them, its ends make up for the search (`extreme_interval`). Penalised networks that
diverged are at chance where accuracy is claimed; where they have no value, as where the network without the penalty
diverged, they are left out, and counted beside the verdict.

A part is reproduced where its interval lies wholly inside the claim's region. For a claim of no effect the region is a
margin around 0: two one-sided tests at 2.5 % each, stricter than the usual 5 %; for a claim of no cost it is all that
lies below the margin. A claim of several parts is reproduced where all of them are: as each must pass for itself, the
chance of calling a false claim reproduced is at most 2.5 %, whatever their number (an intersection-union test).

A part is contradicted where its interval lies wholly where the claim says that it does not lie: on the other side of
0, or of the bound where the claim names a level. It is weaker than the margin where it lies wholly below the margin
and not there. For these verdicts intervals are widened for the number of parts (Bonferroni), as any of them decides:
so a true claim, too, is called contradicted or weaker in at most 2.5 % of cases.

No verdict comes from fewer than three seeds, or from seeds that agree to the last digit. From five seeds on (six where
either side counts) an exact test without a distribution stands beside the interval: where it does not bear the verdict
out, there is none.
"""

from collections.abc import Callable
from math import isfinite, nan
from typing import NamedTuple

from vestige.claims.claim import Claim
from vestige.claims.columns import TAIL, Columns, blank_seeds, columns_of, deciding_by_seed
from vestige.claims.evidence import Evidence
from vestige.claims.parts import Part
from vestige.claims.planning import seeds_to_decide
from vestige.metrics.intervals import Interval
from vestige.metrics.power import MOST

CHECK = 0.05  # of the test without a distribution: of five seeds all must agree, which chance brings in 1 of 32 cases
FEWEST, CHECKED = 3, 5  # seeds for a verdict, and for the test
NAMED = 3  # parts, at most, in the line that explains a verdict
VERDICTS = ("reproduced", "weaker than the margin", "contradicted", "undecided", "not in this study")
REPRODUCED, WEAKER, CONTRADICTED, UNDECIDED, ABSENT = VERDICTS


class Row(NamedTuple):
    """A part of a claim with its interval, the region that it is held against, and its verdict with the reason.

    `wide_low` and `wide_high` are the ends for the verdicts that any part decides, `check` the probability by the test
    without a distribution that the verdict rests on (NaN where there is none), `trimmed` the mean without the smallest
    and the largest value, which decides nothing, `by_seed` the values whose mean the statistic is (none of unpaired
    groups, where a seed has no number of its own).
    """

    part: str
    statistic: float
    low: float
    high: float
    wide_low: float
    wide_high: float
    bound_low: float
    bound_high: float
    seeds: int
    diverged: int
    left_out: int
    pairing: str
    check: float
    trimmed: float
    by_seed: dict[int, float]
    verdict: str
    reason: str


class Decided(NamedTuple):
    """A claim with its rows, its verdict and the line that explains it.

    `seeds_needed` is how many seeds would decide it, as `planning` says; NaN of one that is decided.
    """

    claim: Claim
    rows: list[Row]
    verdict: str
    explanation: str
    seeds_needed: float = nan


def decide(claim: Claim, evidence: Evidence, before: dict[str, "Decided"] | None = None) -> Decided:
    """Read a claim's parts off the results and judge them, after the claims that it may presuppose."""
    parts = claim.parts(evidence)
    rows = [row(claim, part, len(parts)) for part in parts]
    verdict, explanation = overall_verdict(claim, rows, bool(evidence.runs(claim.kind)))
    presupposed = (before or {}).get(claim.presupposes)
    if verdict != ABSENT and presupposed and presupposed.verdict in (WEAKER, CONTRADICTED):
        said = presupposed.claim.sentence.rstrip(".")
        verdict, explanation = ABSENT, f"it presupposes what is {presupposed.verdict} here: {said}"
    if verdict != UNDECIDED:
        return Decided(claim, rows, verdict, explanation)
    needed = nan if any(map(blank_seeds, parts)) else seeds_to_decide(claim, [columns_of(part) for part in parts])
    return Decided(claim, rows, verdict, explanation + more_seeds(needed), needed)


def decide_all(claims: tuple[Claim, ...], evidence: Evidence) -> list[Decided]:
    """Decide claims in their order."""
    decided: dict[str, Decided] = {}
    for claim in claims:
        decided[claim.name] = decide(claim, evidence, decided)
    return [*decided.values()]


def overall_verdict(claim: Claim, rows: list[Row], measured: bool) -> tuple[str, str]:
    """The verdict on a claim, and the part that decided it."""
    if not rows:
        lacking = "" if measured else f"it has no results of {claim.kind}; "
        return ABSENT, f"{lacking}it needs {claim.needs}"
    for verdict in (CONTRADICTED, WEAKER, UNDECIDED):
        if deciding := [row for row in rows if row.verdict == verdict]:
            return verdict, list_reasons([f"{row.part}: {row.reason}" if row.part else row.reason for row in deciding])
    return REPRODUCED, f"in all of its {len(rows)} parts" if len(rows) > 1 else rows[0].reason


def more_seeds(needed: float) -> str:
    """How many seeds would decide a claim, to follow why it is undecided."""
    if needed > MOST:
        return f"; means so near a bound, with this spread between seeds, take more than {MOST} seeds"
    if isfinite(needed):
        return f"; with such means and spread {needed:.0f} seeds would decide it in nine of ten studies"
    return ""


def list_reasons(reasons: list[str]) -> str:
    """The first few reasons; the others stand in the rows."""
    more = [f"and {len(reasons) - NAMED} more"] if len(reasons) > NAMED else []
    return "; ".join([*reasons[:NAMED], *more])


def name_networks(seeds: list[int]) -> str:
    """For instance "seed 0, 1 and untrained network 5": those have negative numbers."""
    trained, untrained = [each for each in seeds if each >= 0], [-each for each in seeds if each < 0]
    both = (("seed", trained), ("untrained network", untrained))
    return " and ".join(f"{name} {', '.join(map(str, each))}" for name, each in both if each)


def row(claim: Claim, part: Part, parts: int = 1) -> Row:
    """The interval of one of so many parts, and its verdict: none where a network that did not diverge has no value."""
    blank = blank_seeds(part)
    said = [part.used] if part.used else []
    if part.failed:
        said.append(f"without seed {', '.join(map(str, part.failed))}, which diverged")
    compared = columns_of(part)
    numbers, wide, seeds = compared.interval(TAIL), compared.interval(TAIL / parts), compared.seeds
    by_seed = deciding_by_seed(part, compared)
    verdict, check = UNDECIDED, nan
    if blank:
        reason = f"no value in {name_networks(blank)}: {claim.blank}"
    elif seeds < FEWEST:
        reason = f"{seeds} seed{'' if seeds == 1 else 's'}, and a verdict takes {FEWEST}"
    elif compared.has_no_spread:
        reason = "all seeds agree to the last digit, which gives no interval"
    else:
        verdict, check, reason = judge_part(claim, compared, numbers, wide)
    return Row(
        *(part.name, *numbers, wide.low, wide.high, *claim.region, seeds, len(part.failed), part.left_out),
        *(compared.pairing, check, compared.trimmed_mean, by_seed, verdict, ", ".join([reason, *said])),
    )


def judge_part(claim: Claim, columns: Columns, interval: Interval, wide: Interval) -> tuple[str, float, str]:
    """The verdict where the interval lies, if the test without a distribution bears it out; its probability; why."""
    said, doubt = f"[{interval.low:.4g}, {interval.high:.4g}]", ""
    for verdict, probability_of, two_sided in outcomes(claim, interval, wide):
        where = places(claim, verdict)
        if columns.seeds < CHECKED + two_sided:
            return verdict, nan, f"{said} lies {where}"
        check = probability_of(columns)
        if check <= CHECK / (1 + two_sided):
            return verdict, check, f"{said} lies {where}"
        doubt = doubt or (
            f"{said} lies {where}, which a test without a distribution does not bear out (probability {check:.2g})"
        )
    return UNDECIDED, nan, doubt or f"{said} lies partly {describe_region(claim.region)}"


def outcomes(claim: Claim, interval: Interval, wide: Interval) -> list[tuple[str, Callable[[Columns], float], bool]]:
    """The verdicts that an interval allows, the firmest first.

    With each how likely its values are by the test without a distribution, and whether either side would have done.
    """
    margin, opposite = claim.margin, claim.opposite
    above, below = Columns.probability_above, Columns.probability_below
    if claim.decision == "greater":
        found = [
            (CONTRADICTED, wide.high <= opposite, lambda columns: below(columns, opposite), False),
            (WEAKER, wide.high <= margin, lambda columns: below(columns, margin), False),
            (REPRODUCED, interval.low > margin, lambda columns: above(columns, margin), False),
        ]
    elif claim.decision == "less":
        found = [
            (CONTRADICTED, wide.low >= margin, lambda columns: above(columns, margin), False),
            (REPRODUCED, interval.high < margin, lambda columns: below(columns, margin), False),
        ]
    else:
        within = -margin < interval.low and interval.high < margin
        found = [
            (CONTRADICTED, wide.low >= margin, lambda columns: above(columns, margin), True),
            (CONTRADICTED, wide.high <= -margin, lambda columns: below(columns, -margin), True),
            (REPRODUCED, within, lambda columns: max(above(columns, -margin), below(columns, margin)), False),
        ]
    return [(verdict, test, two_sided) for verdict, holds, test, two_sided in found if holds]


def places(claim: Claim, verdict: str) -> str:
    """Where an interval with a verdict lies, in words."""
    if verdict == REPRODUCED:
        return describe_region(claim.region)
    if verdict == WEAKER:
        return f"below the margin, {claim.margin:g}"
    if claim.decision == "greater" and claim.opposite < claim.margin:
        return f"wholly below {claim.opposite:g}"
    return f"wholly outside what counts, {describe_region(claim.region)}"


def describe_region(region: tuple[float, float]) -> str:
    """A region in words."""
    low, high = region
    if not isfinite(high):
        return f"above {low:g}"
    return f"between {low:g} and {high:g}" if isfinite(low) else f"below {high:g}"
