"""A folder of batches in the original layout."""

import pickle
import struct

import numpy as np
import pytest
from data.cifar10.batches import NAMES, drawn

from vestige.data import cifar10

FILES = [*cifar10.BATCHES["train"], *cifar10.BATCHES["val"]]


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


@pytest.fixture
def folder(tmp_path):
    """A folder with all files, small."""
    here = tmp_path / "cifar-10-batches-py"
    here.mkdir()
    for number, name in enumerate(FILES):
        (here / name).write_bytes(old(*drawn(number)))
    (here / "batches.meta").write_bytes(pickle.dumps({"label_names": NAMES, "num_vis": 3072}, protocol=2))
    return here
