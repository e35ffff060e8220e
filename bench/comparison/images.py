"""Writes small sets of images in the original formats of MNIST, CIFAR-10 and a folder of pictures."""

import pickle
import struct
from pathlib import Path

import numpy as np
from PIL import Image

CLASSES = 10
MNIST = {"train": 40, "t10k": 20}  # images of each split
CIFAR10 = (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch")
PICTURES = {"train": 6, "val": 4}  # of each class
SIDES = (26, 40)  # the shortest and the longest side of a picture


def write_images(folder: Path) -> None:
    """Write all sets into an empty folder, the same each time: noise that is brighter from class to class."""
    write_mnist(folder / "mnist")
    write_cifar10(folder / "cifar10")
    write_folder(folder / "folder")


def write_mnist(folder: Path) -> None:
    """Write the four IDX files of MNIST, plain."""
    folder.mkdir(parents=True)
    for split, count in MNIST.items():
        classes = np.arange(count) % CLASSES
        (folder / f"{split}-images-idx3-ubyte").write_bytes(format_idx(noise([count], classes, 28, 28)))
        (folder / f"{split}-labels-idx1-ubyte").write_bytes(format_idx(classes))


def format_idx(values: np.ndarray) -> bytes:
    """An array of bytes as an IDX file holds it."""
    header = bytes([0, 0, 8, values.ndim]) + struct.pack(f">{values.ndim}I", *values.shape)
    return header + values.astype(np.uint8).tobytes()


def write_cifar10(folder: Path) -> None:
    """Write the pickles of CIFAR-10: five batches to train on, one to validate on, and the names of the classes."""
    folder.mkdir(parents=True)
    for seed, name in enumerate(CIFAR10):
        classes = np.arange(2 * CLASSES) % CLASSES
        # Of protocol 3: a newer one holds arrays in a way that the original files do not.
        held = {"data": noise([seed], classes, 3 * 32 * 32), "labels": classes.tolist()}
        (folder / name).write_bytes(pickle.dumps(held, protocol=3))
    names = {"label_names": [f"class{number}" for number in range(CLASSES)]}
    (folder / "batches.meta").write_bytes(pickle.dumps(names, protocol=3))


def write_folder(folder: Path) -> None:
    """Write pictures of several sizes, as PNG and as JPEG, in a folder for each of three classes."""
    for split, count in PICTURES.items():
        for number, name in enumerate(("ant", "bee", "cat")):
            (folder / split / name).mkdir(parents=True)
            for place in range(count):
                seed = [count, number, place]
                height, width = np.random.default_rng(seed).integers(*SIDES, 2)
                picture = Image.fromarray(noise(seed, np.array([3 * number]), height, width, 3)[0])
                picture.save(folder / split / name / f"{place:02d}.{'png' if place % 2 else 'jpeg'}")


def noise(seed: list[int], classes: np.ndarray, *shape: int) -> np.ndarray:
    """(images, *shape) bytes of noise for images of some classes."""
    drawn = np.random.default_rng(seed).integers(0, 128, (len(classes), *shape))
    return (drawn + 12 * classes.reshape(-1, *[1] * len(shape))).astype(np.uint8)
