"""Which epochs the paper's words mean, in runs of any length, and what is read off a curve there.

A curve is a DataArray along `epoch` alone, with the scalar coordinate `epochs`: how long the run is, which may be more
than was measured. What is read is NaN where the epochs that it takes were not measured.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

FEW = 3  # "the next 2-3 epochs" (section 5), "the first few epochs" (figure 2)
FIRST_THIRD = 1 / 3  # where a peak counts as early; short runs take fewer steps an epoch, and rise over more epochs
LATEST_PEAK = 6  # twice FEW: the paper's peaks lie in epochs 1 to 3 of 90 (figure 2); a third of 90 is not "first few"
LAST_FIFTH = 1 / 5  # the end: at a constant learning rate neighbouring epochs differ by chance, and more are averaged
SHORTEST = 9  # epochs: in a shorter run the first third has fewer than FEW


@dataclass(frozen=True, eq=False)
class Reading:
    """What is read off a curve, and the epochs that it was read at.

    `values` (any, all): a number, or one for each of several epochs of which a claim means any (along the first axis)
    or all (along the second).
    """

    values: np.ndarray
    epochs: tuple[int, ...] = ()

    @classmethod
    def single(cls, value: float, epochs: Iterable[int] = ()) -> "Reading":
        """A single number."""
        return cls(np.array([[value]], dtype=float), tuple(epochs))

    @property
    def value(self) -> float:
        """The number, where it is a single one."""
        return self.values.item()

    @property
    def for_all(self) -> "Reading":
        """The same numbers, of which the claim means all."""
        return Reading(self.values.T, self.epochs)

    def __add__(self, other: "Reading") -> "Reading":
        return Reading(self.values + other.values, tuple(sorted({*self.epochs, *other.epochs})))

    def __sub__(self, other: "Reading") -> "Reading":
        return self + -other

    def __neg__(self) -> "Reading":
        return -1 * self

    def __mul__(self, factor) -> "Reading":
        return Reading(self.values * factor, self.epochs)

    __rmul__ = __mul__
    __array_ufunc__ = None  # a factor that is an array leaves the product to Reading


def first_few(curve) -> Reading:
    """Mean over epochs 1 to 3, without epoch 0, before which nothing has been learnt; NaN in a run too short."""
    epoch = curve["epoch"].values
    return mean(curve, (epoch >= 1) & (epoch <= FEW) & is_long_enough(curve))


def at_any_early(curve, later: int = 0) -> Reading:
    """The values at each epoch of the early window, or so many epochs later; NaN in a run too short."""
    return at_each(curve, [epoch + later for epoch in early_epochs(curve)])


def at_any_after(curve, epoch: int) -> Reading:
    """The values at each measured epoch after one."""
    return at_each(curve, [int(each) for each in curve["epoch"].values if each > epoch])


def at_each(curve, epochs: list[int]) -> Reading:
    """The values at some epochs, of which the claim means any; NaN for those that were not measured, or for none."""
    if not epochs:
        return Reading.single(np.nan)
    return Reading(curve.reindex(epoch=epochs).values.astype(float)[:, np.newaxis], tuple(epochs))


def value_at(curve, epoch: int) -> Reading:
    """The value at an epoch; NaN where it was not measured."""
    return mean(curve, curve["epoch"].values == epoch)


def at_end(curve) -> Reading:
    """Mean over the last fifth of the run."""
    return mean(curve, in_last_fifth(curve, length(curve)))


def before_end(curve) -> Reading:
    """Mean over the fifth of the run before its last."""
    epoch, last = curve["epoch"].values, length(curve)
    return mean(curve, (epoch > (1 - 2 * LAST_FIFTH) * last) & ~in_last_fifth(curve, last))


def at_end_measured(curve) -> Reading:
    """Mean over the last fifth of what was measured, which may end long before the run does; NaN if that is short."""
    last = int(curve["epoch"].values.max())
    return mean(curve, in_last_fifth(curve, last)) if last >= SHORTEST else Reading.single(np.nan)


def at_last(curve) -> Reading:
    """The value at the last epoch that was measured, if that lies within the last fifth of the run."""
    epoch = curve["epoch"].values
    return mean(curve, in_last_fifth(curve, length(curve)) & (epoch == epoch.max()))


def first_with_value(curves: list) -> int | None:
    """The first epoch of the early window at which every one of some curves has a value; None where there is none.

    Those that have none anywhere are passed over: they have no value at whichever epoch it is.
    """
    found = [curve for curve in curves if epochs_with_value(curve).size]
    shared = [{int(epoch) for epoch in epochs_with_value(curve)} & set(early_epochs(curve)) for curve in found]
    return min(set.intersection(*shared), default=None) if shared else None


def epochs_with_value(curve) -> np.ndarray:
    """The epochs at which a curve has a value."""
    return curve["epoch"].values[np.isfinite(curve.values)]


def in_last_fifth(curve, last: int) -> np.ndarray:
    """Which epochs lie in the last fifth of those up to `last`."""
    return curve["epoch"].values > (1 - LAST_FIFTH) * last


def early_epochs(curve) -> list[int]:
    """The measured epochs of the early window: the first third but no more than six, after 0; none if too short."""
    latest = min(length(curve) * FIRST_THIRD, LATEST_PEAK)
    return [int(epoch) for epoch in curve["epoch"].values if 1 <= epoch <= latest and is_long_enough(curve)]


def is_long_enough(curve) -> bool:
    """Whether the first few epochs can be told from the rest."""
    return length(curve) >= SHORTEST


def length(curve) -> int:
    """How many epochs the run has, measured or not."""
    return int(curve["epochs"])


def mean(curve, chosen: np.ndarray) -> Reading:
    """Mean over the chosen epochs, and these; NaN where there are none, or where a value is not a number."""
    values = curve.values[chosen]
    epochs = (int(epoch) for epoch in curve["epoch"].values[chosen])
    return Reading.single(float(values.mean()) if values.size else np.nan, epochs)
