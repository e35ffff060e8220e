"""Exact tests of a mean and of a difference of means, which take no distribution."""

from functools import cache
from itertools import combinations
from math import comb

import numpy as np

from vestige.foundation.random import generator

EXACT = 16  # flips of so many signs are all gone through
ROUNDING = 1e-12


def flip_probability(values: np.ndarray) -> float:
    """(seeds) -> how likely a mean so large or larger is, were each value as likely as its opposite (one-sided).

    The exact test of signs that may be flipped (Fisher 1935): it takes no distribution but symmetry around 0. Of more
    than 16 values 65,536 flips are drawn.

    >>> flip_probability(np.array([1.0, 2.0, 3.0]))
    0.125
    """
    values = np.asarray(values, dtype=float)
    if len(values) <= EXACT:
        signs = all_flips(len(values))
    else:
        signs = 1 - 2 * generator("flips", len(values)).integers(0, 2, (2**EXACT, len(values)))
        signs[0] = 1
    return share_as_large(signs @ values, values.sum())


@cache
def all_flips(count: int) -> np.ndarray:
    """(2 ** count, count) every way to flip so many signs, the one that flips none first."""
    flips = 1 - 2 * ((np.arange(2**count)[:, np.newaxis] >> np.arange(count)) & 1)
    flips.flags.writeable = False  # all who ask share it
    return flips


def exchange_probability(first: np.ndarray, second: np.ndarray) -> float:
    """(seeds), (others) -> how likely a difference of means so large or larger is, were both of one kind (one-sided).

    The exact permutation test of two groups. Where there are more than 65,536 ways to divide them, so many are drawn.
    """
    both, size = np.concatenate([first, second]).astype(float), len(first)
    if comb(len(both), size) <= 2**EXACT:
        chosen = np.array(list(combinations(range(len(both)), size)))
    else:
        draw = generator("exchanges", len(both), size)
        chosen = np.array([np.arange(size), *(draw.permutation(len(both))[:size] for _ in range(2**EXACT - 1))])
    return share_as_large(both[chosen].mean(axis=1), np.mean(first))


def share_as_large(values: np.ndarray, found: float) -> float:
    """The share of values that are at least as large as one of them, beyond rounding."""
    return float(np.mean(values >= found - ROUNDING * max(1.0, abs(found))))
