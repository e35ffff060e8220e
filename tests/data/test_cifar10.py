"""CIFAR-10 from the original layout of Python pickles, of which nothing is run."""

import hashlib
import os
import pickle
import struct
import subprocess
import sys
import tarfile

import numpy as np
import pytest

from vestige.data import cifar10

NAMES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
FILES = [*cifar10.BATCHES["train"], *cifar10.BATCHES["val"]]
PER_BATCH = 20


def text(word: str) -> bytes:
    """A string of Python 2 in a pickle of protocol 2, with which the original files were written."""
    return b"U" + bytes([len(word)]) + word.encode()


def array(values: np.ndarray) -> bytes:
    """An array in such a pickle, under the module name that numpy then had."""
    start = b"cnumpy.core.multiarray\n_reconstruct\n" + b"cnumpy\nndarray\n" + b"K\x00\x85" + text("b") + b"\x87R"
    kind = b"cnumpy\ndtype\n" + text("u1") + b"K\x00K\x01\x87R"
    kind += b"(K\x03" + text("|") + b"NNN" + b"J\xff\xff\xff\xff" * 2 + b"K\x00tb"
    shape = b"".join(b"J" + struct.pack("<i", side) for side in values.shape)
    data = b"T" + struct.pack("<i", values.nbytes) + values.tobytes()
    return start + b"(K\x01" + shape + b"\x86" + kind + b"\x89" + data + b"tb"


def old(data: np.ndarray, labels: list[int]) -> bytes:
    """A batch as Python 2 wrote it."""
    listed = b"](" + b"".join(b"K" + bytes([label]) for label in labels) + b"e"
    return b"\x80\x02}(" + text("data") + array(data) + text("labels") + listed + b"u."


def drawn(number: int):
    """The pixels and the labels of a batch."""
    rng = np.random.default_rng(number)
    labels = rng.permutation(np.repeat(np.arange(10), PER_BATCH // 10)).tolist()
    return rng.integers(0, 256, (PER_BATCH, 3072), np.uint8), labels


@pytest.fixture
def folder(tmp_path):
    """A folder with all files, small."""
    here = tmp_path / "cifar-10-batches-py"
    here.mkdir()
    for number, name in enumerate(FILES):
        (here / name).write_bytes(old(*drawn(number)))
    (here / "batches.meta").write_bytes(pickle.dumps({"label_names": NAMES, "num_vis": 3072}, protocol=2))
    return here


def read(folder, **said):
    return cifar10.read(cifar10.Settings(source="cifar10", folder=str(folder), **said))


def rewritten(folder, name="data_batch_3", **entries):
    """The folder, other entries in one of its files."""
    data, labels = drawn(2)
    (folder / name).write_bytes(pickle.dumps({"data": array_as_bytes(data), "labels": labels} | entries))
    return folder


class array_as_bytes:
    """An array that is pickled as older versions of numpy do."""

    def __init__(self, values):
        self.values = values

    def __reduce__(self):
        state = (1, self.values.shape, self.values.dtype, False, self.values.tobytes())
        return np._core.multiarray._reconstruct, (np.ndarray, (0,), b"b"), state


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


class Malicious:
    """What runs a command when it is unpickled without care."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch {self.path}",)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_that_would_run_a_command_is_refused_before_it_does(folder, tmp_path, protocol):
    mark = tmp_path / "mark"
    (folder / "data_batch_2").write_bytes(pickle.dumps({"data": Malicious(mark), "labels": []}, protocol))
    with pytest.raises(ValueError, match=r"data_batch_2 is not read: it asks for (posix|nt)\.system"):
        read(folder)
    assert not mark.exists()
    pickle.loads((folder / "data_batch_2").read_bytes())
    assert mark.exists()


@pytest.mark.parametrize("name", ["builtins eval", "numpy load", "numpy.core.multiarray scalar", "numpy ndarray.dumps"])
def test_nothing_is_found_but_what_the_original_files_need(folder, name):
    (folder / "test_batch").write_bytes(b"\x80\x02c" + name.replace(" ", "\n").encode() + b"\n.")
    with pytest.raises(ValueError, match=f"test_batch is not read: it asks for {name.replace(' ', '.')}"):
        read(folder)


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ({"data": [1, 2]}, "data is list; it should be uint8"),
        ({"data": array_as_bytes(np.zeros((20, 1024), np.uint8))}, r"data is uint8 \(20, 1024\)"),
        ({"labels": [0] * 19}, "labels is not a list of 20 labels"),
        ({"labels": [0] * 19 + [10]}, "labels holds 10; a label is a whole number from 0 to 9"),
        ({"labels": [0] * 19 + [-1]}, "labels holds -1"),
        ({"labels": [0] * 19 + [1.5]}, r"labels holds 1\.5"),
    ],
)
def test_a_file_with_other_contents_is_refused(folder, entries, says):
    with pytest.raises(ValueError, match=f"data_batch_3: {says}"):
        read(rewritten(folder, **entries))


@pytest.mark.parametrize("kind", ["i1", "<u2", "O8", "V8", "f8"])
def test_an_array_of_something_else_than_unsigned_bytes_is_refused(folder, kind):
    values = np.zeros((20, 3072), "V8" if kind == "O8" else kind)
    data = pickle.dumps({"data": array_as_bytes(values), "labels": []}, protocol=3)
    if kind == "O8":
        assert b"V8" in data
        data = data.replace(b"V8", b"O8")
    (folder / "data_batch_3").write_bytes(data)
    with pytest.raises(ValueError, match=f"data_batch_3 is not read: it holds an array of {kind[-2:]}; "):
        read(folder)


ARRAY = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R"
POINTERS = {
    "ndarray is called": b"\x80\x03cnumpy\nndarray\n(K\x01\x85X\x01\x00\x00\x00OC\x08AAAAAAAAtR.",
    "state of objects": b"\x80\x03" + ARRAY + b"(K\x01K\x01\x85cnumpy\ndtype\nX\x02\x00\x00\x00O8K\x00K\x01\x87R"
    b"(K\x03X\x01\x00\x00\x00|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK?tb\x89C\x08AAAAAAAAtb.",
    "state of objects in a list": b"\x80\x03" + ARRAY + b"(K\x01K\x01\x85X\x01\x00\x00\x00O\x89]K\x01atb.",
}


@pytest.mark.parametrize("name", POINTERS)
def test_an_array_of_pointers_is_refused_and_nothing_crashes(folder, name):
    path = folder / "data_batch_2"
    path.write_bytes(POINTERS[name])
    code = (
        "import sys; from pathlib import Path; from vestige.data.cifar10 import load_pickle\n"
        "try: print(repr(load_pickle(Path(sys.argv[1]))))\n"
        "except ValueError as fault: print('refused:', fault)"
    )
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"refused: {path} is not read: ")


KIND = b"cnumpy\ndtype\nX\x02\x00\x00\x00u1K\x00K\x01\x87R"


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (b"(K\x01K\x02\x85" + KIND + b"\x89C\x01atb", "more or fewer bytes than its shape has"),
        (b"(K\x01K\x01\x85" + KIND + b"\x88C\x01atb", "not of unsigned bytes, row by row"),
        (b"(K\x02K\x01\x85" + KIND + b"\x89C\x01atb", "not of unsigned bytes, row by row"),
        (b"(K\x01K\x01\x85N\x89C\x01atb", "not of unsigned bytes, row by row"),
        (b"(K\x01J\xff\xff\xff\xffJ\xff\xff\xff\xff\x86" + KIND + b"\x89C\x01atb", "shape is not of whole numbers"),
        (b"(K\x01K\x01\x85" + KIND + b"\x89]K\x01atb", "more or fewer bytes than its shape has"),
    ],
)
def test_an_array_whose_state_is_not_as_it_should_be_is_refused(folder, state, says):
    (folder / "data_batch_2").write_bytes(b"\x80\x03" + ARRAY + state + b".")
    with pytest.raises(ValueError, match=f"data_batch_2 is not read: it holds an array .*{says}"):
        read(folder)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\x80\x02U\x01aQ.", "it holds BINPERSID"),
        (b"Pa\n.", "it holds PERSID"),
        (b"\x80\x02\x82\xf0.", "it holds EXT1"),
        (b"\x80\x02\x83\xf0\x00.", "it holds EXT2"),
        (b"\x80\x02\x84\xf0\x00\x00\x00.", "it holds EXT4"),
        (b"(inumpy\ndtype\n.", "it holds INST"),
        (b"\x80\x02cnumpy\nndarray\n)\x81.", "it holds NEWOBJ"),
        (b"\x80\x02cnumpy\ndtype\n}U\x08__call__Nsb.", "it changes a name of numpy's"),
        (b"\x80\x02Nr\xff\xff\xff\x7f.", "it numbers an object 2147483647"),
        (b"\x80\x02}N" + b"\x85" * 10**6 + b"Ns.", "it holds more than 20 tuples"),
    ],
)
def test_operations_that_no_original_file_needs_are_refused(folder, data, says):
    (folder / "test_batch").write_bytes(data)
    with pytest.raises(ValueError, match=f"test_batch is not read: {says}"):
        read(folder)


def test_an_extension_that_another_has_found_before_is_not_reached(folder, monkeypatch):
    import copyreg

    monkeypatch.setitem(copyreg._inverted_registry, 240, ("os", "system"))
    monkeypatch.setitem(copyreg._extension_cache, 240, os.system)
    (folder / "test_batch").write_bytes(b"\x80\x02\x82\xf0.")
    assert pickle.loads((folder / "test_batch").read_bytes()) is os.system
    with pytest.raises(ValueError, match="it holds EXT1"):
        read(folder)


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


def test_so_many_images_of_each_class_are_the_first_in_the_files(folder):
    whole, few = read(folder), read(folder, train_per_class=3, val_per_class=1)
    assert np.bincount(few.labels["train"]).tolist() == [3] * 10
    assert np.bincount(few.labels["val"]).tolist() == [1] * 10
    rows = [row for row, label in enumerate(whole.labels["train"]) if (whole.labels["train"][:row] == label).sum() < 3]
    np.testing.assert_array_equal(few.images["train"], whole.images["train"][rows])


def test_more_images_of_a_class_than_there_are_are_refused(folder):
    with pytest.raises(ValueError, match="images.val_per_class is 3; there are fewer of class airplane, "):
        read(folder, val_per_class=3)


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
