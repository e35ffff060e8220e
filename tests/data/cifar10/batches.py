"""Batches of drawn images in the original layout of Python pickles."""

import pickle

import numpy as np

from vestige.data import cifar10

NAMES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
PER_BATCH = 20


def drawn(number: int):
    """The pixels and the labels of a batch."""
    rng = np.random.default_rng(number)
    labels = rng.permutation(np.repeat(np.arange(10), PER_BATCH // 10)).tolist()
    return rng.integers(0, 256, (PER_BATCH, 3072), np.uint8), labels


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
