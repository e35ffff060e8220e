"""Parts and middles of photographs, as torchvision's own transforms give them."""

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.transforms import CenterCrop, Compose, PILToTensor, Resize
from torchvision.transforms import functional as TF
from torchvision.transforms.v2 import functional as V2

from vestige.data.resizing import resize_middle, resize_part

SIZES = [(224, 224), (300, 201), (201, 300), (97, 640), (33, 47), (256, 256)]
PARTS = [(0, 33, 0, 33), (3, 12, 5, 31), (1, 30, 20, 7), (10, 1, 10, 1)]


def draw(height: int, width: int) -> np.ndarray:
    """Noise over waves (height, width, 3)."""
    rng = np.random.default_rng(height * width)
    waves = 90 + 60 * np.sin(np.add.outer(np.arange(height) / 5, np.arange(width) / 7))[..., None]
    return np.clip(waves + rng.normal(0, 30, (height, width, 3)), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("shorter", "side"), [(256, 224), (64, 64), (75, 32)])
def test_with_pillow_the_middle_is_torchvisions_to_the_last_bit(size, shorter, side):
    pixels = draw(*size)
    transform = Compose([Resize(shorter), CenterCrop(side), PILToTensor()])
    expected = transform(Image.fromarray(pixels)).permute(1, 2, 0).numpy()
    np.testing.assert_array_equal(resize_middle(pixels, shorter, side, "pillow"), expected)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("side", [8, 33, 64])
def test_with_pillow_a_part_is_torchvisions_to_the_last_bit(part, side):
    pixels, (top, height, left, width) = draw(40, 60), part
    expected = np.asarray(TF.resized_crop(Image.fromarray(pixels), top, left, height, width, [side, side]))
    np.testing.assert_array_equal(resize_part(pixels, part, side, "pillow"), expected)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("side", [8, 33, 64])
def test_with_torch_a_part_is_torchvisions_v2_and_at_most_a_level_from_pillows(part, side):
    pixels, (top, height, left, width) = draw(40, 60), part
    found = resize_part(pixels, part, side, "torch")
    image = torch.from_numpy(pixels).permute(2, 0, 1)
    expected = V2.resized_crop(image, top, left, height, width, [side, side], antialias=True).permute(1, 2, 0)
    np.testing.assert_array_equal(found, expected)
    assert np.abs(found.astype(int) - resize_part(pixels, part, side, "pillow")).max() <= 1


@pytest.mark.parametrize("resampler", ["pillow", "torch"])
def test_what_lies_around_a_part_is_not_seen(resampler):
    pixels, part = draw(40, 60), (10, 20, 15, 30)
    other = np.full_like(pixels, 255)
    other[10:30, 15:45] = pixels[10:30, 15:45]
    np.testing.assert_array_equal(resize_part(pixels, part, 12, resampler), resize_part(other, part, 12, resampler))


@pytest.mark.parametrize("resampler", ["pillow", "torch"])
def test_an_image_of_the_right_size_is_not_resampled(resampler):
    pixels = draw(24, 24)
    np.testing.assert_array_equal(resize_part(pixels, (0, 24, 0, 24), 24, resampler), pixels)
