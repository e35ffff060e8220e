"""What a network sees of a decoded photograph: a part resized to a square, or the middle, as torchvision has them."""

from typing import Literal

import numpy as np

Resampler = Literal["pillow", "torch"]
Part = tuple[int, int, int, int]  # top, height, left, width


def resize_part(pixels: np.ndarray, part: Part, size: int, resampler: Resampler) -> np.ndarray:
    """A part of an image (height, width, 3), resized to a square (size, size, 3), bilinearly, with antialiasing.

    As torchvision's RandomResizedCrop: the part is cut out first, and nothing around it is seen.
    """
    return resize(pixels, part, size, size, resampler)


def resize_middle(pixels: np.ndarray, shorter: int, size: int, resampler: Resampler) -> np.ndarray:
    """The middle square (size, size, 3) of an image whose shorter side is resized to `shorter` pixels.

    As torchvision's Resize and CenterCrop, whose rounding it keeps. `shorter` must be at least `size`.
    """
    height, width = resized_sides(*pixels.shape[:2], shorter)
    resized = resize(pixels, (0, pixels.shape[0], 0, pixels.shape[1]), height, width, resampler)
    top, left = (round((side - size) / 2) for side in (height, width))
    return resized[top : top + size, left : left + size]


def resized_sides(height: int, width: int, shorter: int) -> tuple[int, int]:
    """The sides of an image whose shorter side is resized; the longer one is rounded down."""
    least = min(height, width)
    return int(shorter * height / least), int(shorter * width / least)


def resize(pixels: np.ndarray, part: Part, height: int, width: int, resampler: Resampler) -> np.ndarray:
    """A part of an image (..., ..., 3) in other sides; a view of it where it has these already."""
    top, high, left, wide = part
    if (high, wide) == (height, width):
        return pixels[top : top + high, left : left + wide]
    return RESAMPLERS[resampler](pixels, part, height, width)


def resize_with_pillow(pixels: np.ndarray, part: Part, height: int, width: int) -> np.ndarray:
    """By Pillow, as the authors' torchvision did; the same on every machine."""
    from PIL import Image

    top, high, left, wide = part
    step = 3 * pixels.shape[1]  # bytes of a row: Pillow reads the part where it lies, which saves a copy of it
    start = step * top + 3 * left
    rows = pixels.reshape(-1)[start : start + step * (high - 1) + 3 * wide]
    image = Image.frombytes("RGB", (wide, high), rows, "raw", "RGB", step)
    return np.asarray(image.resize((width, height), Image.Resampling.BILINEAR))


def resize_with_torch(pixels: np.ndarray, part: Part, height: int, width: int) -> np.ndarray:
    """By PyTorch's kernel for bytes: faster, and off by at most one level of 256."""
    import torch
    import torch.nn.functional as F

    top, high, left, wide = part
    cut = np.require(pixels[top : top + high, left : left + wide], requirements=("C", "W"))
    image = torch.from_numpy(cut).permute(2, 0, 1)[None]  # channels last in memory, for which the kernel is made
    resized = F.interpolate(image, (height, width), mode="bilinear", antialias=True, align_corners=False)
    return resized[0].permute(1, 2, 0).numpy()


RESAMPLERS = {"pillow": resize_with_pillow, "torch": resize_with_torch}
