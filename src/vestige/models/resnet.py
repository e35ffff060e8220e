"""The ResNets of torchvision, with random weights: depth 50 is the paper's network."""

from collections import OrderedDict
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PositiveInt
from pydantic_core import PydanticCustomError

from vestige.foundation.settings import Values

TRIES = 10  # after which torchvision's RandomResizedCrop takes the middle of an image


def rising(ends: tuple[float, float]) -> tuple[float, float]:
    """The ends of a range."""
    if ends[0] > ends[1]:
        raise PydanticCustomError("falling", "two numbers, the smaller one first")
    return ends


Share = Annotated[float, Field(ge=1e-3, le=1)]
Ratio = Annotated[float, Field(ge=1 / 20, le=20)]
Shares = Annotated[tuple[Share, Share], Field(strict=False), AfterValidator(rising)]
Ratios = Annotated[tuple[Ratio, Ratio], Field(strict=False), AfterValidator(rising)]


class View(Values):
    """What the network sees of an image: a square of `size` pixels, in evaluation from the middle of the image.

    In training it is a part of random share of the area (`scale`) and ratio of width to height, resized to the square.
    """

    size: PositiveInt
    scale: Shares
    ratio: Ratios


class Settings(Values):
    """The depth of the network, and what it sees of an image: without `view`, all of it."""

    family: Literal["resnet"]
    depth: Literal[18, 34, 50]
    view: View | None = None

    @property
    def modules(self) -> tuple[int, ...]:
        """The modules that a study may name."""
        return (4, 5, 6, 7)


def network(settings: Settings, channels: int, classes: int):
    """A network with random weights."""
    from torch import nn
    from torchvision.models import get_model

    from vestige.models.residual import in_steps, initialise

    trunk = get_model(f"resnet{settings.depth}", weights=None, num_classes=classes)
    if channels != trunk.conv1.in_channels:
        trunk.conv1 = nn.Conv2d(channels, 64, kernel_size=7, stride=2, padding=3, bias=False)
        initialise(trunk.conv1)
    if settings.view is not None:  # its seed is drawn after all weights, which are therefore the same without it
        trunk.conv1 = nn.Sequential(OrderedDict(view=seen_through(settings.view), convolution=trunk.conv1))
    stem = nn.Sequential(trunk.conv1, trunk.bn1, trunk.relu, trunk.maxpool)
    pool = nn.Sequential(trunk.avgpool, nn.Flatten())
    return in_steps(trunk, stem, [trunk.layer1, trunk.layer2, trunk.layer3, trunk.layer4], pool, trunk.fc)


def seen_through(view: View):
    """The view as a part of a network, which a run that was stopped and goes on repeats to the last bit."""
    import torch
    from torch import nn

    from vestige.foundation.random import generator

    class Seen(nn.Module):
        """Images (n, channels, size, size): other parts in each step of training, the middle in evaluation.

        What is seen depends on buffers that checkpoints hold: a seed, and how many steps there have been.
        """

        def __init__(self):
            super().__init__()
            self.register_buffer("seed", torch.randint(2**63 - 1, ()))
            self.register_buffer("count", torch.zeros((), dtype=torch.int64))

        def _apply(self, fn, recurse=True):
            return self  # the buffers stay on the CPU: to read them from a GPU would make it wait

        def forward(self, images):
            if not self.training:
                return middle(images, view.size)
            random = generator("view", self.seed.item(), self.count.item())
            self.count += 1
            return resized(images, parts(random, len(images), *images.shape[2:], view), view.size)

    return Seen()


def middle(images, size: int):
    """The square in the middle of images. Raises ValueError where they are smaller."""
    if min(images.shape[2:]) < size:
        raise ValueError(f"network.view.size: found {size}; the images have only {min(images.shape[2:])} pixels a side")
    top, left = (round((side - size) / 2) for side in images.shape[2:])
    return images[..., top : top + size, left : left + size]


def parts(random, count: int, height: int, width: int, view: View):
    """Where a random part of each image lies (4, count): top, height, left and width, as RandomResizedCrop draws them.

    Of so many tries the first that is no larger than the image; if there is none, the largest part in the middle whose
    ratio is allowed.
    """
    import numpy as np

    area = height * width * random.uniform(*view.scale, (count, TRIES))
    ratio = np.exp(random.uniform(*np.log(view.ratio), (count, TRIES)))
    heights, widths = np.rint(np.sqrt(area / ratio)).astype(int), np.rint(np.sqrt(area * ratio)).astype(int)
    fits = (heights >= 1) & (heights <= height) & (widths >= 1) & (widths <= width)
    first = (np.arange(count), fits.argmax(1))
    places = random.random((2, count))
    tops = (places[0] * (height - heights[first] + 1)).astype(int)
    lefts = (places[1] * (width - widths[first] + 1)).astype(int)
    drawn = np.stack([tops, heights[first], lefts, widths[first]])
    return np.where(fits.any(1), drawn, np.array(largest(height, width, view.ratio))[:, None])


def largest(height: int, width: int, ratio: tuple[float, float]) -> tuple[int, int, int, int]:
    """Top, height, left and width, at least a pixel, of the largest part in the middle whose ratio is allowed."""
    high = height if width / height >= ratio[0] else max(round(width / ratio[0]), 1)
    wide = width if width / height <= ratio[1] else max(round(height * ratio[1]), 1)
    return (height - high) // 2, high, (width - wide) // 2, wide


def resized(images, places, size: int):
    """Parts of images (n, channels, height, width), at places (4, n), bilinearly resized to squares of `size` pixels.

    As products of matrices, which is exact, cheap beside a network, and on a GPU the same every time.
    """
    import torch

    tops, heights, lefts, widths = torch.from_numpy(places).to(images.device, images.dtype)[..., None, None]
    rows = interpolation(tops, heights, size, images.shape[2])
    columns = interpolation(lefts, widths, size, images.shape[3])
    return rows[:, None] @ images @ columns[:, None].mT


def interpolation(start, length, size: int, pixels: int):
    """Weights (n, size, pixels) of an axis' pixels in a part of it, from `start` (n, 1, 1) on, of `length` (n, 1, 1).

    Where pixels are merged, each weighs by its nearness to the middle of the new one: Pillow's antialiased filter.
    """
    import torch

    pixel = torch.arange(pixels, dtype=start.dtype, device=start.device)
    scale = length / size
    centre = start + (torch.arange(size, dtype=start.dtype, device=start.device)[:, None] + 0.5) * scale
    near = (1 - (pixel + 0.5 - centre).abs() / scale.clamp(min=1)).clamp(min=0)
    inside = near * ((pixel >= start) & (pixel < start + length))
    return inside / inside.sum(-1, keepdim=True)
