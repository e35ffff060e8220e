"""Of the original pickles of CIFAR-10 nothing is run, and what no original file needs is refused."""

import os
import pickle
import subprocess
import sys

import numpy as np
import pytest
from data.cifar10.batches import array_as_bytes, read, rewritten


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
