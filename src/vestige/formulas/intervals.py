"""Confidence intervals of a mean over independently trained networks."""

import numpy as np


def student_interval(values: np.ndarray, confidence: float) -> tuple[np.ndarray, np.ndarray]:
    """(..., seeds) -> mean and half-width, both (...), of the Student t interval of the mean.

    NaN is a seed without a value and does not count. Fewer than two seeds give no interval: a half-width of NaN.
    """
    from scipy.special import stdtrit  # a fifth of the import time of scipy.stats

    values = np.asarray(values, dtype=float)
    count = np.sum(~np.isnan(values), axis=-1)
    mean = np.nansum(values, axis=-1) / np.where(count > 0, count, np.nan)
    freedom = np.where(count > 1, count - 1, np.nan)
    variance = np.nansum((values - mean[..., np.newaxis]) ** 2, axis=-1) / freedom
    return mean, stdtrit(freedom, (1 + confidence) / 2) * np.sqrt(variance / count)
