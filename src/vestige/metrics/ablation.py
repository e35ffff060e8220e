"""Progressive ablation: how many channels, in which order, how they are set to zero, what is read off a curve."""

from collections.abc import Iterable

import numpy as np


def grid_fractions(channels: int, fractions: Iterable[float]) -> list[int]:
    """Counts of channels nearest to the fractions (halves go up), increasing and without repetition.

    >>> grid_fractions(64, [0, 0.1, 0.5, 1])
    [0, 6, 32, 64]
    """
    return sorted({int(np.floor(fraction * channels + 0.5)) for fraction in fractions})


def grid_steps(channels: int, first: int, second: int) -> list[int]:
    """The paper's grid: every `first` channels below half of them, every `second` from half on.

    The last count need not be `channels`: steps of 15 and 40 end at 248 of 256.

    >>> grid_steps(256, 15, 40)[-5:]
    [120, 128, 168, 208, 248]
    """
    half = channels // 2
    return [*range(0, half, first), *range(half, channels + 1, second)]


def zero_channels(output, channels, axis: int = 1):
    """A Tensor (n, channels, ...) with the channels where `channels` is true set to zero, whatever they held.

    `channels` is (channels,) for all images alike, or (n, channels); None for none. They lie along dimension `axis`.
    """
    if channels is None:
        return output
    mask = channels.to(output.device).reshape(*channels.shape, *[1] * (output.dim() - 2))
    return output.masked_fill(mask if axis == 1 else mask.movedim(1 - output.dim(), axis), 0)


def rank_channels(selectivity: np.ndarray) -> np.ndarray:
    """(channels,) selectivity -> channels, the most selective first; ties by channel, silent ones (NaN) last.

    >>> rank_channels([0.2, float('nan'), 0.9]).tolist()
    [2, 0, 1]
    """
    return np.argsort(-np.asarray(selectivity), kind="stable")


def normalise_accuracy(accuracy: np.ndarray) -> np.ndarray:
    """(..., points) accuracy as a share of the largest on its curve; NaN for a curve of NaN or of zeros.

    >>> normalise_accuracy(np.array([0.8, 0.4])).tolist()
    [1.0, 0.5]
    """
    largest = np.fmax.reduce(np.asarray(accuracy, dtype=float), axis=-1, keepdims=True)
    return accuracy / np.where(largest > 0, largest, np.nan)


def area_sum(accuracy: np.ndarray) -> np.ndarray:
    """(..., points) -> (...): the paper's area under a curve, the plain sum over the grid (figure 3).

    It weighs the dense part of an uneven grid more and grows with the number of points: compare within a module only.

    >>> float(area_sum(np.array([1.0, 0.5, 0.25])))
    1.75
    """
    return np.sum(accuracy, axis=-1)


def area_integral(accuracy: np.ndarray, fraction: np.ndarray) -> np.ndarray:
    """(..., points) at increasing fractions -> (...): the trapezoid integral over the span of the fractions, a mean.

    >>> float(area_integral(np.array([1.0, 0.5, 0.0]), np.array([0.0, 0.5, 1.0])))
    0.5
    """
    return np.trapezoid(accuracy, fraction, axis=-1) / (fraction[-1] - fraction[0])
