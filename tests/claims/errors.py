"""How often a claim is called what, over many made-up studies in which the number of each seed is drawn.

What is true comes from a world of `worlds`, through the claim's own statistic; about it the numbers of seeds scatter as
`worlds.DEVIATIONS` says, with a standard deviation that is that of a seed's number. Their intervals and verdicts are
those of `vestige.claims.verdicts`; only the intervals of all studies are computed at once, for speed.
"""

from typing import NamedTuple

import numpy as np
from claims.deviations import DEVIATIONS, rounded
from claims.worlds import CLASSES, World, study

from vestige.claims.claim import Claim
from vestige.claims.columns import TAIL, Columns
from vestige.claims.evidence import evidence
from vestige.claims.verdicts import CONTRADICTED, REPRODUCED, UNDECIDED, WEAKER, judge_part
from vestige.metrics.intervals import Interval, student_interval

FIRMEST = (CONTRADICTED, WEAKER, UNDECIDED, REPRODUCED)  # a claim is called what comes first among its parts' verdicts


class Rates(NamedTuple):
    """The shares of studies in which a claim is reproduced, and in which it is contradicted or weaker."""

    reproduced: float
    refused: float


def truth(claim: Claim, **fields) -> list[np.ndarray]:
    """(any, all) the true numbers of each part of a claim, in a world with these fields."""
    seeds = (0, 1, 2) if claim.kind == "between" else (0,)  # of pairs, a seed's number is what is left without it
    results = study(World(**fields, scatter=0, seeds=seeds), kinds=[claim.kind])
    parts = claim.parts(evidence(results, CLASSES))
    return [one.first[0] - (0 if one.second is None else one.second[0]) for one in parts]


def numbers(true: list[np.ndarray], noise: str, sd: float, seeds: int, studies: int) -> list[np.ndarray]:
    """(studies, any, all, seeds) the numbers of each part.

    Half of the variance is a network's own, the same in all parts and epochs, half is new in each.
    """
    draw = np.random.default_rng([*noise.encode(), seeds])
    distribution = DEVIATIONS[noise]
    own = distribution(draw, (studies, 1, 1, seeds))
    found = []
    for part in true:
        alone = part.size * len(true) == 1
        deviation = own if alone else (own + distribution(draw, (studies, *part.shape, seeds))) / 2**0.5
        values = part[..., np.newaxis] + sd * deviation
        found.append(rounded(values, noise))
    return found


def rates(claim: Claim, true: list[np.ndarray], noise: str, sd: float, seeds: int, studies: int) -> Rates:
    """How often a claim is called what in so many studies."""
    called = verdicts(claim, numbers(true, noise, sd, seeds, studies))
    refused = sum(verdict in (CONTRADICTED, WEAKER) for verdict in called)
    return Rates(called.count(REPRODUCED) / studies, refused / studies)


def verdicts(claim: Claim, values: list[np.ndarray]) -> list[str]:
    """What a claim is called in each study, from the numbers of its parts."""
    parts = [_verdicts(claim, each, len(values)) for each in values]
    return [next(verdict for verdict in FIRMEST if verdict in found) for found in zip(*parts, strict=True)]


def _verdicts(claim: Claim, values: np.ndarray, parts: int) -> list[str]:
    """The verdict on one of so many parts in each study."""
    agree = (np.ptp(values, axis=-1) == 0).any(axis=(1, 2))
    narrow, wide = _intervals(values, TAIL), _intervals(values, TAIL / parts)
    return [
        UNDECIDED if same else judge_part(claim, Columns("paired", column), one, other)[0]
        for column, one, other, same in zip(values, narrow, wide, agree, strict=True)
    ]


def _intervals(values: np.ndarray, tail: float) -> list[Interval]:
    """(studies, any, all, seeds) -> what `extreme_interval` gives for each study."""
    several, each = values.shape[1:3]
    (mean, below), (_, above) = (student_interval(values, 1 - 2 * tail / share) for share in (several, each))
    ends = [one.min(axis=2).max(axis=1).tolist() for one in (mean, mean - below, mean + above)]
    return [Interval(*found) for found in zip(*ends, strict=True)]
