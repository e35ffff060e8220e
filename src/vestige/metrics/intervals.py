"""Intervals of a mean over independently trained networks, and the bands that the paper drew in their place."""

from typing import NamedTuple

import numpy as np


class Interval(NamedTuple):
    """A mean and the ends of its interval."""

    mean: float
    low: float
    high: float


def student_interval(values: np.ndarray, confidence: float) -> tuple[np.ndarray, np.ndarray]:
    """(..., seeds) -> mean and half-width, both (...), of the Student t interval of the mean.

    NaN is a seed without a value and does not count. Fewer than two seeds give no interval: a half-width of NaN.
    """
    from scipy.special import stdtrit  # a fifth of the import time of scipy.stats

    count, mean, variance = moments(values)
    return mean, stdtrit(np.where(count > 1, count - 1, np.nan), (1 + confidence) / 2) * np.sqrt(variance / count)


def difference_interval(
    first: np.ndarray, second: np.ndarray, confidence: float, paired: bool
) -> tuple[np.ndarray, np.ndarray]:
    """(..., seeds) each -> mean and half-width, both (...), of the t interval of the mean of first - second.

    Paired: of the differences seed by seed; a seed that lacks either does not count. Unpaired: Welch's (1947), for two
    groups of any size and spread. Fewer than two differences, or two seeds in either group, give a half-width of NaN.
    """
    from scipy.special import stdtrit

    if paired:
        return student_interval(np.asarray(first, dtype=float) - np.asarray(second, dtype=float), confidence)
    (count, mean, variance), (others, other_mean, other_variance) = moments(first), moments(second)
    own, other = variance / count, other_variance / others
    with np.errstate(invalid="ignore"):  # two groups without any spread: 0 / 0
        freedom = (own + other) ** 2 / (own**2 / (count - 1) + other**2 / (others - 1))
    freedom = np.where(own + other == 0, count + others - 2, freedom)
    return mean - other_mean, stdtrit(freedom, (1 + confidence) / 2) * np.sqrt(own + other)


def extreme_interval(first: np.ndarray, second: np.ndarray | None, tail: float, paired: bool = True) -> Interval:
    """(any, all, seeds) -> mean and ends of the interval of the largest of the smallest of several true means.

    Of a claim that something holds at any of some epochs (the first axis) for all of others (the second one): its
    number is the largest over `any` of the smallest over `all`. With one entry along both it is the t interval. An end
    lies on the wrong side of the true number with a probability of at most `tail`, however noisy the epochs are: the
    lower end is taken from intervals with an error of tail / any, the upper end from some with tail / all (Bonferroni).
    `second`, if given, is subtracted, seed by seed or (not `paired`) group from group by Welch's interval.
    """
    (several, each), ends = np.shape(first)[:2], []
    for share in (several, each):
        confidence = 1 - 2 * tail / share
        if second is None:
            ends.append(student_interval(first, confidence))
        else:
            ends.append(difference_interval(first, second, confidence, paired))
    (mean, below), (_, above) = ends
    return Interval(*(float(one.min(axis=1).max()) for one in (mean, mean - below, mean + above)))


def trimmed_mean(values: np.ndarray) -> float:
    """The mean without the smallest and the largest value; NaN of fewer than three.

    >>> trimmed_mean(np.array([1.0, 2.0, 9.0]))
    2.0
    """
    return float(np.sort(values)[1:-1].mean()) if len(values) > 2 else np.nan


def moments(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(..., seeds) -> how many are not NaN, their mean (NaN of none) and their unbiased variance (NaN of one)."""
    values = np.asarray(values, dtype=float)
    count = np.sum(~np.isnan(values), axis=-1)
    mean = np.nansum(values, axis=-1) / np.where(count > 0, count, np.nan)
    freedom = np.where(count > 1, count - 1, np.nan)
    return count, mean, np.nansum((values - mean[..., np.newaxis]) ** 2, axis=-1) / freedom


def paper_interval(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(..., networks) -> mean and half-width, both (...), of the paper's band: twice the population's standard error.

    NaN is a network without a value. A single network gets no band: NaN, where the formula says 0.
    """
    count, mean, variance = moments(values)
    return mean, 2 * np.sqrt(variance * (count - 1) / count / count)


def pooled_spread(means: np.ndarray, spreads: np.ndarray) -> np.ndarray:
    """(..., networks) each -> (...): the population's standard deviation over all units of all networks.

    From the mean and standard deviation of a block's units in each network, with as many units in every one.
    """
    return np.sqrt(np.mean(np.square(spreads), axis=-1) + np.var(means, axis=-1))


def block_band(spread: np.ndarray, channels: np.ndarray) -> np.ndarray:
    """(...) -> (...): the paper's half-width of a block's mean (figure 9), from its spread over networks and channels.

    It divides by the channels of one network, whatever the number of networks: no interval of anything.
    """
    return 2 * spread / np.sqrt(channels)


def module_band(spreads: np.ndarray) -> np.ndarray:
    """(..., blocks) -> (...): the paper's half-width of a module's mean (figure 2), from the spread of each block.

    The standard deviation of standard deviations, over the root of their number: it is 0 for a single block, and for
    any number of equally wide ones, however far apart their units are.
    """
    return 2 * np.std(spreads, axis=-1) / np.sqrt(np.shape(spreads)[-1])
