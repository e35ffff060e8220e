"""Batches of images."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import xarray as xr
from torchvision.transforms.functional import center_crop

from vestige.data import arrays
from vestige.data.loader import Split, keep_on_device, middle, split_of
from vestige.stages.training import refuse_lonely_image

IMAGES = np.arange(10 * 2 * 3 * 3, dtype=np.uint8).reshape(10, 2, 3, 3)
SPLIT = Split(IMAGES, np.arange(10), 4, torch.tensor([0.1, 0.2]), torch.tensor([0.3, 0.4]))


def test_batches_follow_the_order_and_the_last_may_be_smaller():
    labels = [labels.tolist() for _, labels in SPLIT.batches(np.arange(10)[::-1])]
    assert labels == [[9, 8, 7, 6], [5, 4, 3, 2], [1, 0]]


def test_images_are_normalised_channel_by_channel():
    images, _ = next(SPLIT.batches(np.arange(10)))
    expected = (IMAGES[:4] / 255 - np.array([0.1, 0.2])[:, None, None]) / np.array([0.3, 0.4])[:, None, None]
    assert images.dtype == torch.float32
    np.testing.assert_allclose(images, expected, rtol=1e-5)


def test_images_are_changed_by_their_number_before_they_are_normalised():
    batches = SPLIT.batches(
        np.array([7, 2]), lambda pixels, numbers: pixels * 0 + torch.from_numpy(numbers)[:, None, None, None]
    )
    images, _ = next(batches)
    expected = [(number / 255 - 0.1) / 0.3 for number in (7, 2)]
    np.testing.assert_allclose(images[:, 0, 0, 0], expected, rtol=1e-5)


def test_of_an_image_its_middle_is_seen_where_there_is_a_crop():
    images, _ = next(replace(SPLIT, crop=1).batches(np.arange(10)))
    whole, _ = next(SPLIT.batches(np.arange(10)))
    assert torch.equal(images, whole[..., 1:2, 1:2])


@pytest.mark.parametrize("crop", [None, 2])
def test_images_that_are_kept_on_the_device_are_the_same_and_lie_alike(crop):
    split, order = replace(SPLIT, crop=crop), np.array([3, 1, 9, 0, 7, 7])
    kept = keep_on_device(split)
    kept = replace(kept, images=np.zeros_like(kept.images))  # it reads none of these any more
    for (one, labels), (other, other_labels) in zip(split.batches(order), kept.batches(order), strict=True):
        assert torch.equal(one, other)
        assert one.stride() == other.stride()
        assert torch.equal(labels, other_labels)


@pytest.mark.parametrize(("height", "width"), [(24, 24), (40, 30), (41, 29), (25, 27)])
def test_the_middle_is_where_torchvision_cuts_it(height, width):
    images = torch.arange(height * width).reshape(1, 1, height, width)
    assert torch.equal(middle(images, 24), center_crop(images, [24, 24]))


def test_images_that_are_smaller_than_the_crop_are_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    digests = {kind: [arrays.store_array(each)] for kind, each in (("images", IMAGES), ("labels", np.arange(10)))}
    said = {f"{kind}_sha256": ("split", names) for kind, names in digests.items()}
    images = xr.Dataset(said | {"mean": ("channel", [0.5, 0.5]), "std": ("channel", [0.5, 0.5])}, {"split": ["val"]})
    with pytest.raises(ValueError, match="images.crop: found 4; the images have only 3 pixels a side; allowed: 1 to 3"):
        split_of(images, SimpleNamespace(source="absent", crop=4), "val", 4, torch.device("cpu"))


@pytest.mark.parametrize(("batch_size", "count"), [(3, 4), (5, 2), (10, 1), (64, 1)])
def test_batches_are_counted_before_they_are_read(batch_size, count):
    split = replace(SPLIT, batch_size=batch_size)
    assert split.count_batches() == len(list(split.batches(np.arange(10)))) == count


@pytest.mark.parametrize(("images", "batch_size"), [(10, 3), (10, 9), (11, 5), (7, 1)])
def test_a_last_batch_of_one_image_is_refused_with_a_size_that_works(images, batch_size):
    with pytest.raises(ValueError, match=rf"batch_size {batch_size} .* {images} training images") as refusal:
        refuse_lonely_image(images, batch_size)
    refuse_lonely_image(images, int(str(refusal.value).split()[-1]))


@pytest.mark.parametrize(("images", "batch_size"), [(10, 4), (10, 10), (10, 64), (10, 5)])
def test_any_other_last_batch_is_fine(images, batch_size):
    refuse_lonely_image(images, batch_size)
