"""Random changes of training images, each drawn for (seed, epoch, image) and for nothing else."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from vestige.data.loader import Augment, middle
from vestige.foundation.random import generator

TRIES = 10  # after which torchvision's RandomResizedCrop takes the middle of an image


def augmentation(training, shape: tuple[int, ...], crop: int | None, seed: int, epoch: int) -> Augment:
    """What an epoch does to a batch of the set of images, whose shape is (images, channels, height, width).

    An image is shifted, cropped and flipped, in this order. `shift` moves it by up to so many pixels each way, zeros
    coming in; `random_crop` resizes a random part of it to `crop` pixels a side, else its middle is taken; `flip` is
    the probability of mirroring it. None leaves an effect out, and does not change what is drawn for the others.
    """
    count, shift, flip = shape[0], training.shift, training.flip
    moves = generator("shift", seed, epoch).integers(-shift, shift, (count, 2), endpoint=True) if shift else None
    flips = generator("flip", seed, epoch).random(count) < flip if flip else None
    places = None
    if training.random_crop is not None:
        places = random_parts(generator("random_crop", seed, epoch), count, *shape[2:], training.random_crop)

    def augment(pixels: Tensor, numbers: np.ndarray) -> Tensor:
        moved = pixels if moves is None else shifted(pixels, moves[numbers], shift)
        seen = middle(moved, crop) if places is None else resized(moved.float(), places[:, numbers], crop)
        return seen if flips is None else flipped(seen, flips[numbers])

    return augment


def shifted(images: Tensor, moves: np.ndarray, most: int) -> Tensor:
    """Each image moved down and to the right by its own pixels (images, 2), at most `most` either way."""
    padded, device = F.pad(images, [most] * 4), images.device
    starts = torch.from_numpy(most - moves).to(device).T[..., None]
    ends = zip(starts, images.shape[2:], strict=True)
    rows, columns = (start + torch.arange(side, device=device) for start, side in ends)
    numbers = torch.arange(len(images), device=device)[:, None, None]
    return padded[numbers, :, rows[:, :, None], columns[:, None]].permute(0, 3, 1, 2).contiguous()


def flipped(images: Tensor, flips: np.ndarray) -> Tensor:
    """The images of a batch, those mirrored left to right where `flips` (images) is true."""
    return torch.where(torch.from_numpy(flips).to(images.device)[:, None, None, None], images.flip(-1), images)


def random_parts(random: np.random.Generator, count: int, height: int, width: int, random_crop) -> np.ndarray:
    """Where a random part of each image lies (4, count): top, height, left and width, as RandomResizedCrop draws them.

    Of so many tries the first that is no larger than the image; if there is none, the largest part in the middle whose
    ratio is allowed.
    """
    places = np.repeat([[side] for side in largest_part(height, width, random_crop.ratio)], count, axis=1)
    left = np.arange(count)
    for _ in range(TRIES):
        area = height * width * random.uniform(*random_crop.scale, len(left))
        ratio = np.exp(random.uniform(*np.log(random_crop.ratio), len(left)))
        heights, widths = np.rint(np.sqrt(area / ratio)).astype(int), np.rint(np.sqrt(area * ratio)).astype(int)
        fits = (heights >= 1) & (heights <= height) & (widths >= 1) & (widths <= width)
        tops, lefts = (random.random((2, len(left))) * (height - heights + 1, width - widths + 1)).astype(int)
        places[:, left[fits]] = np.stack([tops, heights, lefts, widths])[:, fits]
        left = left[~fits]
    return places


def largest_part(height: int, width: int, ratio: tuple[float, float]) -> tuple[int, int, int, int]:
    """Top, height, left and width, at least a pixel, of the largest part in the middle whose ratio is allowed."""
    high = height if width / height >= ratio[0] else max(round(width / ratio[0]), 1)
    wide = width if width / height <= ratio[1] else max(round(height * ratio[1]), 1)
    return (height - high) // 2, high, (width - wide) // 2, wide


def resized(images: Tensor, places: np.ndarray, size: int) -> Tensor:
    """Parts of images (n, channels, height, width), at places (4, n), bilinearly resized to squares of `size` pixels.

    As products of matrices, which is exact, cheap beside a network, and on a GPU the same every time.
    """
    tops, heights, lefts, widths = torch.from_numpy(places).to(images.device, images.dtype)[..., None, None]
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
