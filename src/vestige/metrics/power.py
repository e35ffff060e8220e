"""How many seeds a t interval needs to lie beyond a bound: power by the noncentral t distribution."""

from collections.abc import Sequence
from functools import cache

import numpy as np

POWER = 0.9  # as is usual: one study in ten may miss what is there
FEWEST, MOST = 3, 100  # seeds that are asked about
QUANTILES = 4096
FARTHEST = 100.0  # standard deviations: an interval of three seeds lies beyond a bound so far away


def power_of_t(distance: float, seeds: int, tail: float) -> float:
    """How likely the t interval of a mean over seeds lies beyond a bound.

    `distance` is that of the true mean from the bound, in standard deviations of a seed's value, and `tail` the error
    of that end of the interval. Values are taken to be normal. It is the mean, over the standard deviations that seeds
    may show, of the probability that their mean is as far away as that takes.
    """
    from scipy.special import ndtr, stdtrit

    quantile = stdtrit(seeds - 1, 1 - tail)
    return float(ndtr(distance * np.sqrt(seeds) - quantile * shown_deviations(seeds - 1)).mean())


@cache
def shown_deviations(freedom: int) -> np.ndarray:
    """Quantiles, equally likely, of the standard deviation that seeds show, as a share of the true one.

    scipy's own noncentral t (`nctdtr`) has no number where the distance is large.
    """
    from scipy.special import gammaincinv

    middles = (np.arange(QUANTILES) + 0.5) / QUANTILES
    return np.sqrt(2 * gammaincinv(freedom / 2, middles) / freedom)


def seeds_needed(distances: Sequence[float], tail: float) -> float:
    """With how many seeds, from 3 on, the interval lies beyond one bound, or several, in nine of ten studies.

    `distances` are as in `power_of_t`. Infinity where 100 are not enough, NaN where a distance is not a finite number.
    """
    if not np.isfinite(distances).all():
        return np.nan
    for seeds in range(FEWEST, MOST + 1):
        if sum(1 - power_of_t(distance, seeds, tail) for distance in distances) <= 1 - POWER:
            return seeds
    return np.inf


def distance_found(seeds: int, tail: float) -> float:
    """The least distance from a bound, as in `power_of_t`, at which nine of ten intervals lie beyond it."""
    from scipy.optimize import brentq

    return float(brentq(lambda distance: power_of_t(distance, seeds, tail) - POWER, 0, FARTHEST))
