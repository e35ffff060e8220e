"""Which epochs the paper's words mean, in runs of any length, and what is read off a curve there.

A curve is a DataArray along `epoch` alone, with the scalar coordinate `epochs`: how long the run is, which may be more
than was measured. What is read is NaN where the epochs that it takes were not measured.
"""

from dataclasses import dataclass
from math import nan

import numpy as np

FEW = 3  # "the next 2-3 epochs" (section 5), "the first few epochs" (figure 2)
FIRST_THIRD = 1 / 3  # where a peak counts as early; short runs take fewer steps an epoch, and rise over more epochs
LATEST_PEAK = 6  # twice FEW: the paper's peaks lie in epochs 1 to 3 of 90 (figure 2); a third of 90 is not "first few"
LAST_FIFTH = 1 / 5  # the end: at a constant learning rate neighbouring epochs differ by chance, and more are averaged
SHORTEST = 9  # epochs: in a shorter run the first third has fewer than FEW


@dataclass(frozen=True)
class Reading:
    """A value read off a curve, and the epochs that it was read at."""

    value: float
    epochs: tuple[int, ...] = ()

    def __sub__(self, other: "Reading") -> "Reading":
        return Reading(self.value - other.value, tuple(sorted({*self.epochs, *other.epochs})))

    def __neg__(self) -> "Reading":
        return Reading(-self.value, self.epochs)


def first_few(curve) -> Reading:
    """Mean over epochs 1 to 3, without epoch 0, before which nothing has been learnt; NaN in a run too short."""
    epoch = curve["epoch"].values
    return mean(curve, (epoch >= 1) & (epoch <= FEW) & long_enough(curve))


def early_peak(curve) -> Reading:
    """The largest value of the early window; NaN in a run too short."""
    return largest(curve, early(curve))


def peak(curve) -> Reading:
    """The largest value after epoch 0."""
    return largest(curve, curve["epoch"].values >= 1)


def after_peak(curve) -> Reading:
    """The value three epochs after the largest of the early window; NaN in a run too short."""
    where = np.flatnonzero(early(curve))
    if not where.size:
        return Reading(nan)
    highest = where[np.argmax(curve.values[where])]
    return at(curve, int(curve["epoch"].values[highest]) + FEW)


def first_usable(curve) -> Reading:
    """The value at the first epoch of the early window that has one."""
    usable = curve["epoch"].values[early(curve) & np.isfinite(curve.values)]
    return at(curve, int(usable.min())) if usable.size else Reading(nan)


def at(curve, epoch: int) -> Reading:
    """The value at an epoch; NaN where it was not measured."""
    return mean(curve, curve["epoch"].values == epoch)


def at_end(curve) -> Reading:
    """Mean over the last fifth of the run."""
    return mean(curve, in_last_fifth(curve, length(curve)))


def at_end_measured(curve) -> Reading:
    """Mean over the last fifth of what was measured, which may end long before the run does; NaN if that is short."""
    last = int(curve["epoch"].values.max())
    return mean(curve, in_last_fifth(curve, last)) if last >= SHORTEST else Reading(nan)


def at_last(curve) -> Reading:
    """The value at the last epoch that was measured, if that lies within the last fifth of the run."""
    epoch = curve["epoch"].values
    return mean(curve, in_last_fifth(curve, length(curve)) & (epoch == epoch.max()))


def in_last_fifth(curve, last: int) -> np.ndarray:
    """Which epochs lie in the last fifth of those up to `last`."""
    return curve["epoch"].values > (1 - LAST_FIFTH) * last


def early(curve) -> np.ndarray:
    """Which epochs lie in the early window: the first third but no more than six, after epoch 0; none if too short."""
    epoch = curve["epoch"].values
    return (epoch >= 1) & (epoch <= min(length(curve) * FIRST_THIRD, LATEST_PEAK)) & long_enough(curve)


def long_enough(curve) -> bool:
    """Whether the first few epochs can be told from the rest."""
    return length(curve) >= SHORTEST


def length(curve) -> int:
    """How many epochs the run has, measured or not."""
    return int(curve["epochs"])


def largest(curve, chosen: np.ndarray) -> Reading:
    """The largest value of the chosen epochs, and all of these; NaN where there are none, or where one is NaN."""
    values = curve.values[chosen]
    return Reading(float(values.max()) if values.size else nan, used(curve, chosen))


def mean(curve, chosen: np.ndarray) -> Reading:
    """Mean over the chosen epochs, and these; NaN where there are none, or where a value is not a number."""
    values = curve.values[chosen]
    return Reading(float(values.mean()) if values.size else nan, used(curve, chosen))


def used(curve, chosen: np.ndarray) -> tuple[int, ...]:
    """The chosen epochs as whole numbers."""
    return tuple(int(epoch) for epoch in curve["epoch"].values[chosen])
