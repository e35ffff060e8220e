"""Random changes of training images, each drawn for (seed, epoch, image) and for nothing else."""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from vestige.data.loader import middle
from vestige.foundation.random import generator

TRIES = 10  # after which torchvision's RandomResizedCrop takes the middle of an image


@dataclass(frozen=True)
class Augmentation:
    """What an epoch does to each image of a set: (images) is by the number of the image in it.

    An image is moved, cut and mirrored, in this order. None leaves an effect out.
    """

    moves: np.ndarray | None  # (images, 2) pixels down and to the right, at most `most` either way
    most: int
    parts: np.ndarray | None  # (4, images) top, height, left and width of the part that is seen, resized to `crop`
    crop: int | None
    flips: np.ndarray | None  # (images) whether it is mirrored

    def __call__(self, pixels: Tensor, numbers: np.ndarray) -> Tensor:
        """What networks see of whole images (n, channels, height, width), of which `numbers` (n) are the numbers."""
        moved = pixels if self.moves is None else shift_images(pixels, self.moves[numbers], self.most)
        cut = self.parts is None
        seen = middle(moved, self.crop) if cut else resize_parts(moved.float(), self.parts[:, numbers], self.crop)
        return self.mirror(seen, numbers)

    def mirror(self, pixels: Tensor, numbers: np.ndarray) -> Tensor:
        """Images (n, channels, height, width) that are cut already, mirrored where they are to be."""
        return pixels if self.flips is None else flip_images(pixels, self.flips[numbers])


def augmentation(training, heights, widths, crop: int | None, seed: int, epoch: int) -> Augmentation:
    """What an epoch does to images of so many pixels (images), drawn for the seed, the epoch and the image alone.

    `shift` moves an image by up to so many pixels each way, zeros coming in; of `random_crop` a random part of it is
    resized to `crop` pixels a side, else its middle is taken; `flip` is the probability of mirroring it. What is left
    out does not change what is drawn for the others.
    """
    count, shift, flip = len(heights), training.shift, training.flip
    moves = generator("shift", seed, epoch).integers(-shift, shift, (count, 2), endpoint=True) if shift else None
    flips = generator("flip", seed, epoch).random(count) < flip if flip else None
    parts = None
    if training.random_crop is not None:
        parts = random_parts(heights, widths, training.random_crop, seed, epoch)
    return Augmentation(moves, shift or 0, parts, crop, flips)


def shift_images(images: Tensor, moves: np.ndarray, most: int) -> Tensor:
    """Each image moved down and to the right by its own pixels (images, 2), at most `most` either way."""
    padded, device = F.pad(images, [most] * 4), images.device
    starts = torch.from_numpy(most - moves).to(device, non_blocking=True).T[..., None]
    ends = zip(starts, images.shape[2:], strict=True)
    rows, columns = (start + torch.arange(side, device=device) for start, side in ends)
    numbers = torch.arange(len(images), device=device)[:, None, None]
    return padded[numbers, :, rows[:, :, None], columns[:, None]].permute(0, 3, 1, 2).contiguous()


def flip_images(images: Tensor, flips: np.ndarray) -> Tensor:
    """The images of a batch, those mirrored left to right where `flips` (images) is true."""
    return torch.where(
        torch.from_numpy(flips).to(images.device, non_blocking=True)[:, None, None, None], images.flip(-1), images
    )


def random_parts(heights: np.ndarray, widths: np.ndarray, random_crop, seed: int, epoch: int) -> np.ndarray:
    """Where a random part of each image lies (4, images): top, height, left and width, as RandomResizedCrop draws them.

    Of so many tries the first that is no larger than the image; if there is none, the largest part in the middle whose
    ratio is allowed. The numbers of a try come four an image: they are the same however many images there are.
    """
    parts = largest_parts(heights, widths, random_crop.ratio)
    left, ratios = np.arange(len(heights)), np.log(random_crop.ratio)
    for number in range(TRIES):
        if not len(left):
            break
        drawn = generator("random_crop", seed, epoch, number).random((len(heights), 4))[left].T
        high, wide = heights[left], widths[left]
        area = high * wide * (random_crop.scale[0] + drawn[0] * (random_crop.scale[1] - random_crop.scale[0]))
        ratio = np.exp(ratios[0] + drawn[1] * (ratios[1] - ratios[0]))
        height, width = np.rint(np.sqrt(area / ratio)).astype(int), np.rint(np.sqrt(area * ratio)).astype(int)
        fits = (height >= 1) & (height <= high) & (width >= 1) & (width <= wide)
        top, start = (drawn[2:] * (high - height + 1, wide - width + 1)).astype(int)
        parts[:, left[fits]] = np.stack([top, height, start, width])[:, fits]
        left = left[~fits]
    return parts


def largest_parts(heights: np.ndarray, widths: np.ndarray, ratio: tuple[float, float]) -> np.ndarray:
    """The largest part in the middle of each image, at least a pixel, whose ratio is allowed, as in `random_parts`."""
    least, most = ratio
    high = np.where(widths / heights >= least, heights, np.maximum(np.rint(widths / least), 1)).astype(int)
    wide = np.where(widths / heights <= most, widths, np.maximum(np.rint(heights * most), 1)).astype(int)
    return np.stack([(heights - high) // 2, high, (widths - wide) // 2, wide])


def resize_parts(images: Tensor, places: np.ndarray, size: int) -> Tensor:
    """Parts of images (n, channels, height, width), at places (4, n), bilinearly resized to squares of `size` pixels.

    As products of matrices, which is exact, cheap beside a network, and on a GPU the same every time.
    """
    tops, heights, lefts, widths = torch.from_numpy(places).to(images.device, images.dtype, non_blocking=True)[
        ..., None, None
    ]
    rows = interpolation(tops, heights, size, images.shape[2])
    columns = interpolation(lefts, widths, size, images.shape[3])
    return rows[:, None] @ images @ columns[:, None].mT


def interpolation(start: Tensor, length: Tensor, size: int, pixels: int) -> Tensor:
    """Weights (n, size, pixels) of an axis' pixels in a part of it, from `start` (n, 1, 1) on, of `length` (n, 1, 1).

    Where pixels are merged, each weighs by its nearness to the middle of the new one: Pillow's antialiased filter.
    """
    pixel = torch.arange(pixels, dtype=start.dtype, device=start.device)
    scale = length / size
    centre = start + (torch.arange(size, dtype=start.dtype, device=start.device)[:, None] + 0.5) * scale
    near = (1 - (pixel + 0.5 - centre).abs() / scale.clamp(min=1)).clamp(min=0)
    inside = near * ((pixel >= start) & (pixel < start + length))
    return inside / inside.sum(-1, keepdim=True)
