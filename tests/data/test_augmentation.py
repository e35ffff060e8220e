"""Random changes of training images."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from vestige.data.augmentation import augmentation, flip_images, shift_images

IMAGES = torch.from_numpy(np.random.default_rng(0).integers(1, 256, (40, 2, 5, 6), dtype=np.uint8))
ALL = np.arange(40)
CROP = SimpleNamespace(scale=(0.2, 1), ratio=(0.75, 1.25))


def augment(shift=None, flip=None, random_crop=None, crop=None, seed=3, epoch=2, shape=IMAGES.shape):
    """What an epoch does to batches of the images above."""
    training = SimpleNamespace(shift=shift, flip=flip, random_crop=random_crop)
    sides = (np.full(shape[0], side) for side in shape[2:])
    return augmentation(training, *sides, crop, seed, epoch)


def moved(image, down, right):
    """One image (channels, height, width) moved pixel by pixel."""
    found = torch.zeros_like(image)
    for y, x in np.ndindex(*image.shape[1:]):
        if 0 <= y + down < image.shape[1] and 0 <= x + right < image.shape[2]:
            found[:, y + down, x + right] = image[:, y, x]
    return found


def test_a_shift_moves_an_image_down_and_right_and_zeros_come_in():
    moves = np.array([(down, right) for down in (-2, -1, 0, 1, 2) for right in (-2, -1, 0, 1, 2)])
    expected = [moved(image, *move) for image, move in zip(IMAGES, moves)]  # noqa: B905 - fewer moves than images
    assert torch.equal(shift_images(IMAGES[:25], moves, 2), torch.stack(expected))


def test_a_flip_mirrors_left_and_right_of_the_images_that_are_drawn():
    found = flip_images(IMAGES[:2], np.array([True, False]))
    assert torch.equal(found[0], IMAGES[0].flip(2))
    assert torch.equal(found[1], IMAGES[1])


EFFECTS = [
    {"shift": 1},
    {"flip": 0.5},
    {"shift": 2, "flip": 0.5},
    {"shift": 2, "flip": 0.5, "crop": 4},
    {"random_crop": CROP, "crop": 4},
    {"random_crop": CROP, "crop": 4, "flip": 0.5},
]


@pytest.mark.parametrize("effects", EFFECTS)
def test_what_happens_to_an_image_does_not_depend_on_its_place_in_a_batch(effects):
    change, order = augment(**effects), np.random.default_rng(1).permutation(40)
    together = change(IMAGES[order], order)
    alone = [change(IMAGES[[number]], np.array([number]))[0] for number in order]
    assert torch.equal(together, torch.stack(alone))


@pytest.mark.parametrize("effects", EFFECTS)
@pytest.mark.parametrize(("seed", "epoch"), [(3, 3), (4, 2)])
def test_another_epoch_or_seed_changes_images_otherwise(effects, seed, epoch):
    one, other = augment(**effects), augment(**effects, seed=seed, epoch=epoch)
    assert torch.equal(one(IMAGES, ALL), augment(**effects)(IMAGES, ALL))
    assert not torch.equal(one(IMAGES, ALL), other(IMAGES, ALL))


def test_every_shift_up_to_the_largest_occurs():
    batch = torch.zeros((500, 1, 5, 5), dtype=torch.uint8)
    batch[:, :, 2, 2] = 1
    found = augment(shift=1, shape=batch.shape)(batch, np.arange(500))
    assert sorted({tuple(place) for place in found[:, 0].argwhere()[:, 1:].tolist()}) == [
        (y, x) for y in (1, 2, 3) for x in (1, 2, 3)
    ]


def test_a_flip_of_probability_one_mirrors_all():
    assert torch.equal(augment(flip=1.0)(IMAGES, ALL), IMAGES.flip(3))


def test_no_effect_leaves_images_alone():
    assert augment()(IMAGES, ALL) is IMAGES


@pytest.mark.parametrize("effects", [{"shift": 2}, {"shift": 2, "crop": 3}, {"random_crop": CROP, "crop": 4}])
def test_a_flip_comes_last_and_does_not_change_what_is_drawn_for_the_others(effects):
    without, both = augment(**effects)(IMAGES, ALL), augment(**effects, flip=1.0)(IMAGES, ALL)
    assert torch.equal(both, without.flip(3))


def test_of_a_shifted_image_the_middle_is_seen():
    whole, seen = augment(shift=2)(IMAGES, ALL), augment(shift=2, crop=3)(IMAGES, ALL)
    assert torch.equal(seen, whole[..., 1:4, 2:5])
