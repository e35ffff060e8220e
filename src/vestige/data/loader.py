"""Batches of normalised images on the device that computes."""

import importlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from vestige.data import arrays
from vestige.data.settings import refuse_smaller

# Pixels (images, channels, height, width) on the device, and their numbers in the whole set -> what a network sees.
Augment = Callable[[Tensor, np.ndarray], Tensor]

ROOM = 0.25  # share of a GPU's free memory that images may take


@dataclass(frozen=True)
class Split:
    """Images uint8 (images, channels, height, width) and labels int64 (images) of one split, to be cut in batches."""

    images: np.ndarray
    labels: np.ndarray
    batch_size: int
    mean: Tensor  # (channels) as a fraction of full scale, on the device; likewise std
    std: Tensor
    crop: int | None = None  # pixels a side of the square that networks see; None: they see all
    waits: tuple[float, ...] = ()  # seconds that each batch was waited for: none, they are in memory
    resident: Tensor | None = None  # what is seen of all images, where it lies on the device

    def batches(self, order: np.ndarray, augment: Augment | None = None) -> Iterator[tuple[Tensor, Tensor]]:
        """Normalised images and labels on the device, in an order of their numbers; the last batch may be smaller.

        Of an image its middle is seen, or what augmentation makes of it.
        """
        for start in range(0, len(order), self.batch_size):
            numbers = order[start : start + self.batch_size]
            if self.resident is not None and augment is None:
                seen = self.resident[self.on_device(numbers)]
            else:
                pixels = self.on_device(self.images[numbers])
                seen = middle(pixels, self.crop) if augment is None else augment(pixels, numbers)
            yield arrays.normalise(seen, self.mean, self.std), self.on_device(self.labels[numbers])

    def on_device(self, values: np.ndarray) -> Tensor:
        """Values on the device, which need not be waited for."""
        return torch.from_numpy(np.ascontiguousarray(values)).to(self.mean.device, non_blocking=True)

    def sides(self) -> tuple[np.ndarray, np.ndarray]:
        """Height and width of each image (images), in pixels."""
        return tuple(np.full(len(self.labels), side) for side in self.images.shape[2:])

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """The shape (channels, height, width) of what a network sees of an image."""
        channels, *sides = self.images.shape[1:]
        return (channels, *([self.crop] * 2 if self.crop else sides))

    def count_batches(self) -> int:
        """How many batches all images make."""
        return -(-len(self.labels) // self.batch_size)


def split_of(images, settings, split: str, batch_size: int, device: torch.device) -> Split:
    """One split of an images result, from the arrays that a source has left in `work/`; photographs are read anew."""
    mean, std = (torch.tensor(images[key].values, dtype=torch.float32, device=device) for key in ("mean", "std"))
    if "photographs_sha256" in images:
        source = importlib.import_module(f"vestige.data.{settings.source}")
        return source.open_split(images, settings, split, batch_size, mean, std)
    pixels, labels = arrays.load(images, settings, split)
    refuse_smaller(settings.crop, *pixels.shape[2:])
    return Split(pixels, labels, batch_size, mean, std, settings.crop)


def validation_of(images, settings, batch_size: int, device: torch.device) -> Split:
    """The validation images of an images result, through which measures go at every epoch of a run.

    Where a GPU has room for them they are copied there once.
    """
    split = split_of(images, settings, "val", batch_size, device)
    size = len(split.labels) * math.prod(split.input_shape)  # bytes
    if device.type == "cpu" or size > ROOM * torch.cuda.mem_get_info(device)[0]:
        return split
    return keep_on_device(split)


def keep_on_device(split: Split) -> Split:
    """The same split, whose images lie on the device."""
    seen = np.array(middle(split.images, split.crop), order="C")  # a copy: memory that is mapped may not be written to
    return replace(split, resident=torch.from_numpy(seen).to(split.mean.device))


def middle(images: Tensor, size: int | None) -> Tensor:
    """The square of `size` pixels in the middle of images (..., height, width), as torchvision cuts it; None: all."""
    if size is None:
        return images
    top, left = (round((side - size) / 2) for side in images.shape[-2:])
    return images[..., top : top + size, left : left + size]
