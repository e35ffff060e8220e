"""Decoded arrays: stored under their digests, found again, decoded anew where they are damaged."""

import numpy as np
import pytest
import torch
import xarray as xr

from vestige.data import arrays, digits
from vestige.data.arrays import OtherImages, digest, normalise, split_stratified


def drawn(seed):
    rng = np.random.default_rng(seed)
    images = {split: rng.integers(0, 256, (6, 1, 2, 2), dtype=np.uint8) for split in arrays.SPLITS}
    labels = {split: rng.integers(0, 3, 6) for split in arrays.SPLITS}
    return arrays.Decoded(images, labels, ("a", "b", "c"))


def described(digests):
    variables = {f"{kind}_sha256": ("split", digests[kind]) for kind in arrays.KINDS}
    return xr.Dataset(variables, coords={"split": list(arrays.SPLITS), "study": "toy"})


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def source(monkeypatch):
    """A source of two images of each of three classes, whose settings say which."""
    import sys
    from types import ModuleType, SimpleNamespace

    module = ModuleType("vestige.data.toy")
    module.read = lambda settings: drawn(settings.seed)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return lambda seed: SimpleNamespace(source="toy", seed=seed)


def files(folder):
    return sorted(folder.rglob("*.npy"))


def test_what_is_loaded_is_what_was_stored(here, source):
    decoded = drawn(0)
    images = described(arrays.store(decoded))
    for split in arrays.SPLITS:
        pixels, labels = arrays.load(images, source(0), split)
        np.testing.assert_array_equal(pixels, decoded.images[split])
        np.testing.assert_array_equal(labels, decoded.labels[split])
        assert isinstance(pixels, np.memmap)


def test_the_same_images_are_stored_once_whichever_study_reads_them(here):
    assert arrays.store(drawn(0)) == arrays.store(drawn(0))
    assert len(files(here)) == 4


@pytest.mark.parametrize("damage", ["absent", "empty", "cut", "one bit", "no array"])
def test_what_is_damaged_is_decoded_again(here, source, damage):
    images = described(arrays.store(drawn(0)))
    for path in files(here):
        data = path.read_bytes()
        path.unlink()
        other = {"empty": b"", "cut": data[:-1], "one bit": data[:-1] + bytes([data[-1] ^ 1]), "no array": b"gone"}
        if damage in other:
            path.write_bytes(other[damage])
    pixels, labels = arrays.load(images, source(0), "val")
    np.testing.assert_array_equal(pixels, drawn(0).images["val"])
    np.testing.assert_array_equal(labels, drawn(0).labels["val"])


@pytest.mark.parametrize("split", arrays.SPLITS)
def test_a_source_that_gives_other_images_is_refused_with_the_remedy(here, source, split):
    images = described(arrays.store(drawn(0)))
    for path in files(here):
        path.unlink()
    with pytest.raises(OtherImages, match=f"the {split} images of toy [^$]*delete results/toy/images.nc"):
        arrays.load(images, source(1), split)


@pytest.mark.parametrize("other", [np.zeros((3, 2), np.uint8), np.zeros((2, 3), np.int8), np.ones((2, 3), np.uint8)])
def test_arrays_that_differ_in_shape_type_or_value_have_different_digests(other):
    assert digest(np.zeros((2, 3), np.uint8)) != digest(other)


def test_a_digest_does_not_depend_on_the_layout_in_memory():
    array = np.arange(12).reshape(3, 4)
    assert digest(array) == digest(np.asfortranarray(array))


def test_training_images_come_out_with_mean_zero_and_deviation_one():
    pixels = torch.randint(0, 256, (50, 2, 4, 4), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    scaled = pixels.double() / 255
    mean, std = scaled.mean((0, 2, 3)).float(), scaled.std((0, 2, 3), correction=0).float()
    found = normalise(pixels, mean, std)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found.mean((0, 2, 3)), torch.zeros(2), atol=1e-5, rtol=0)
    torch.testing.assert_close(found.std((0, 2, 3), correction=0), torch.ones(2), atol=1e-5, rtol=0)


LABELS = np.repeat([0, 1, 2, 5], [50, 20, 2, 7])


@pytest.mark.parametrize(
    ("fraction", "counts"),
    [(0.2, [10, 4, 1, 1]), (0.5, [25, 10, 1, 4]), (0.001, [1, 1, 1, 1]), (0.999, [49, 19, 1, 6])],
)
def test_of_each_class_the_same_fraction_is_set_aside_and_at_least_one_image_either_way(fraction, counts):
    rows = split_stratified(LABELS, fraction, 0)
    assert [int((LABELS[rows["val"]] == name).sum()) for name in (0, 1, 2, 5)] == counts
    assert sorted([*rows["train"], *rows["val"]]) == list(range(len(LABELS)))


def test_another_seed_sets_others_aside():
    assert split_stratified(LABELS, 0.2, 0)["val"].tolist() == split_stratified(LABELS, 0.2, 0)["val"].tolist()
    assert split_stratified(LABELS, 0.2, 0)["val"].tolist() != split_stratified(LABELS, 0.2, 1)["val"].tolist()


@pytest.fixture(scope="module")
def all_digits():
    """The digits, a fifth set aside."""
    return digits.read(digits.Settings(source="digits", val_fraction=0.2, split_seed=0))


def test_digits_are_1797_grey_images_of_10_classes(all_digits):
    assert {split: each.shape[1:] for split, each in all_digits.images.items()} == dict.fromkeys(
        arrays.SPLITS, (1, 8, 8)
    )
    assert sum(len(each) for each in all_digits.labels.values()) == 1797
    assert all_digits.class_names == tuple("0123456789")


def test_digits_use_the_full_scale_in_17_levels(all_digits):
    levels = np.unique(all_digits.images["train"])
    assert (len(levels), levels[0], levels[-1]) == (17, 0, 255)
    assert levels.tolist() == [int(255 * level / 16 + 0.5) for level in range(17)]
