"""The VGGs of torchvision without batch normalisation, with random weights: depth 16 is the paper's network."""

from collections import OrderedDict
from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from vestige.foundation.settings import Values

STAGES = 5
HIDDEN = STAGES + 1  # the module of the classifier's hidden layers; those before it are the convolutional stages
SIDE = 7  # of the square to which the last stage's output is averaged, however large the images are


class Settings(Values):
    """The depth, the share of the classifier's hidden units dropped in training, and the number of logits.

    Without `dropout` none is dropped, without `head` there are as many logits as classes.
    """

    family: Literal["vgg"]
    depth: Literal[11, 13, 16, 19]
    dropout: Annotated[float, Field(gt=0, lt=1)] | None = None
    head: PositiveInt | None = None

    @property
    def modules(self) -> tuple[int, ...]:
        """The modules that a study may name."""
        return tuple(range(1, HIDDEN + 1))


def network(settings: Settings, channels: int, classes: int):
    """A network with random weights, drawn as torchvision draws them. Raises ValueError if its head is too small."""
    from torch import nn
    from torchvision.models import get_model

    logits = settings.head or classes
    if logits < classes:
        raise ValueError(f"network.head: found {logits}; the images have {classes} classes; allowed: {classes} or more")
    whole = get_model(f"vgg{settings.depth}", weights=None, num_classes=logits)
    if channels != whole.features[0].in_channels:
        whole.features[0] = first_convolution(channels, whole.features[0].out_channels)
    first, second, fc = (part for part in whole.classifier if isinstance(part, nn.Linear))
    # Drawn after all weights, which are therefore torchvision's with or without dropout.
    drops = [dropout(settings.dropout) if settings.dropout else None for _ in range(2)]
    classifier = {"hidden0": hidden(first), "dropout0": drops[0], "hidden1": hidden(second), "dropout1": drops[1]}
    ends = {"flatten": nn.Flatten(), "fc": fc}
    parts = {**dict(convolutional(whole.features)), "average": average(), **classifier, **ends}
    return in_steps(nn.Sequential(OrderedDict((name, part) for name, part in parts.items() if part is not None)))


def first_convolution(channels: int, width: int):
    """The convolution of images with so many channels, its weights drawn as torchvision does."""
    from torch import nn

    convolution = nn.Conv2d(channels, width, kernel_size=3, padding=1)
    nn.init.kaiming_normal_(convolution.weight, mode="fan_out", nonlinearity="relu")
    nn.init.zeros_(convolution.bias)
    return convolution


def convolutional(features):
    """Torchvision's layers as stages of blocks, each a convolution and its ReLU, and the pooling after each stage."""
    from torch import nn

    stage, blocks = 1, []
    for layer in features:
        if isinstance(layer, nn.Conv2d):
            blocks.append(nn.Sequential(layer, nn.ReLU(inplace=True)))
        elif isinstance(layer, nn.MaxPool2d):
            yield f"conv{stage}", nn.Sequential(*blocks)
            yield f"pool{stage}", layer
            stage, blocks = stage + 1, []


def hidden(linear):
    """A hidden layer whose output is (images, units, 1, 1), as if it were channels."""
    from torch import nn

    return nn.Sequential(nn.Flatten(), linear, nn.ReLU(inplace=True), nn.Unflatten(1, (linear.out_features, 1, 1)))


def average():
    """Torchvision's adaptive average pooling as products of matrices: its own gradient on a GPU is not repeatable."""
    import torch
    import torch.nn.functional as F
    from torch import nn

    class Average(nn.Module):
        """The means (images, channels, 7, 7) over parts of images (images, channels, height, width)."""

        def forward(self, images):
            shares = [torch.eye(side, dtype=images.dtype, device=images.device) for side in images.shape[2:]]
            rows, columns = (F.adaptive_avg_pool1d(each, SIDE) for each in shares)
            return rows.T @ images @ columns

    return Average()


def dropout(share: float):
    """Dropout that a run which was stopped and goes on repeats to the last bit."""
    import numpy as np
    import torch
    from torch import nn

    from vestige.foundation.random import generator

    class Dropout(nn.Module):
        """Drops a share of what it is given, other units in each step of training; none in evaluation.

        What is dropped depends on buffers that checkpoints hold: a seed, and how many steps there have been.
        """

        def __init__(self):
            super().__init__()
            self.register_buffer("seed", torch.randint(2**63 - 1, ()))
            self.register_buffer("count", torch.zeros((), dtype=torch.int64))

        def _apply(self, fn, recurse=True):
            return self  # the buffers stay on the CPU: to read them from a GPU would make it wait

        def forward(self, units):
            if not self.training:
                return units
            drawn = generator("dropout", self.seed.item(), self.count.item()).random(units.shape, dtype=np.float32)
            self.count += 1
            return units * torch.from_numpy(drawn >= share).to(units.device) / (1 - share)

    return Dropout()


def in_steps(trunk):
    """A network whose blocks are single steps: its convolutional stages are modules 1 to 5, its hidden layers 6."""
    from vestige.models.network import Network

    steps, modules = {}, {HIDDEN: ("hidden0", "hidden1")}
    for name, part in trunk.named_children():
        blocks = {f"{name}.{place}": block for place, block in enumerate(part)} if name.startswith("conv") else {}
        steps |= blocks or {name: part}
        if blocks:
            modules[int(name.removeprefix("conv"))] = tuple(blocks)
    return Network(trunk, steps, dict(sorted(modules.items())), head="fc")
