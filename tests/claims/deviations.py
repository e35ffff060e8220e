"""How what is measured of a made-up network deviates from what is true of it."""

import numpy as np


def _lognormal(draw, shape):
    """A long tail of large values."""
    return (draw.lognormal(size=shape) - np.exp(0.5)) / (np.exp(2) - np.exp(1)) ** 0.5


def _collapse(draw, shape):
    """One in ten falls by ten times what the others differ by."""
    return (draw.normal(size=shape) - 10 * (draw.random(shape) < 0.1) + 1) / 10**0.5


# How what a number deviates by is distributed: functions of a generator and a shape, of mean 0 and variance 1. Coarse
# ones are rounded as well, to steps of one in 359 images.
DEVIATIONS = {
    "normal": lambda draw, shape: draw.normal(size=shape),
    "coarse": lambda draw, shape: draw.normal(size=shape),
    "heavy tails": lambda draw, shape: draw.standard_t(3, size=shape) / 3**0.5,
    "lognormal, up": _lognormal,
    "lognormal, down": lambda draw, shape: -_lognormal(draw, shape),
    "collapse, up": lambda draw, shape: -_collapse(draw, shape),
    "collapse, down": _collapse,
}
COARSE, IMAGES = "coarse", 359


def rounded(values: np.ndarray, noise: str) -> np.ndarray:
    """Accuracies on 359 images, where noise is coarse."""
    return np.round(values * IMAGES) / IMAGES if noise == COARSE else values
