"""Images, labels and classes of CIFAR-10 are those of the original files."""

import pickle

import numpy as np
import pytest
from data.cifar10.batches import NAMES, array_as_bytes, drawn, read


def test_the_images_are_those_of_the_files_with_red_green_and_blue_planes(folder):
    found = read(folder)
    expected = np.concatenate([drawn(number)[0] for number in range(5)]).reshape(-1, 3, 32, 32)
    np.testing.assert_array_equal(found.images["train"], expected)
    np.testing.assert_array_equal(found.images["val"], drawn(5)[0].reshape(-1, 3, 32, 32))


def test_the_labels_are_those_of_the_files(folder):
    found = read(folder)
    assert found.labels["train"].tolist() == [label for number in range(5) for label in drawn(number)[1]]
    assert found.labels["val"].tolist() == drawn(5)[1]
    assert {each.dtype for each in found.labels.values()} == {np.dtype(np.int64)}


def test_the_classes_have_the_names_of_the_files(folder):
    assert read(folder).class_names == tuple(NAMES)


def test_keys_of_bytes_are_read_as_keys_of_text(folder):
    data, labels = drawn(2)
    before = read(folder).images["train"]
    (folder / "data_batch_3").write_bytes(pickle.dumps({b"data": array_as_bytes(data), b"labels": labels}))
    (folder / "batches.meta").write_bytes(pickle.dumps({b"label_names": [name.encode() for name in NAMES]}))
    np.testing.assert_array_equal(read(folder).images["train"], before)
    assert read(folder).class_names == tuple(NAMES)


def test_so_many_images_of_each_class_are_the_first_in_the_files(folder):
    whole, few = read(folder), read(folder, train_per_class=3, val_per_class=1)
    assert np.bincount(few.labels["train"]).tolist() == [3] * 10
    assert np.bincount(few.labels["val"]).tolist() == [1] * 10
    rows = [row for row, label in enumerate(whole.labels["train"]) if (whole.labels["train"][:row] == label).sum() < 3]
    np.testing.assert_array_equal(few.images["train"], whole.images["train"][rows])


def test_more_images_of_a_class_than_there_are_are_refused(folder):
    with pytest.raises(ValueError, match="images.val_per_class is 3; there are fewer of class airplane, "):
        read(folder, val_per_class=3)


def test_real_images_are_read(real):
    found = read(f"{real('cifar10-12k')}/cifar-10-batches-py")
    assert {split: np.bincount(each).tolist() for split, each in found.labels.items()} == {
        "train": [1000] * 10,
        "val": [200] * 10,
    }
    assert found.class_names == tuple(NAMES)


def test_real_ships_lie_in_more_blue_than_real_frogs(real):
    found = read(f"{real('cifar10-12k')}/cifar-10-batches-py", train_per_class=200)
    means = found.images["train"].mean((2, 3))
    ship, frog = (means[found.labels["train"] == NAMES.index(name)].mean(0) for name in ("ship", "frog"))
    assert ship[2] - ship[0] > 0 > frog[2] - frog[0]
