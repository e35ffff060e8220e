"""Files of CIFAR-10 that lack something are refused by name, and downloaded ones are those of the archive."""

import hashlib
import pickle
import tarfile

import numpy as np
import pytest
from data.cifar10.batches import array_as_bytes, drawn, read, rewritten


def test_classes_without_an_image_to_train_on_are_named(folder):
    for number in range(5):
        data, labels = drawn(number)
        rewritten(folder, f"data_batch_{number + 1}", labels=[label % 8 for label in labels])
    with pytest.raises(ValueError, match="images.folder: .* has no train images of class ship, truck$"):
        read(folder)


def test_an_empty_split_is_refused(folder):
    rewritten(folder, "test_batch", data=array_as_bytes(np.zeros((0, 3072), np.uint8)), labels=[])
    with pytest.raises(ValueError, match="images.folder: .* has no val images$"):
        read(folder)


def test_a_file_without_an_entry_is_refused(folder):
    (folder / "test_batch").write_bytes(pickle.dumps({"labels": []}))
    with pytest.raises(ValueError, match="test_batch has no entry 'data'; it has labels"):
        read(folder)


def test_a_file_that_is_cut_short_is_refused(folder):
    (folder / "data_batch_1").write_bytes((folder / "data_batch_1").read_bytes()[:5000])
    with pytest.raises(ValueError, match="data_batch_1 is not read"):
        read(folder)


def test_a_missing_file_is_named_with_the_folder_and_the_remedy(folder):
    (folder / "data_batch_4").unlink()
    with pytest.raises(ValueError, match=r"cifar-10-batches-py lacks data_batch_4\n.*batches\.meta.*`download: true`"):
        read(folder)


@pytest.fixture
def archive(folder, tmp_path, monkeypatch, served):
    """The original archive, small, and its address, which torchvision is told."""
    from torchvision.datasets import CIFAR10

    path = tmp_path / CIFAR10.filename
    with tarfile.open(path, "w:gz") as file:
        file.add(folder, CIFAR10.base_folder)
    monkeypatch.setattr(CIFAR10, "url", f"{served}/{path.name}")
    monkeypatch.setattr(CIFAR10, "tgz_md5", hashlib.md5(path.read_bytes()).hexdigest())
    return path


def test_what_is_downloaded_is_what_is_in_the_archive(folder, archive, tmp_path):
    found = read(tmp_path / "new" / "cifar10", download=True)
    np.testing.assert_array_equal(found.images["train"], read(folder).images["train"])
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["cifar10"]


def test_an_archive_with_another_md5_is_refused_and_leaves_nothing(archive, tmp_path):
    archive.write_bytes(archive.read_bytes() + b"\0")
    with pytest.raises(ValueError, match="images.download: .* was not fetched into "):
        read(tmp_path / "new" / "cifar10", download=True)
    assert list((tmp_path / "new").iterdir()) == []


def test_without_the_key_nothing_is_downloaded(archive, tmp_path):
    with pytest.raises(ValueError, match="new lacks data_batch_1, "):
        read(tmp_path / "new")
