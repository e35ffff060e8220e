"""Random changes of training images."""

import numpy as np
import pytest

from vestige.data.augmentation import augmentation, flipped, shifted

IMAGES = np.random.default_rng(0).integers(1, 256, (40, 2, 5, 6), dtype=np.uint8)
ALL = np.arange(40)


def moved(image, down, right):
    """One image (channels, height, width) moved pixel by pixel."""
    found = np.zeros_like(image)
    for y, x in np.ndindex(image.shape[1:]):
        if 0 <= y + down < image.shape[1] and 0 <= x + right < image.shape[2]:
            found[:, y + down, x + right] = image[:, y, x]
    return found


def test_a_shift_moves_an_image_down_and_right_and_zeros_come_in():
    moves = np.array([(down, right) for down in (-2, -1, 0, 1, 2) for right in (-2, -1, 0, 1, 2)])
    expected = [moved(image, *move) for image, move in zip(IMAGES, moves)]  # noqa: B905 - fewer moves than images
    np.testing.assert_array_equal(shifted(IMAGES[:25], moves, 2), expected)


def test_a_flip_mirrors_left_and_right_of_the_images_that_are_drawn():
    found = flipped(IMAGES[:2], np.array([True, False]))
    np.testing.assert_array_equal(found[0], IMAGES[0, :, :, ::-1])
    np.testing.assert_array_equal(found[1], IMAGES[1])


@pytest.mark.parametrize(("shift", "flip"), [(1, None), (None, 0.5), (2, 0.5)])
def test_what_happens_to_an_image_does_not_depend_on_its_place_in_a_batch(shift, flip):
    augment = augmentation(shift, flip, 40, seed=3, epoch=2)
    order = np.random.default_rng(1).permutation(40)
    together = augment(IMAGES[order], order)
    alone = [augment(IMAGES[[number]], np.array([number]))[0] for number in order]
    np.testing.assert_array_equal(together, alone)


@pytest.mark.parametrize(("seed", "epoch"), [(3, 3), (4, 2)])
def test_another_epoch_or_seed_changes_images_otherwise(seed, epoch):
    one, other = augmentation(2, 0.5, 40, seed=3, epoch=2), augmentation(2, 0.5, 40, seed, epoch)
    assert (one(IMAGES, ALL) != other(IMAGES, ALL)).any()


def test_every_shift_up_to_the_largest_occurs():
    batch = np.zeros((500, 1, 5, 5), np.uint8)
    batch[:, :, 2, 2] = 1
    found = augmentation(1, None, 500, seed=0, epoch=0)(batch, np.arange(500))
    assert sorted({tuple(place) for place in np.argwhere(found[:, 0])[:, 1:]}) == [
        (y, x) for y in (1, 2, 3) for x in (1, 2, 3)
    ]


def test_a_flip_of_probability_one_mirrors_all():
    np.testing.assert_array_equal(augmentation(None, 1.0, 40, 0, 0)(IMAGES, ALL), IMAGES[..., ::-1])


def test_no_effect_leaves_images_alone():
    assert augmentation(None, None, 40, 0, 0)(IMAGES, ALL) is IMAGES


def test_flipping_as_well_does_not_change_the_shifts():
    shifts, both = augmentation(2, None, 40, 0, 0)(IMAGES, ALL), augmentation(2, 1.0, 40, 0, 0)(IMAGES, ALL)
    np.testing.assert_array_equal(both, shifts[..., ::-1])
