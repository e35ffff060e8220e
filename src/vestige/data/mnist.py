"""MNIST's handwritten digits of 28x28 pixels in 10 classes, from the four original IDX files."""

import gzip
import math
import zlib
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field, PositiveInt

from vestige.data.settings import Source

FILES = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "val": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}
DIMENSIONS = (3, 1)  # of images and of labels
BYTES = 0x08  # IDX's mark of unsigned bytes, the third byte of a file; the fourth is the number of dimensions
CLASSES = 10


class Settings(Source):
    """Where the files lie, plain or with .gz, and how many images of each class are taken, the first in their order."""

    places: ClassVar[tuple[str, ...]] = ("folder",)
    no_part_of_proofs: ClassVar[tuple[str, ...]] = ("folder", "download")
    source: Literal["mnist"]
    """MNIST from its original IDX files."""
    folder: Annotated[str, Field(min_length=1)]
    """The folder of the four files; `~` and $VARIABLES are filled in."""
    download: Literal[True] | None = None
    """true: download the files where there is no such folder, and compare their hashes. Left out: they must be
    there."""
    train_per_class: PositiveInt | None = None
    """Training images of each class, the first in the order of the files; left out, all."""
    val_per_class: PositiveInt | None = None
    """Validation images of each class, the first in the order of the files; left out, all."""


def read(settings: Settings):
    """The images (n, 1, 28, 28) of the training files, and of the test files as val.

    Raises ValueError where a file is missing, is cut short, or is not what its name says.
    """
    from vestige.data.arrays import SPLITS, Decoded

    paths = find_files(settings)
    wanted = {"train": settings.train_per_class, "val": settings.val_per_class}
    whole = {split: read_labelled(*paths[split]) for split in SPLITS}
    for split, (images, labels) in whole.items():
        present(images, labels, split, paths[split][0])
    sides = {split: images.shape[2:] for split, (images, _) in whole.items()}
    if sides["val"] != sides["train"]:
        given = {split: "x".join(map(str, sides[split])) for split in SPLITS}
        images_of = {split: paths[split][0] for split in SPLITS}
        raise ValueError(
            f"{images_of['val']} holds images of {given['val']} pixels, {images_of['train']} of {given['train']}"
        )
    splits = {split: take_first(*whole[split], wanted[split], split) for split in SPLITS}
    images, labels = ({split: splits[split][part] for split in SPLITS} for part in (0, 1))
    return Decoded(images, labels, tuple(map(str, range(CLASSES))))


def read_labelled(images_path: Path, labels_path: Path):
    """Images uint8 (n, 1, height, width) and labels int64 (n). Raises ValueError unless each image has its label."""
    import numpy as np

    images, labels = (idx(path, count) for path, count in zip((images_path, labels_path), DIMENSIONS, strict=True))
    if len(images) != len(labels):
        raise ValueError(f"{images_path} holds {len(images)} images, {labels_path} {len(labels)} labels")
    if len(labels) and labels.max() >= CLASSES:
        raise ValueError(f"{labels_path} holds the label {labels.max()}; a label is a number from 0 to {CLASSES - 1}")
    return images[:, None], labels.astype(np.int64)


def idx(path: Path, dimensions: int):
    """The array of unsigned bytes in an IDX file. Raises ValueError unless header and length are as they should be."""
    import numpy as np

    data = plain(path)
    magic, start = bytes([0, 0, BYTES, dimensions]), 4 * (1 + dimensions)
    if len(data) < start or data[:4] != magic:
        raise ValueError(f"{path} is no IDX file of bytes in {dimensions} dimensions: it begins {data[:4].hex()}")
    shape = tuple(np.frombuffer(data, ">u4", dimensions, offset=4).tolist())
    expected = start + math.prod(shape)
    if len(data) != expected:
        found = "is cut short" if len(data) < expected else "goes on too long"
        raise ValueError(f"{path} {found}: {len(data)} bytes, where its header {shape} makes {expected}")
    return np.frombuffer(data, np.uint8, offset=start).reshape(shape)


def plain(path: Path) -> bytes:
    """The bytes of a file, unpacked if it is packed. Raises ValueError if the packing is damaged."""
    data = path.read_bytes()
    try:
        return gzip.decompress(data) if path.suffix == ".gz" else data
    except (EOFError, OSError, zlib.error) as fault:
        raise ValueError(f"{path} is cut short or damaged: {fault}") from fault


def present(images, labels, split: str, path: Path) -> None:
    """Raise ValueError where a split is empty, or where a class has no image to train on."""
    import numpy as np

    if not images.size:
        raise ValueError(f"{path} holds no {split} images")
    counts = np.bincount(labels, minlength=CLASSES)
    if lacking := [str(number) for number, count in enumerate(counts) if split == "train" and not count]:
        raise ValueError(f"{path} holds no {split} images of class {', '.join(lacking)}")


def take_first(images, labels, wanted: int | None, split: str):
    """The first `wanted` images of each class and their labels, in the order of the files; all where it is None."""
    import numpy as np

    if wanted is None:
        return images, labels
    rows = [np.flatnonzero(labels == number)[:wanted] for number in range(CLASSES)]
    if lacking := [str(number) for number, row in enumerate(rows) if len(row) < wanted]:
        raise ValueError(f"images.{split}_per_class is {wanted}; there are fewer of class {', '.join(lacking)}")
    chosen = np.sort(np.concatenate(rows))
    return images[chosen], labels[chosen]


def find_files(settings: Settings) -> dict[str, tuple[Path, ...]]:
    """The paths of images and labels of each split, which may first be downloaded. Raises ValueError if one lacks."""
    folder = settings.path("folder")
    if settings.download and not folder.exists():
        download(folder)
    paths = {split: tuple(find_packed(folder / name) for name in names) for split, names in FILES.items()}
    if missing := [path.name for pair in paths.values() for path in pair if not path.is_file()]:
        raise ValueError(
            f"images.folder: {folder} lacks {', '.join(missing)}\n"
            f"It should hold {', '.join(name for names in FILES.values() for name in names)}, each plain or as .gz: "
            "put them there, or let there be no such folder and say `download: true` where there is a network."
        )
    return paths


def find_packed(path: Path) -> Path:
    """The plain file if it exists, else the packed one if that does."""
    packed = path.with_name(f"{path.name}.gz")
    return packed if packed.is_file() and not path.is_file() else path


def download(folder: Path) -> None:
    """Fetch the four packed files, check their md5s, and put the folder in place whole."""
    import tempfile

    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as partial:
        fetched = Path(partial) / "mnist"
        for name, md5 in resources():
            fetch(name, md5, fetched)
        fetched.rename(folder)


def resources() -> list[tuple[str, str]]:
    """Name and md5 of each packed file."""
    from torchvision.datasets import MNIST

    return MNIST.resources


def fetch(name: str, md5: str, folder: Path) -> None:
    """Fetch one file from the first mirror that has it. Raises ValueError with what each mirror said."""
    from torchvision.datasets import MNIST
    from torchvision.datasets.utils import download_url

    faults = []
    for mirror in MNIST.mirrors:
        try:
            return download_url(f"{mirror}{name}", folder, filename=name, md5=md5)
        except (OSError, RuntimeError) as fault:
            faults.append(f"{mirror}{name}: {fault}")
    raise ValueError("images.download: no mirror gave the file\n" + "\n".join(faults))
