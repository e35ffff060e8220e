"""Handwritten digits of 8x8 pixels in 10 classes, which scikit-learn brings along."""

from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt

from vestige.data.settings import Source


class Settings(Source):
    """Which images of each class are set aside for validation."""

    source: Literal["digits"]
    """The 1,797 handwritten digits of scikit-learn."""
    val_fraction: Annotated[float, Field(gt=0, lt=1)]
    """The share of each class that is held out for validation."""
    split_seed: NonNegativeInt
    """The seed of the split into training and validation images."""


def read(settings: Settings):
    """All 1,797 digits, split class by class, the grey levels 0..16 stretched to 0..255."""
    import numpy as np
    from sklearn.datasets import load_digits

    from vestige.data.arrays import Decoded, split_stratified

    found = load_digits()
    labels = found.target.astype(np.int64)
    # 255 * level / 16, halves rounded up, in integers: the same on every machine.
    images = ((found.images.astype(np.int64) * 255 + 8) // 16).astype(np.uint8)[:, None]
    rows = split_stratified(labels, settings.val_fraction, settings.split_seed)
    return Decoded(
        images={split: images[row] for split, row in rows.items()},
        labels={split: labels[row] for split, row in rows.items()},
        class_names=tuple(str(name) for name in found.target_names),
    )
