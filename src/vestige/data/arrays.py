"""Decoded images as arrays in `work/`, named by their digests: every study that reads the same images shares them."""

import hashlib
import importlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vestige.foundation.files import write_whole
from vestige.foundation.random import generator

FOLDER = Path("work", "images")
SPLITS = ("train", "val")
KINDS = ("images", "labels")


class OtherImages(RuntimeError):
    """A source that no longer gives the images from which the results were made."""


@dataclass(frozen=True)
class Decoded:
    """Images uint8 (images, channels, height, width) and labels int64 (images) of each split, and class names."""

    images: dict[str, np.ndarray]
    labels: dict[str, np.ndarray]
    class_names: tuple[str, ...]


def read(settings) -> Decoded:
    """Decode the images of a source from where it has them."""
    return importlib.import_module(f"vestige.data.{settings.source}").read(settings)


def digest(array: np.ndarray) -> str:
    """The sha256 of an array's type, shape and values."""
    sha256 = hashlib.sha256(f"{array.dtype.str} {array.shape}\n".encode())
    sha256.update(np.ascontiguousarray(array).data)
    return sha256.hexdigest()


def store(decoded: Decoded) -> dict[str, list[str]]:
    """Write all arrays; the digests of "images" and of "labels", in the order of the splits."""
    return {kind: [store_array(getattr(decoded, kind)[split]) for split in SPLITS] for kind in KINDS}


def store_array(array: np.ndarray) -> str:
    """Write an array under its digest, which is returned. Several jobs may do so at once."""
    name = digest(array)
    with write_whole(FOLDER / f"{name}.npy") as file:
        np.save(file, array, allow_pickle=False)
    return name


def load(images, settings, split: str) -> tuple[np.ndarray, np.ndarray]:
    """Images uint8 (images, channels, height, width), memory-mapped, and labels int64 of a split of an images result.

    What is absent or damaged in `work/` is decoded again. Raises OtherImages if the source now gives other images.
    """
    names = [str(images[f"{kind}_sha256"].sel(split=split).item()) for kind in KINDS]
    found = [load_sound(name) for name in names]
    if any(array is None for array in found):
        fresh = store(read(settings))
        if [fresh[kind][SPLITS.index(split)] for kind in KINDS] != names:
            raise OtherImages(remedy(images, settings, split))
        found = [load_sound(name) for name in names]
    return found[0], found[1]


def load_sound(name: str) -> np.ndarray | None:
    """The array of a digest, memory-mapped; None if it is absent or damaged."""
    try:
        array = np.load(FOLDER / f"{name}.npy", mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return array if digest(array) == name else None


def remedy(images, settings, split: str) -> str:
    """What to say when a source gives other images than before."""
    result = f"results/{images['study'].item()}/images.nc" if "study" in images.coords else "images.nc"
    return (
        f"the {split} images of {settings.source} are not those from which {result} was made: the source has changed.\n"
        f"Bring the former images back, or delete {result} and make it again (all that was made from it follows)."
    )


def normalise(batch, mean, std):
    """Float32 images of a uint8 tensor (images, channels, height, width); mean, std (channels) are of full scale."""
    return (batch / 255).sub_(mean.view(-1, 1, 1)).div_(std.view(-1, 1, 1))


def split_stratified(labels: np.ndarray, val_fraction: float, seed: int) -> dict[str, np.ndarray]:
    """Rows of each split, rising: of each class the same fraction, to the nearest image and at least one, for val."""
    rows = [split_class(np.flatnonzero(labels == name), val_fraction, seed, name) for name in np.unique(labels)]
    return {split: np.sort(np.concatenate([row[split] for row in rows])) for split in SPLITS}


def split_class(rows: np.ndarray, val_fraction: float, seed: int, name: int) -> dict[str, np.ndarray]:
    """The rows of one class divided at random, at least one to each split."""
    drawn = generator("split", seed, name).permutation(rows)
    count = min(max(round(len(rows) * val_fraction), 1), len(rows) - 1)
    return {"train": drawn[count:], "val": drawn[:count]}
