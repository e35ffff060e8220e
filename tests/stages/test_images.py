"""The images stage."""

from types import SimpleNamespace

import numpy as np
import pytest

from vestige.data import arrays, digits
from vestige.stages.images import described, images, normalisation

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
    assert described(toy())["count"].sel(split="train").values.tolist() == [1, 1, 2]
    assert described(toy())["count"].sel(split="val").values.tolist() == [1, 0, 1]


def test_normalisation_is_that_of_the_training_images_alone():
    found, scaled = described(toy()), toy().images["train"] / 255
    np.testing.assert_allclose(found["mean"], scaled.mean((0, 2, 3)), rtol=1e-12)
    np.testing.assert_allclose(found["std"], scaled.std((0, 2, 3)), rtol=1e-12)


def test_digests_are_those_of_the_arrays_in_work():
    found = described(toy())
    for split in arrays.SPLITS:
        name = found["images_sha256"].sel(split=split).item()
        np.testing.assert_array_equal(np.load(f"work/images/{name}.npy"), toy().images[split])


def test_sizes_and_names_are_said():
    found = described(toy())
    assert (found["height"].item(), found["width"].item()) == (2, 5)
    assert found["class_name"].values.tolist() == ["ant", "bee", "cat"]


def test_every_quantity_says_what_it_is():
    assert all(each.attrs["long_name"] for each in described(toy()).variables.values())


def test_a_constant_channel_is_refused():
    pixels = toy().images["train"].copy()
    pixels[:, 1] = 7
    with pytest.raises(ValueError, match="channel 1 .* constant"):
        normalisation(pixels)


def test_the_same_images_give_the_same_result():
    assert described(toy()).identical(described(toy()))
    assert not described(toy()).identical(described(toy(1)))


def test_digits_become_a_result_of_ten_classes():
    noted = []
    source = digits.Settings(source="digits", val_fraction=0.2, split_seed=0)
    found = images(SimpleNamespace(images=source), noted.append)
    assert dict(found.sizes) == {"split": 2, "class": 10, "channel": 1}
    assert found["count"].sum().item() == 1797
    assert noted == ["1438 train, 359 val images of 10 classes"]
