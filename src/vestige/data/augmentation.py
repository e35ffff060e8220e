"""Random changes of training images, each drawn for (seed, epoch, image) and for nothing else."""

from collections.abc import Callable

import numpy as np

from vestige.foundation.random import generator

Augment = Callable[[np.ndarray, np.ndarray], np.ndarray]


def augmentation(shift: int | None, flip: float | None, images: int, seed: int, epoch: int) -> Augment:
    """What an epoch does to a batch (images, channels, height, width), given the images' numbers in the whole set.

    `shift` moves an image by up to so many pixels each way, zeros coming in; `flip` is the probability of mirroring it.
    None leaves an effect out, and does not change what is drawn for the other.
    """
    moves = generator("shift", seed, epoch).integers(-shift, shift, (images, 2), endpoint=True) if shift else None
    flips = generator("flip", seed, epoch).random(images) < flip if flip else None

    def augment(batch: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        moved = batch if moves is None else shifted(batch, moves[numbers], shift)
        return moved if flips is None else flipped(moved, flips[numbers])

    return augment


def shifted(batch: np.ndarray, moves: np.ndarray, most: int) -> np.ndarray:
    """Each image moved down and to the right by its own pixels (images, 2), at most `most` either way."""
    padded = np.pad(batch, ((0, 0), (0, 0), (most, most), (most, most)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, batch.shape[2:], axis=(2, 3))
    down, right = (most - moves).T
    return windows[np.arange(len(batch)), :, down, right]


def flipped(batch: np.ndarray, flips: np.ndarray) -> np.ndarray:
    """The images of a batch, those mirrored left to right where `flips` (images) is true."""
    return np.where(flips[:, None, None, None], batch[..., ::-1], batch)
