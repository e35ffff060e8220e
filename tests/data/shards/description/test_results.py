"""What is known of a set of photographs is the same from every format and place, and of its contents alone."""

import numpy as np
import photograph_sets
import pytest
from data.shards.description.photographs_described import CROP, RESIZE, describe, settings
from PIL import Image

from vestige.data.shards.indexing import build_index


@pytest.mark.parametrize("layout", [each for each in photograph_sets.WRITERS if each != "class_folders"])
def test_every_format_of_a_set_gives_the_same_result_to_the_last_bit(here, layout):
    described = []
    for place, each in enumerate(("class_folders", layout)):
        photograph_sets.write(each, here / f"set{place}", here / f"scratch{place}", photograph_sets.PHOTOGRAPHS)
        described.append(describe(f"set{place}")[0])
    assert described[0].identical(described[1])


def test_the_order_is_by_class_and_hash_and_no_name_counts(folders):
    before = build_index(settings(), print).splits
    names = sorted(path.name for path in folders.glob("*/*/*"))
    for path in list(folders.glob("*/*/*")):
        path.rename(path.with_name(f"{len(names) - names.index(path.name):03d}{path.suffix}"))
    after = build_index(settings(), print).splits
    for split in before:
        hashes = [digest.tobytes() for digest in before[split].sha256]
        labels = before[split].label.tolist()
        assert list(zip(labels, hashes, strict=True)) == sorted(zip(labels, hashes, strict=True))
        assert before[split].digest() == after[split].digest()


def test_no_place_is_in_the_result(folders, here):
    found, _ = describe()
    folders.rename(here / "elsewhere")
    assert found.identical(describe("elsewhere")[0])
    assert "set" not in str(found.to_dict()).replace("offset", "")


@pytest.mark.parametrize("other", ["label", "picture", "split"])
def test_another_label_picture_or_split_is_another_set(folders, other):
    before, _ = describe()
    path = sorted((folders / "train").glob("*/*"))[0]
    if other == "label":
        path.rename(sorted((folders / "train").iterdir())[1] / "moved.jpg")
    elif other == "picture":
        Image.open(path).save(path, "JPEG", quality=50)
    else:
        path.rename(folders / "val" / path.parent.name / "moved.jpg")
    assert before["photographs_sha256"].values[0] != describe()[0]["photographs_sha256"].values[0]


def test_mean_and_deviation_are_those_of_what_evaluation_sees(folders):
    found, _ = describe()
    seen = [photograph_sets.torchvision_middle(path, RESIZE, CROP) for path in (folders / "train").glob("*/*")]
    pixels = np.stack(seen) / 255
    np.testing.assert_allclose(found["mean"], pixels.mean((0, 2, 3)), rtol=1e-12)
    np.testing.assert_allclose(found["std"], pixels.std((0, 2, 3)), rtol=1e-12)


def test_a_mean_and_a_deviation_that_are_stated_are_taken(folders):
    found, _ = describe(mean=[0.1, 0.2, 0.3], std=[0.4, 0.5, 0.6])
    assert (found["mean"].values.tolist(), found["std"].values.tolist()) == ([0.1, 0.2, 0.3], [0.4, 0.5, 0.6])


def test_a_folder_without_splits_is_divided_class_by_class(folders):
    for path in list((folders / "val").glob("*/*")):
        path.rename(folders / "train" / path.parent.name / f"val-{path.name}")
    found, _ = describe("set/train", val_fraction=0.25, split_seed=3)
    again, _ = describe("set/train", val_fraction=0.25, split_seed=3)
    other, _ = describe("set/train", val_fraction=0.25, split_seed=4)
    assert found["count"].sum("split").values.tolist() == [8, 8, 8]
    assert found["count"].sel(split="val").values.tolist() == [2, 2, 2]
    assert found.identical(again)
    assert found["photographs_sha256"].values.tolist() != other["photographs_sha256"].values.tolist()


@pytest.mark.parametrize(
    ("root", "changed", "says"),
    [
        ("set/train", {}, r"images.val_fraction: missing; set/train has no folders train and val: say"),
        ("set/train", {"val_fraction": 0.5}, r"images.split_seed: missing"),
        ("set", {"split_seed": 0}, r"images.split_seed: set has splits of its own: leave this key out"),
        ("set", {"fields": {"label": "y"}}, r"images.fields: set holds class folders, which have no fields: leave"),
    ],
)
def test_keys_are_refused_that_the_format_does_not_have_and_missed_where_it_needs_them(folders, root, changed, says):
    with pytest.raises(ValueError, match=says):
        describe(root, **changed)
