"""ResNets of bottlenecks for small images: of any width, and of any number of blocks in each of the four modules."""

from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from vestige.foundation.settings import Values


class Settings(Values):
    """Blocks of modules 4, 5, 6 and 7, whose channels are 4, 8, 16 and 32 times `width`."""

    family: Literal["bottleneck_resnet"]
    """A ResNet of bottleneck blocks for small images."""
    blocks: Annotated[tuple[PositiveInt, PositiveInt, PositiveInt, PositiveInt], Field(strict=False)]
    """The number of blocks in modules 4, 5, 6 and 7."""
    width: PositiveInt
    """Channels of the stem. The blocks of the four modules have 4, 8, 16 and 32 times as many."""

    @property
    def modules(self) -> tuple[int, ...]:
        """The modules that a study may name."""
        return (4, 5, 6, 7)


def network(settings: Settings, channels: int, classes: int):
    """A network with random weights."""
    from torch import nn

    from vestige.models.residual import bottleneck_trunk, in_steps, initialise

    trunk = bottleneck_trunk(channels, classes, settings.blocks, settings.width)
    initialise(trunk)
    stages = [trunk.layer1, trunk.layer2, trunk.layer3, trunk.layer4]
    stem, pool = nn.Sequential(trunk.conv1, trunk.bn1, trunk.relu), nn.Sequential(trunk.avgpool, trunk.flatten)
    return in_steps(trunk, stem, stages, pool, trunk.fc)
