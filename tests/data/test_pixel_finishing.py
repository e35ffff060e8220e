"""What is done to a photograph in the thread that has decoded it."""

import numpy as np
import pytest
import torch

from vestige.data import arrays
from vestige.data.augmentation import flip_images
from vestige.data.pixel_finishing import Bytes, Normalized

IMAGENET = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
DRAWN = tuple(torch.from_numpy(np.random.default_rng(0).uniform(0.1, 0.9, (2, 3)).astype(np.float32)))


def every_level() -> np.ndarray:
    """An image (16, 16, 3) with all levels of each channel, which is not its own mirror image."""
    return np.random.default_rng(0).permuted(np.arange(256).repeat(3).reshape(256, 3), axis=0).reshape(16, 16, 3)


@pytest.mark.parametrize("normalisation", [IMAGENET, DRAWN], ids=["imagenet", "drawn"])
@pytest.mark.parametrize("flips", [None, np.array([False]), np.array([True])], ids=["none", "as it is", "mirrored"])
def test_every_level_is_normalised_to_the_bits_of_a_whole_batch(normalisation, flips):
    pixels, found = every_level().astype(np.uint8), np.empty((16, 16, 3), np.float32)
    Normalized(*normalisation, 16, flips).write(pixels, 0, found)
    batch = torch.from_numpy(pixels).permute(2, 0, 1)[None]
    expected = arrays.normalise(batch if flips is None else flip_images(batch, flips), *normalisation)
    np.testing.assert_array_equal(
        found.view(np.uint32), expected[0].permute(1, 2, 0).contiguous().numpy().view(np.uint32)
    )


def test_bytes_stay_as_they_are_for_a_device_that_normalises_them():
    pixels, found = every_level().astype(np.uint8), np.empty((16, 16, 3), np.uint8)
    Bytes().write(pixels, 0, found)
    np.testing.assert_array_equal(found, pixels)
