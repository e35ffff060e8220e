"""The values of a part side by side: their intervals, their tests, and how far they lie from a bound."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from vestige.claims.parts import Part, Values
from vestige.metrics.intervals import Interval, extreme_interval, moments, trimmed_mean
from vestige.metrics.permutation import exchange_probability, flip_probability

TAIL = 0.025  # the error of either end of an interval
ROUNDING = 1e-12  # numbers of about 1 that differ by less agree: differences of equal steps differ in their last digits


class Columns(NamedTuple):
    """Values (any, all, seeds) of a part, or those of which others are subtracted, and how they are compared."""

    pairing: str
    first: np.ndarray
    second: np.ndarray | None = None

    @property
    def seeds(self) -> int:
        """How many there are, of the smaller group where there are two."""
        return min(each.shape[-1] for each in (self.first, self.second) if each is not None)

    @property
    def trimmed_mean(self) -> float:
        """The mean without the smallest and the largest value, likewise."""
        means = self.by_seed(lambda first, *second: trimmed_mean(first) - sum(map(trimmed_mean, second)))
        return float(means.min(axis=1).max())

    @property
    def has_no_spread(self) -> bool:
        """Whether at any epoch all seeds agree to the last digit: there is no interval then, at that epoch."""
        return bool(self.constant.any())

    @property
    def deciding_values(self) -> np.ndarray:
        """The value of each seed whose mean the statistic is: where several may do, those at the epoch that decides."""
        if self.second is not None:
            return np.empty(0)
        _, means, _ = moments(self.first)
        one = int(means.min(axis=1).argmax())
        return self.first[one, int(means[one].argmin())]

    def interval(self, tail: float) -> Interval:
        """Mean and interval."""
        return extreme_interval(self.first, self.second, tail, paired=False)

    def probability_above(self, bound: float) -> float:
        """How likely the values are, if what they are of is a bound at most: by the test without a distribution."""
        return float(self.by_seed(lambda *columns: probability(bound, *columns)).max(axis=1).min())

    def probability_below(self, bound: float) -> float:
        """The same, if it is a bound at least."""
        return float(self.by_seed(lambda *columns: probability(-bound, *(-each for each in columns))).min(axis=1).max())

    def distance_above(self, bound: float) -> float:
        """How far the mean lies above a bound, in standard deviations of a seed's value; NaN where they have none."""
        return float(self.distances(bound).min(axis=1).max())

    def distance_below(self, bound: float) -> float:
        """How far it lies below, likewise."""
        return float((-self.distances(bound)).max(axis=1).min())

    def distances(self, bound: float) -> np.ndarray:
        """(any, all) the same, above; of two groups the deviation is that of the difference between two values."""
        found = [moments(each) for each in (self.first, self.second) if each is not None]
        mean = found[0][1] - sum(mean for _, mean, _ in found[1:])
        variance = sum(variance for _, _, variance in found)
        return (mean - bound) / np.sqrt(np.where(self.constant, np.nan, variance))

    @property
    def constant(self) -> np.ndarray:
        """(any, all) whether all seeds agree there."""
        return self.by_seed(lambda *columns: all(map(is_constant, columns)))

    def by_seed(self, function: Callable) -> np.ndarray:
        """(any, all) a function of the values by seed."""
        arrays = [each for each in (self.first, self.second) if each is not None]
        places = np.ndindex(self.first.shape[:2])
        found = [function(*(each[place] for each in arrays)) for place in places]
        return np.reshape(found, self.first.shape[:2])


def values_of_part(part: Part) -> list[Values]:
    """The values of a part, or both of those that are compared."""
    return [part.first] if part.second is None else [part.first, part.second]


def blank_seeds(part: Part) -> list[int]:
    """The seeds that lack a value, though their network did not diverge."""
    return sorted({seed for column in values_of_part(part) for seed, values in column.items() if not is_sound(values)})


def is_sound(values: np.ndarray) -> bool:
    """Whether a seed has all of its values."""
    return bool(np.isfinite(values).all())


def columns_of(part: Part) -> Columns:
    """The values to compare, of the seeds that have all of theirs: differences where both have the same seeds."""
    sound = [{seed: values for seed, values in column.items() if is_sound(values)} for column in values_of_part(part)]
    stacked = [stack(column) for column in sound]
    if part.second is None:
        return Columns("one sample", stacked[0])
    if sound[0].keys() == sound[1].keys():
        return Columns("paired", stacked[0] - stacked[1])
    shape = np.broadcast_shapes(*(each.shape[:2] for each in stacked))
    return Columns("unpaired", *(np.broadcast_to(each, (*shape, each.shape[-1])) for each in stacked))


def deciding_by_seed(part: Part, columns: Columns) -> dict[int, float]:
    """The values whose mean the statistic of a part is, by seed; none of unpaired groups."""
    seeds = sorted(seed for seed, values in part.first.items() if is_sound(values))
    return dict(zip(seeds, columns.deciding_values.tolist(), strict=False))


def stack(column: Values) -> np.ndarray:
    """(any, all, seeds), of which there may be none."""
    return np.stack([column[seed] for seed in sorted(column)], axis=-1) if column else np.empty((1, 1, 0))


def is_constant(values: np.ndarray) -> bool:
    """Whether values are the same, up to rounding."""
    return not values.size or bool(np.ptp(values) <= ROUNDING * max(1.0, np.abs(values).max()))


def probability(bound: float, first: np.ndarray, second: np.ndarray | None = None) -> float:
    """How likely values so large or larger are, if their mean is a bound at most."""
    if second is None:
        return flip_probability(first - bound)
    return exchange_probability(first - bound, second)
