"""All faults of a set of photographs are told together, and no damage of a tar raises anything else."""

import tarfile

import numpy as np
import pytest
from data.shards.damages import ANT, BEE, SHARD, TRAIN, cut, first, overwrite

from vestige.data.shards.listing import list_images


def test_all_faults_of_all_kinds_are_in_one_message(write_set):
    root = write_set("class_folders")
    for number in range(9):
        (root / "train" / ANT / f"{number}.txt").touch()
    (root / "val" / BEE / "more").mkdir()
    cut(first(root / "val" / BEE), 0)
    message = list_images(root).faults.format()
    assert "do not end in .jpeg, .jpg or .png (9):\n" in message
    assert "    and 3 more\n" in message
    assert f"(1):\n    val/{BEE}/more\n" in message
    assert "- Images have no bytes (1):\n" in message


def test_fields_of_image_and_label_that_a_shard_lacks_are_refused_together(write_set):
    root = write_set("webdataset_tars")
    message = list_images(root, {"image": "img", "label": "target"}).faults.format()
    assert f"{SHARD}: no member .img; there are: " in message
    assert f"{SHARD}: no member .target and no key target in .json; there are" in message


def test_a_class_that_is_damaged_leaves_the_others_listed(write_set):
    root = write_set("ilsvrc_tars")
    with tarfile.open(root / TRAIN) as tar:
        overwrite(root / TRAIN, tar.getmember(f"./{BEE}.tar").offset_data, b"\xff" * 600)
    listed = list_images(root)
    assert f"    ./{BEE}.tar in {TRAIN}: bad header at byte 0\n" in listed.faults.format()
    assert np.bincount(listed.splits["train"].label).tolist() == [5, 0, 5]


@pytest.mark.parametrize("seed", range(20))
def test_no_damage_of_a_tar_raises_anything_else(seed, write_set):
    root = write_set("webdataset_tars")
    rng = np.random.default_rng(seed)
    with tarfile.open(root / SHARD) as tar:
        member = tar.getmembers()[rng.integers(5)]
    for _ in range(5):
        overwrite(root / SHARD, member.offset + int(rng.integers(512)), rng.bytes(int(rng.integers(1, 30))))
    list_images(root).faults.format()
