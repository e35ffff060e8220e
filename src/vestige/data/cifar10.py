"""CIFAR-10's colour photographs of 32x32 pixels in 10 classes, from the original Python pickles."""

import math
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field, PositiveInt

from vestige.data.cifar10_pickles import Array, load_pickle
from vestige.data.settings import Source

BATCHES = {"train": tuple(f"data_batch_{number}" for number in range(1, 6)), "val": ("test_batch",)}
META = "batches.meta"
SHAPE = (3, 32, 32)


class Settings(Source):
    """Where the pickles lie, and how many images of each class are taken, the first in the files' order."""

    places: ClassVar[tuple[str, ...]] = ("folder",)
    no_part_of_proofs: ClassVar[tuple[str, ...]] = ("folder", "download")
    source: Literal["cifar10"]
    """CIFAR-10 from its original Python pickles."""
    folder: Annotated[str, Field(min_length=1)]
    """The folder of the pickles; `~` and $VARIABLES are filled in."""
    download: Literal[True] | None = None
    """true: download the files where there is no such folder, and compare their hashes. Left out: they must be
    there."""
    train_per_class: PositiveInt | None = None
    """Training images of each class, the first in the order of the files; left out, all."""
    val_per_class: PositiveInt | None = None
    """Validation images of each class, the first in the order of the files; left out, all."""


def read(settings: Settings):
    """The images (n, 3, 32, 32) of the five training batches, and of the test batch as val.

    Raises ValueError where a file is missing, is damaged, or holds more than numbers and text.
    """
    from vestige.data.arrays import SPLITS, Decoded

    folder = find_folder(settings)
    names = class_names(folder / META)
    wanted = {"train": settings.train_per_class, "val": settings.val_per_class}
    whole = {split: read_split(folder, split, len(names)) for split in SPLITS}
    for split, (_, labels) in whole.items():
        present(labels, names, split, folder)
    splits = {split: take_first(*whole[split], wanted[split], names, split) for split in SPLITS}
    images, labels = ({split: splits[split][part] for split in SPLITS} for part in (0, 1))
    return Decoded(images, labels, names)


def read_split(folder: Path, split: str, classes: int):
    """Images uint8 (n, 3, 32, 32) and labels int64 (n) of all the files of a split."""
    import numpy as np

    images, labels = zip(*(batch(folder / name, classes) for name in BATCHES[split]), strict=True)
    return np.concatenate(images), np.concatenate(labels)


def batch(path: Path, classes: int):
    """Images uint8 (n, 3, 32, 32) and labels int64 (n) of one file. Raises ValueError unless it is as it should be."""
    import numpy as np

    data, labels = entries(path, "data", "labels")
    pixels = math.prod(SHAPE)
    if not isinstance(data, Array) or data.shape[1:] != (pixels,):
        given = f"uint8 {data.shape}" if isinstance(data, Array) else type(data).__name__
        raise ValueError(f"{path}: data is {given}; it should be uint8 (images, {pixels})")
    if not isinstance(labels, list) or len(labels) != data.shape[0]:
        raise ValueError(f"{path}: labels is not a list of {data.shape[0]} labels, one an image")
    if wrong := [label for label in labels if type(label) is not int or not 0 <= label < classes]:
        given = repr(wrong[0]) if isinstance(wrong[0], int | float) else type(wrong[0]).__name__
        raise ValueError(f"{path}: labels holds {given}; a label is a whole number from 0 to {classes - 1}")
    return np.frombuffer(data.values, np.uint8).reshape(-1, *SHAPE), np.array(labels, dtype=np.int64)


def class_names(path: Path) -> tuple[str, ...]:
    """The names of the classes in the order of their numbers."""
    (names,) = entries(path, "label_names")
    if not isinstance(names, list) or not names or not all(isinstance(name, str | bytes) for name in names):
        raise ValueError(f"{path}: label_names is not a list of names")
    return tuple(map(text, names))


def text(name):
    """A name that may be a string of Python 2."""
    return name.decode("latin1") if isinstance(name, bytes) else name


def entries(path: Path, *keys: str) -> list:
    """Some entries of the dictionary that a file holds. Raises ValueError where one lacks."""
    held = load_pickle(path)
    if not isinstance(held, dict):
        raise ValueError(f"{path} holds no dictionary, but {type(held).__name__}")
    named = {text(key): value for key, value in held.items()}
    if missing := [key for key in keys if key not in named]:
        raise ValueError(f"{path} has no entry {missing[0]!r}; it has {', '.join(map(str, named)) or 'none'}")
    return [named[key] for key in keys]


def present(labels, names: tuple[str, ...], split: str, folder: Path) -> None:
    """Raise ValueError where a split is empty, or where a class has no image to train on."""
    import numpy as np

    if not len(labels):
        raise ValueError(f"images.folder: {folder} has no {split} images")
    counts = np.bincount(labels, minlength=len(names))
    if lacking := [name for name, count in zip(names, counts, strict=True) if split == "train" and not count]:
        raise ValueError(f"images.folder: {folder} has no {split} images of class {', '.join(lacking)}")


def take_first(images, labels, wanted: int | None, names: tuple[str, ...], split: str):
    """The first `wanted` images of each class and their labels, in the order of the files; all where it is None."""
    import numpy as np

    if wanted is None:
        return images, labels
    rows = [np.flatnonzero(labels == number)[:wanted] for number in range(len(names))]
    if lacking := [name for name, row in zip(names, rows, strict=True) if len(row) < wanted]:
        raise ValueError(f"images.{split}_per_class is {wanted}; there are fewer of class {', '.join(lacking)}")
    chosen = np.sort(np.concatenate(rows))
    return images[chosen], labels[chosen]


def find_folder(settings: Settings) -> Path:
    """The folder with all of the files, which may first be downloaded. Raises ValueError where one is missing."""
    folder = settings.path("folder")
    if settings.download and not folder.exists():
        download(folder)
    files = (*BATCHES["train"], *BATCHES["val"], META)
    if missing := [name for name in files if not (folder / name).is_file()]:
        raise ValueError(
            f"images.folder: {folder} lacks {', '.join(missing)}\n"
            f"It should hold {', '.join(files)}, as the archive `cifar-10-python.tar.gz` has them: put them there, "
            "or let there be no such folder and say `download: true` where there is a network."
        )
    return folder


def download(folder: Path) -> None:
    """Fetch the original archive, check its md5, and put its folder in place whole."""
    import tempfile

    from torchvision.datasets import CIFAR10
    from torchvision.datasets.utils import download_and_extract_archive

    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as partial:
        try:
            download_and_extract_archive(CIFAR10.url, partial, filename=CIFAR10.filename, md5=CIFAR10.tgz_md5)
        except (OSError, RuntimeError) as fault:
            raise ValueError(f"images.download: {CIFAR10.url} was not fetched into {folder}: {fault}") from fault
        (Path(partial) / CIFAR10.base_folder).rename(folder)
