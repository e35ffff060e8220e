"""Parts of residual networks that families put together."""

from collections import OrderedDict

from torch import Tensor, nn

from vestige.models.network import Network

EXPANSION = 4
MODULES = (4, 5, 6, 7)  # the paper numbers the stages layer1..layer4 by their place among torchvision's children


class Bottleneck(nn.Module):
    """A block of convolutions 1x1, 3x3 and 1x1, added to its input; the last ReLU comes after the addition.

    Its parts have the names of torchvision's, and so have the tensors of checkpoints.
    """

    def __init__(self, channels: int, width: int, stride: int):
        super().__init__()
        out = EXPANSION * width
        self.conv1, self.bn1 = conv_with_batch_norm(nn.Conv2d(channels, width, 1, bias=False))
        self.conv2, self.bn2 = conv_with_batch_norm(nn.Conv2d(width, width, 3, stride, padding=1, bias=False))
        self.conv3, self.bn3 = conv_with_batch_norm(nn.Conv2d(width, out, 1, bias=False))
        self.relu = nn.ReLU(inplace=True)
        changes = stride != 1 or channels != out
        shortcut = conv_with_batch_norm(nn.Conv2d(channels, out, 1, stride, bias=False)) if changes else None
        self.downsample = nn.Sequential(*shortcut) if shortcut else None

    def forward(self, images: Tensor) -> Tensor:
        inner = self.relu(self.bn1(self.conv1(images)))
        inner = self.relu(self.bn2(self.conv2(inner)))
        inner = self.bn3(self.conv3(inner))
        return self.relu(inner.add_(self.downsample(images) if self.downsample else images))


def conv_with_batch_norm(convolution: nn.Conv2d) -> tuple[nn.Module, nn.Module]:
    """A convolution and the batch normalisation of what it gives."""
    return convolution, nn.BatchNorm2d(convolution.out_channels)


def bottleneck_trunk(channels: int, classes: int, blocks: tuple[int, ...], width: int) -> nn.Sequential:
    """A residual network for small images: a 3x3 stem without pooling, then four stages that halve the image thrice."""
    stages, now = OrderedDict(), width
    for index, count in enumerate(blocks):
        inner = width * 2**index
        strides = [1 if index == 0 else 2, *[1] * (count - 1)]
        parts = [Bottleneck(now if place == 0 else EXPANSION * inner, inner, s) for place, s in enumerate(strides)]
        stages[f"layer{index + 1}"], now = nn.Sequential(*parts), EXPANSION * inner
    conv1, bn1 = conv_with_batch_norm(nn.Conv2d(channels, width, 3, padding=1, bias=False))
    ends = {"avgpool": nn.AdaptiveAvgPool2d(1), "flatten": nn.Flatten(), "fc": nn.Linear(now, classes)}
    return nn.Sequential(OrderedDict(conv1=conv1, bn1=bn1, relu=nn.ReLU(inplace=True), **stages, **ends))


def initialise(trunk: nn.Module) -> None:
    """Draw weights as torchvision does: He's normal over the fan out for convolutions, linear layers as they come."""
    for part in trunk.modules():
        if isinstance(part, nn.Conv2d):
            nn.init.kaiming_normal_(part.weight, mode="fan_out", nonlinearity="relu")


def in_steps(trunk: nn.Module, stem: nn.Module, stages: list[nn.Sequential], pool: nn.Module, fc: nn.Module) -> Network:
    """A network whose blocks are single steps, its stages being the paper's modules 4, 5, 6 and 7."""
    blocks = {f"layer{i}.{j}": block for i, stage in enumerate(stages, 1) for j, block in enumerate(stage)}
    modules = {
        module: tuple(f"layer{i}.{j}" for j in range(len(stage)))
        for i, (module, stage) in enumerate(zip(MODULES, stages, strict=True), 1)
    }
    return Network(trunk, {"stem": stem, **blocks, "pool": pool, "fc": fc}, modules, head="fc")
