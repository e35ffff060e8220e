"""Pre-activation ResNets for small images (Lange et al. 2022, section 3.1): the second paper's network for CIFAR-10."""

from typing import Literal

from pydantic import PositiveInt

from vestige.foundation.settings import Values

DEPTH = 2  # blocks of a stage
STRIDES = (1, 2, 2, 2)
WIDENED = (1, 2, 4, 4)  # times the width, by stage


class Settings(Values):
    """Channels of the stem and the first stage, 64 in the paper; then come two, four and four times as many."""

    family: Literal["preactivation_resnet"]
    """The second paper's pre-activation ResNet for CIFAR-10."""
    width: PositiveInt
    """Channels of the stem and of the first stage; the paper has 64."""

    @property
    def modules(self) -> tuple[int, ...]:
        """The modules that a study may name, h0 to h5 of the paper: the stem, the stages, and what is pooled."""
        return (0, 1, 2, 3, 4, 5)


def network(settings: Settings, channels: int, classes: int):
    """A network with random weights, drawn as PyTorch draws them.

    What a stage puts out is the sum of shortcut and branch, with no ReLU after it, and may be negative, as what is
    pooled of it may: associations take it as it is, the index of selectivity its positive part. The shortcut carries
    the activated input also where it is the identity. Weights are named as torchvision names those of its ResNets.
    """
    from collections import OrderedDict

    import torch
    import torch.nn.functional as F
    from torch import nn

    from vestige.models.network import Network

    class Block(nn.Module):
        """Batch norm and ReLU before each of two convolutions 3x3; their sum with the activated input."""

        def __init__(self, before: int, width: int, stride: int):
            super().__init__()
            self.bn1, self.conv1 = nn.BatchNorm2d(before), nn.Conv2d(before, width, 3, stride, 1, bias=False)
            self.bn2, self.conv2 = nn.BatchNorm2d(width), nn.Conv2d(width, width, 3, 1, 1, bias=False)
            changes = stride != 1 or before != width
            self.downsample = nn.Conv2d(before, width, 1, stride, bias=False) if changes else None

        def forward(self, images):
            activated = self.bn1(images).relu()
            inner = self.conv2(self.bn2(self.conv1(activated)).relu())
            return inner + (self.downsample(activated) if self.downsample else activated)

    class Pool(nn.Module):
        """The largest and the mean value of each channel, one after the other: (images, 2 x channels, 1, 1)."""

        says = "max and average pool to 1×1"

        def forward(self, images):
            return torch.cat([F.max_pool2d(images, images.shape[2:]), F.avg_pool2d(images, images.shape[2:])], 1)

    widths = [settings.width, *(settings.width * times for times in WIDENED)]
    stages = {
        f"layer{number}": nn.Sequential(
            *(Block(before if place == 0 else width, width, stride if place == 0 else 1) for place in range(DEPTH))
        )
        for number, (before, width, stride) in enumerate(zip(widths, widths[1:], STRIDES, strict=False), start=1)
    }
    conv1 = nn.Conv2d(channels, settings.width, 3, 1, 1, bias=False)
    parts = {"conv1": conv1, "bn1": nn.BatchNorm2d(settings.width), "relu": nn.ReLU(), **stages, "pool": Pool()}
    trunk = nn.Sequential(OrderedDict(**parts, flatten=nn.Flatten(), fc=nn.Linear(2 * widths[-1], classes)))
    blocks = {f"{name}.{place}": block for name, stage in stages.items() for place, block in enumerate(stage)}
    steps = {"stem": nn.Sequential(trunk.conv1, trunk.bn1, trunk.relu), **blocks, "pool": trunk.pool}
    steps |= {"flatten": trunk.flatten, "fc": trunk.fc}
    modules = {0: ("stem",), 5: ("pool",)}
    modules |= {number: tuple(f"layer{number}.{place}" for place in range(DEPTH)) for number in range(1, 5)}
    return Network(trunk, steps, dict(sorted(modules.items())), head="fc", rectified=True)
