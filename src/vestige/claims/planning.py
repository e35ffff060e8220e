"""How many seeds would decide a claim, if the means and the spread between seeds stayed as they are."""

from typing import NamedTuple

import numpy as np

from vestige.claims.claim import Claim
from vestige.claims.columns import TAIL, Columns
from vestige.metrics.power import seeds_needed


class Lean(NamedTuple):
    """Whether the mean of a part lies where the claim says, and how many seeds would show where it lies."""

    holds: bool
    seeds: float


def seeds_to_decide(claim: Claim, parts: list[Columns]) -> float:
    """With how many seeds an undecided claim with these parts is decided in nine of ten studies; NaN if unknown.

    That any part fails is enough to decide it, but all parts must be shown to hold. It is more than the seeds at hand,
    which did not do: the test without a distribution may ask for more than the interval does.
    """
    leans = [lean(claim, part, len(parts)) for part in parts]
    failing = [one.seeds for one in leans if not one.holds]
    needed = np.min(failing) if failing else np.max([one.seeds for one in leans])
    return float(np.maximum(needed, 1 + min(part.seeds for part in parts)))


def lean(claim: Claim, part: Columns, parts: int = 1) -> Lean:
    """Where the mean of one of so many parts lies, with the intervals that its verdict takes (`extreme_interval`)."""
    several, each = part.first.shape[:2]
    above, below = TAIL / several, TAIL / each
    margin = claim.margin
    if claim.decision == "greater" and part.distance_above(margin) > 0:
        return Lean(True, seeds_needed([part.distance_above(margin)], above))
    if claim.decision == "greater":
        return Lean(False, seeds_needed([part.distance_below(margin)], below / parts))
    if claim.decision == "less" and part.distance_below(margin) > 0:
        return Lean(True, seeds_needed([part.distance_below(margin)], below))
    if claim.decision == "less":
        return Lean(False, seeds_needed([part.distance_above(margin)], above / parts))
    inside = [part.distance_above(-margin), part.distance_below(margin)]
    if min(inside) > 0:
        return Lean(True, seeds_needed(inside, min(above, below)))
    outside = max(part.distance_above(margin), part.distance_below(-margin))
    return Lean(False, seeds_needed([outside], min(above, below) / parts))
