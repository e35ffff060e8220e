"""MNIST from its four IDX files, plain and packed."""

import gzip
import hashlib
import struct

import numpy as np
import pytest

from vestige.data import mnist

COUNTS = {"train": 30, "val": 20}


def idx(values: np.ndarray) -> bytes:
    """An array of bytes as an IDX file holds it."""
    header = bytes([0, 0, 8, values.ndim]) + struct.pack(f">{values.ndim}I", *values.shape)
    return header + values.astype(np.uint8).tobytes()


def drawn(split: str):
    """The pixels and the labels of a split."""
    rng = np.random.default_rng(COUNTS[split])
    return rng.integers(0, 256, (COUNTS[split], 28, 28)), rng.permutation(np.arange(COUNTS[split]) % 10)


@pytest.fixture
def folder(tmp_path):
    """A folder with all four files, plain and small."""
    here = tmp_path / "mnist"
    here.mkdir()
    for split, names in mnist.FILES.items():
        for name, values in zip(names, drawn(split), strict=True):
            (here / name).write_bytes(idx(values))
    return here


@pytest.fixture
def packed(folder):
    """The folder with all four files packed."""
    for path in list(folder.iterdir()):
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))
        path.unlink()
    return folder


def read(folder, **said):
    return mnist.read(mnist.Settings(source="mnist", folder=str(folder), **said))


@pytest.mark.parametrize("kind", ["folder", "packed"])
def test_images_and_labels_are_those_of_the_files(request, kind):
    found = read(request.getfixturevalue(kind))
    for split in COUNTS:
        pixels, labels = drawn(split)
        np.testing.assert_array_equal(found.images[split], pixels[:, None])
        np.testing.assert_array_equal(found.labels[split], labels)
        assert (found.images[split].dtype, found.labels[split].dtype) == (np.uint8, np.int64)
    assert found.class_names == tuple("0123456789")


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda data: data[:-1], r"is cut short: 37 bytes, where its header \(30,\) makes 38"),
        (lambda data: data + b"\0", "goes on too long: 39 bytes"),
        (lambda data: data[:6], "is no IDX file of bytes in 1 dimensions"),
        (lambda data: b"", "is no IDX file of bytes in 1 dimensions"),
        (lambda data: b"\0\0\x09" + data[3:], "is no IDX file .* it begins 00000901"),
        (lambda data: b"\0\0\x08\x03" + data[4:], "is no IDX file .* it begins 00000803"),
        (lambda data: data[:-1] + b"\x0a", "holds the label 10; a label is a number from 0 to 9"),
        (lambda data: idx(np.zeros(29)), r"train-images-idx3-ubyte holds 30 images, .*train-labels.* 29 labels"),
    ],
)
def test_a_damaged_file_is_refused_by_name(folder, damage, says):
    path = folder / "train-labels-idx1-ubyte"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=says) as refused:
        read(folder)
    assert str(path) in str(refused.value)


@pytest.mark.parametrize("damage", [lambda data: data[:-9], lambda data: data[:40] + b"\xff" * 9 + data[49:]])
def test_a_damaged_packing_is_refused_by_name(packed, damage):
    path = packed / "t10k-images-idx3-ubyte.gz"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=r"t10k-images-idx3-ubyte\.gz is cut short or damaged"):
        read(packed)


@pytest.mark.parametrize(("height", "width"), [(28, 32), (14, 28)])
def test_images_to_validate_on_of_another_size_are_refused(folder, height, width):
    (folder / "t10k-images-idx3-ubyte").write_bytes(idx(np.zeros((20, height, width))))
    with pytest.raises(ValueError, match=f"t10k-images-idx3-ubyte holds images of {height}x{width} .*train-.* 28x28"):
        read(folder)


def test_classes_without_an_image_to_train_on_are_named(folder):
    (folder / "train-labels-idx1-ubyte").write_bytes(idx(drawn("train")[1] % 7))
    with pytest.raises(ValueError, match="train-images-idx3-ubyte holds no train images of class 7, 8, 9$"):
        read(folder)


@pytest.mark.parametrize("split", mnist.FILES)
def test_an_empty_split_is_refused(folder, split):
    for name, values in zip(mnist.FILES[split], drawn(split), strict=True):
        (folder / name).write_bytes(idx(values[:0]))
    with pytest.raises(ValueError, match=f"{mnist.FILES[split][0]} holds no {split} images$"):
        read(folder)


def test_a_missing_file_is_named_with_the_folder_and_the_remedy(folder):
    (folder / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(ValueError, match=r"mnist lacks t10k-labels-idx1-ubyte\n.*or as \.gz.*`download: true`"):
        read(folder)


def test_so_many_images_of_each_class_are_the_first_in_the_files(folder):
    whole, few = read(folder), read(folder, train_per_class=2)
    assert np.bincount(few.labels["train"]).tolist() == [2] * 10
    rows = [row for row, label in enumerate(whole.labels["train"]) if (whole.labels["train"][:row] == label).sum() < 2]
    np.testing.assert_array_equal(few.images["train"], whole.images["train"][rows])
    np.testing.assert_array_equal(few.images["val"], whole.images["val"])


def test_more_images_of_a_class_than_there_are_are_refused(folder):
    with pytest.raises(ValueError, match="images.val_per_class is 3; there are fewer of class 0, 1, "):
        read(folder, val_per_class=3)


@pytest.fixture
def mirror(packed, monkeypatch, served):
    """A mirror of the four packed files, which torchvision is told after one that is gone."""
    from torchvision.datasets import MNIST

    md5s = [(path.name, hashlib.md5(path.read_bytes()).hexdigest()) for path in sorted(packed.iterdir())]
    monkeypatch.setattr(MNIST, "mirrors", [f"{served}/gone/", f"{served}/{packed.name}/"])
    monkeypatch.setattr(MNIST, "resources", md5s)
    return packed


def test_what_is_downloaded_is_what_a_mirror_holds(mirror, tmp_path):
    found = read(tmp_path / "new" / "digits", download=True)
    np.testing.assert_array_equal(found.images["train"], drawn("train")[0][:, None])
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["digits"]


def test_files_with_other_md5s_are_refused_and_leave_nothing(mirror, tmp_path):
    path = mirror / "t10k-labels-idx1-ubyte.gz"
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(ValueError, match=r"no mirror gave the file\n.*gone/t10k.*\n.*t10k-labels-idx1-ubyte\.gz: "):
        read(tmp_path / "new" / "digits", download=True)
    assert list((tmp_path / "new").iterdir()) == []


def test_real_digits_are_the_official_ones(real):
    found = read(real("mnist"))
    digests = {split: hashlib.md5(idx(each)).hexdigest() for split, each in found.labels.items()}
    assert digests == {"train": "a25bea736e30d166cdddb491f175f624", "val": "27ae3e4e09519cfbb04c329615203637"}
    assert {split: each.shape for split, each in found.images.items()} == {
        "train": (60_000, 1, 28, 28),
        "val": (10_000, 1, 28, 28),
    }
