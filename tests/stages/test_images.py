"""The images stage."""

from types import SimpleNamespace

import numpy as np
import pytest

from vestige.data import arrays, digits
from vestige.stages.images import describe_images, images, normalisation, normalised_by

LABELS = {"train": np.array([0, 2, 2, 1]), "val": np.array([2, 0])}


def toy(seed=0):
    rng = np.random.default_rng(seed)
    pixels = {split: rng.integers(0, 256, (len(LABELS[split]), 3, 2, 5), np.uint8) for split in arrays.SPLITS}
    return arrays.Decoded(pixels, LABELS, ("ant", "bee", "cat"))


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)


def test_counts_are_images_of_each_class():
    assert describe_images(toy())["count"].sel(split="train").values.tolist() == [1, 1, 2]
    assert describe_images(toy())["count"].sel(split="val").values.tolist() == [1, 0, 1]


def test_normalisation_is_that_of_the_training_images_alone():
    found, scaled = describe_images(toy()), toy().images["train"] / 255
    np.testing.assert_allclose(found["mean"], scaled.mean((0, 2, 3)), rtol=1e-12)
    np.testing.assert_allclose(found["std"], scaled.std((0, 2, 3)), rtol=1e-12)


def test_a_mean_and_a_deviation_of_one_s_own_stand_in_for_those_of_the_images_and_nothing_else_changes():
    plain = describe_images(toy())
    found = normalised_by(SimpleNamespace(mean=(0.0, 0.5, 1.0), std=(1.0, 1.0, 0.5)), plain)
    assert (found["mean"].values.tolist(), found["std"].values.tolist()) == ([0, 0.5, 1], [1, 1, 0.5])
    assert found.drop_vars(["mean", "std"]).identical(plain.drop_vars(["mean", "std"]))
    assert normalised_by(SimpleNamespace(mean=None, std=None), plain).identical(plain)


def test_networks_see_pixels_as_they_are_where_the_mean_is_0_and_the_deviation_1():
    import torch

    pixels = torch.tensor([[[[0, 51, 255]]]], dtype=torch.uint8)
    seen = arrays.normalise(pixels, torch.tensor([0.0]), torch.tensor([1.0]))
    np.testing.assert_allclose(seen.ravel(), [0, 0.2, 1], rtol=1e-6)


def test_as_many_numbers_as_channels_are_asked_for():
    with pytest.raises(ValueError, match=r"images\.mean: found 1 numbers, one for each channel; the images have 3"):
        normalised_by(SimpleNamespace(mean=(0.0,), std=None), describe_images(toy()))


def test_digests_are_those_of_the_arrays_in_work():
    found = describe_images(toy())
    for split in arrays.SPLITS:
        name = found["images_sha256"].sel(split=split).item()
        np.testing.assert_array_equal(np.load(f"work/images/{name}.npy"), toy().images[split])


def test_sizes_and_names_are_said():
    found = describe_images(toy())
    assert (found["height"].item(), found["width"].item()) == (2, 5)
    assert found["class_name"].values.tolist() == ["ant", "bee", "cat"]


def test_every_quantity_says_what_it_is():
    assert all(each.attrs["long_name"] for each in describe_images(toy()).variables.values())


def test_a_constant_channel_is_refused():
    pixels = toy().images["train"].copy()
    pixels[:, 1] = 7
    with pytest.raises(ValueError, match="channel 1 .* constant"):
        normalisation(pixels)


def test_the_same_images_give_the_same_result():
    assert describe_images(toy()).identical(describe_images(toy()))
    assert not describe_images(toy()).identical(describe_images(toy(1)))


def test_digits_become_a_result_of_ten_classes():
    noted = []
    source = digits.Settings(source="digits", val_fraction=0.2, split_seed=0)
    found = images(SimpleNamespace(images=source), noted.append)
    assert dict(found.sizes) == {"split": 2, "class": 10, "channel": 1}
    assert found["count"].sum().item() == 1797
    assert noted == ["1438 train, 359 val images of 10 classes"]
