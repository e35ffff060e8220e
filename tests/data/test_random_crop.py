"""Random crops, as torchvision's RandomResizedCrop draws and resizes them."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torchvision.transforms import RandomResizedCrop
from torchvision.transforms import functional as TF

from vestige.data.augmentation import random_parts, resize_parts


def parts(count, height, width, scale=(0.08, 1), ratio=(3 / 4, 4 / 3)):
    """Where the random part of each of some images lies."""
    random_crop = SimpleNamespace(scale=scale, ratio=ratio)
    return random_parts(np.full(count, height), np.full(count, width), random_crop, seed=0, epoch=0)


def pictures(height=40, width=30, count=6):
    return torch.rand(count, 3, height, width, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


@pytest.mark.parametrize("size", [7, 24, 90])
def test_parts_are_resized_as_torchvision_resizes_them(size):
    images = pictures(count=40)
    places = parts(len(images), 40, 30)
    found = resize_parts(images, places, size)
    for image, (top, height, left, width), each in zip(images, places.T.tolist(), found, strict=True):
        torch.testing.assert_close(each, TF.resized_crop(image, top, left, height, width, [size, size], antialias=True))


def test_images_at_their_own_size_come_out_unchanged():
    images = pictures(24, 24)
    whole = np.repeat([[0], [24], [0], [24]], len(images), axis=1)
    assert torch.equal(resize_parts(images, whole, 24), images)


@pytest.mark.parametrize(("scale", "ratio"), [([0.08, 1], [3 / 4, 4 / 3]), ([0.5, 0.9], [0.5, 3])])
def test_parts_are_distributed_as_torchvisions(scale, ratio):
    count = 4_000
    mine = parts(count, 40, 60, scale, ratio)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        drawn = [RandomResizedCrop.get_params(torch.empty(3, 40, 60), scale, ratio) for _ in range(count)]
    theirs = np.array(drawn).T[[0, 2, 1, 3]]
    apart = np.abs(mine.mean(1) - theirs.mean(1)) / (theirs.std(1) * np.sqrt(2 / count))
    assert apart.max() < 4
    np.testing.assert_allclose(np.corrcoef(mine), np.corrcoef(theirs), atol=0.08)
    np.testing.assert_allclose(mine.std(1), theirs.std(1), rtol=0.08)
    assert (mine.min(1) >= [0, 1, 0, 1]).all()
    assert ((mine[0] + mine[1]).max(), (mine[2] + mine[3]).max()) <= (40, 60)


@pytest.mark.parametrize(("height", "width"), [(40, 40), (40, 90), (90, 40)])
@pytest.mark.parametrize("ratio", [[2, 2], [0.5, 0.5], [7, 9]])
def test_where_no_try_fits_the_largest_part_in_the_middle_is_seen_as_by_torchvision(height, width, ratio):
    scale = [1, 1]
    places = parts(3, height, width, scale, ratio)
    top, left, high, wide = RandomResizedCrop.get_params(torch.empty(3, height, width), scale, ratio)
    assert places.T.tolist() == [[top, high, left, wide]] * 3


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 9), (9, 1), (3, 3)])
@pytest.mark.parametrize("ratio", [[20, 20], [0.05, 0.05], [0.05, 20]])
def test_every_part_has_a_pixel_however_small_the_image(height, width, ratio):
    places = parts(50, height, width, [1e-3, 1e-3], ratio)
    assert places[[1, 3]].min() >= 1
    assert ((places[0] + places[1]).max(), (places[2] + places[3]).max()) <= (height, width)
    assert resize_parts(pictures(height, width, 50), places, 4).isfinite().all()


def test_images_of_their_own_sizes_have_the_parts_that_they_would_have_among_others_of_their_size():
    sizes = np.array([[40, 30], [30, 40], [8, 90], [90, 8], [1, 1], [33, 33]] * 5)
    random_crop = SimpleNamespace(scale=(0.5, 1), ratio=(3 / 4, 4 / 3))
    mixed = random_parts(*sizes.T, random_crop, seed=2, epoch=3)
    for number, (height, width) in enumerate(sizes):
        alike = random_parts(np.full(30, height), np.full(30, width), random_crop, seed=2, epoch=3)
        assert mixed[:, number].tolist() == alike[:, number].tolist()


def test_each_image_is_seen_in_another_part():
    assert len({tuple(place) for place in parts(50, 40, 30).T.tolist()}) == 50


def test_of_an_image_no_part_is_seen_more_often_at_one_end_than_at_the_other():
    tops, heights, _, _ = parts(20_000, 40, 30, scale=(0.25, 0.25), ratio=(1, 1))
    counts = np.bincount(tops, minlength=40 - heights[0] + 1)
    expected = len(tops) / len(counts)
    assert set(heights) == {17}
    assert ((counts - expected) ** 2 / expected).sum() < 60  # chi-square with 23 degrees of freedom
