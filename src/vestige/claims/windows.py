"""Which epochs the paper's words mean, in runs of any length. A curve is a DataArray along `epoch` alone."""

from math import nan

import numpy as np

FEW = 3  # "the next 2-3 epochs" (section 5), "the first few epochs" (figure 2)
FIRST_THIRD = 1 / 3  # where a peak counts as early; short runs take fewer steps an epoch, and rise over more epochs
LAST_FIFTH = 1 / 5  # the end: at a constant learning rate neighbouring epochs differ by chance, and more are averaged
SHORTEST = 9  # epochs: in a shorter run the first third has fewer than FEW
TOO_SHORT = f"it takes a run of {SHORTEST} epochs or more, measured within the first {FEW}"


def first_few(curve) -> float:
    """Mean over epochs 1 to 3, without epoch 0, before which nothing has been learnt; NaN in a run too short."""
    return mean(curve, in_first_few(curve["epoch"].values) & long_enough(curve))


def in_first_few(epoch: np.ndarray) -> np.ndarray:
    """Whether epochs are among the first few."""
    return (epoch >= 1) & (epoch <= FEW)


def early_peak(curve) -> float:
    """The largest value from epoch 1 to the end of the first third; NaN in a run too short."""
    values = curve.values[early(curve)]
    return float(values.max()) if values.size else nan


def after_peak(curve) -> float:
    """The value three epochs after the largest of the first third; NaN in a run too short."""
    where = np.flatnonzero(early(curve))
    if not where.size:
        return nan
    peak = where[np.argmax(curve.values[where])]
    return at(curve, int(curve["epoch"].values[peak]) + FEW)


def at(curve, epoch: int) -> float:
    """The value at an epoch; NaN where it was not measured."""
    return mean(curve, curve["epoch"].values == epoch)


def at_end(curve) -> float:
    """Mean over the last fifth of the run, the last epoch at least."""
    return mean(curve, curve["epoch"].values > (1 - LAST_FIFTH) * last_epoch(curve))


def at_last(curve) -> float:
    """The value at the last epoch that was measured."""
    return at(curve, last_epoch(curve))


def early(curve) -> np.ndarray:
    """Which epochs lie in the first third, after epoch 0; none in a run too short."""
    epoch = curve["epoch"].values
    return (epoch >= 1) & (epoch <= last_epoch(curve) * FIRST_THIRD) & long_enough(curve)


def long_enough(curve) -> bool:
    """Whether the first few epochs can be told from the rest."""
    return last_epoch(curve) >= SHORTEST


def last_epoch(curve) -> int:
    """The last epoch that was measured."""
    return int(curve["epoch"].values.max())


def mean(curve, chosen: np.ndarray) -> float:
    """Mean over the chosen epochs; NaN where there are none, or where a value is not a number."""
    values = curve.values[chosen]
    return float(values.mean()) if values.size else nan
