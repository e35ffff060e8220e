"""Whether two partitions of the same units share more information than by chance: one is dealt out anew, many times."""

import numpy as np
from scipy.special import xlogy

from vestige.metrics.partitions import count_shared, entropy

NOTHING = 1e-12  # bits: a deviation below it is rounding


def mutual_information(first: np.ndarray, second: np.ndarray) -> float:
    """The mutual information in bits of two partitions (units) without dead units; NaN of no units.

    >>> mutual_information(np.array([0, 0, 1, 1]), np.array([3, 3, 5, 5]))
    1.0
    """
    table = count_shared(first, second)
    if not table.size:
        return float("nan")
    return entropy(table.sum(axis=1)) + entropy(table.sum(axis=0)) - entropy(table.ravel())


def relabelled_information(first: np.ndarray, second: np.ndarray, draws: int, stream: np.random.Generator):
    """(draws) the mutual information in bits after the second partition is dealt out to the units at random.

    Sizes are kept, so that only the entropy of both together changes.
    """
    (rows, first), (columns, second) = (np.unique(each, return_inverse=True) for each in (first, second))
    cells = len(rows) * len(columns)
    dealt = stream.permuted(np.tile(second, (draws, 1)), axis=1)
    at = np.arange(draws)[:, np.newaxis] * cells + first * len(columns) + dealt
    shares = np.bincount(at.ravel(), minlength=draws * cells).reshape(draws, cells) / len(first)
    both = -xlogy(shares, shares).sum(axis=1) / np.log(2)
    return entropy(np.bincount(first)) + entropy(np.bincount(second)) - both


def standardise(found: float, drawn: np.ndarray) -> float:
    """By how many standard deviations a value lies above the mean of those drawn; NaN where these are all alike."""
    spread = drawn.std(ddof=1)
    return float((found - drawn.mean()) / spread) if spread > NOTHING else float("nan")
