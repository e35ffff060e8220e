"""What the thread that has decoded a photograph does to its pixels: keeps the bytes, or mirrors and normalises them."""

import numpy as np
import torch
from torch import Tensor

FULL = np.float32(255)


class Bytes:
    """Pixels as they are, for a device that normalises them itself."""

    dtype, ahead = torch.uint8, 3  # batches that are decoded while one is used

    def write(self, pixels: np.ndarray, number: int, target: np.ndarray) -> None:
        """Copy pixels uint8 (height, width, 3) to a target of the same shape."""
        target[...] = pixels


class Normalized:
    """Pixels as networks see them, mirrored where `flips` (photographs) says so: to the bit as `arrays.normalise` does.

    In one thread's own cache, which is faster than for a whole batch.
    """

    dtype, ahead = torch.float32, 2  # a batch takes four times the memory of bytes

    def __init__(self, mean: Tensor, std: Tensor, width: int, flips: np.ndarray | None):
        self.mean, self.std = (np.tile(each.numpy(), width) for each in (mean, std))  # of a row: (width x 3)
        self.flips, self.mirrored = flips, np.arange(width)[::-1].copy()

    def write(self, pixels: np.ndarray, number: int, target: np.ndarray) -> None:
        """Write pixels uint8 (height, width, 3) of a photograph to a target float32 of the same shape."""
        if self.flips is not None and self.flips[number]:
            pixels = np.take(pixels, self.mirrored, axis=1)
        rows = target.reshape(len(target), -1)  # the same memory: a target is a part of a batch
        np.divide(pixels.reshape(rows.shape), FULL, out=rows, dtype=np.float32)
        np.subtract(rows, self.mean, out=rows)
        np.divide(rows, self.std, out=rows)
