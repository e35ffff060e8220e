"""The ResNets of torchvision, with random weights: depth 50 is the paper's network."""

from typing import Literal

from vestige.foundation.settings import Values


class Settings(Values):
    """The depth of the network."""

    family: Literal["resnet"]
    """A ResNet of torchvision."""
    depth: Literal[18, 34, 50]
    """The number of layers, which names the network: 50 is ResNet-50."""

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
    stem = nn.Sequential(trunk.conv1, trunk.bn1, trunk.relu, trunk.maxpool)
    pool = nn.Sequential(trunk.avgpool, nn.Flatten())
    return in_steps(trunk, stem, [trunk.layer1, trunk.layer2, trunk.layer3, trunk.layer4], pool, trunk.fc)
