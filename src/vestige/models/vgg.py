"""The VGGs of torchvision without batch normalisation, with random weights: depth 16 is the paper's network."""

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
    """A VGG of torchvision, without batch norm."""
    depth: Literal[11, 13, 16, 19]
    """The number of layers, which names the network: 16 is VGG-16."""
    dropout: Annotated[float, Field(gt=0, lt=1)] | None = None
    """The share of the classifier's hidden units that training drops; left out, none."""
    head: PositiveInt | None = None
    """The number of logits; left out, as many as there are classes."""

    @property
    def modules(self) -> tuple[int, ...]:
        """The modules that a study may name."""
        return tuple(range(1, HIDDEN + 1))

    @property
    def has_batch_norm(self) -> bool:
        """Whether there are statistics of batch norm, running or recomputed."""
        return False


def network(settings: Settings, channels: int, classes: int):
    """A network with random weights, drawn as torchvision draws them. Raises ValueError if its head is too small."""
    from torch import nn
    from torchvision.models import get_model

    logits = settings.head or classes
    if logits < classes:
        raise ValueError(f"network.head: found {logits}; the images have {classes} classes; allowed: {classes} or more")
    trunk = get_model(f"vgg{settings.depth}", weights=None, num_classes=logits)
    if channels != trunk.features[0].in_channels:
        trunk.features[0] = first_convolution(channels, trunk.features[0].out_channels)
    trunk.avgpool = average()
    for place, part in enumerate(trunk.classifier):
        if isinstance(part, nn.Dropout):
            trunk.classifier[place] = dropout(settings.dropout) if settings.dropout else nn.Identity()
    return in_steps(trunk)


def first_convolution(channels: int, width: int):
    """The convolution of images with so many channels, its weights drawn as torchvision does."""
    from torch import nn

    convolution = nn.Conv2d(channels, width, kernel_size=3, padding=1)
    nn.init.kaiming_normal_(convolution.weight, mode="fan_out", nonlinearity="relu")
    nn.init.zeros_(convolution.bias)
    return convolution


def convolutional(features):
    """Torchvision's layers as blocks of stages, each a convolution and its ReLU, and the pooling after each stage."""
    from torch import nn

    stage, block = 1, 0
    for layer, relu in zip(features, [*features[1:], None], strict=True):
        if isinstance(layer, nn.Conv2d):
            yield f"conv{stage}.{block}", nn.Sequential(layer, relu)
            block += 1
        elif isinstance(layer, nn.MaxPool2d):
            yield f"pool{stage}", layer
            stage, block = stage + 1, 0


def hidden_layer(linear, relu):
    """A hidden layer whose output is (images, units, 1, 1), as if it were channels."""
    from torch import nn

    return nn.Sequential(nn.Flatten(), linear, relu, nn.Unflatten(1, (linear.out_features, 1, 1)))


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

        What is dropped depends on a seed, drawn after all weights, and on the step of training, which `at_step` says.
        """

        def __init__(self):
            super().__init__()
            self.seed, self.step = torch.randint(2**63 - 1, (), device="cpu").item(), 0

        def forward(self, units):
            if not self.training:
                return units
            drawn = generator("dropout", self.seed, self.step).random(units.shape, dtype=np.float32)
            return units * torch.from_numpy(drawn >= share).to(units.device, non_blocking=True) / (1 - share)

    return Dropout()


def in_steps(trunk):
    """A network whose blocks are single steps: its convolutional stages are modules 1 to 5, its hidden layers 6."""
    from torch import nn

    from vestige.models.network import Network

    first, relu, drop, second, other_relu, other_drop, fc = trunk.classifier
    hidden_layers = {"hidden0": hidden_layer(first, relu), "dropout0": drop}
    hidden_layers |= {"hidden1": hidden_layer(second, other_relu), "dropout1": other_drop}
    parts = {**dict(convolutional(trunk.features)), "average": trunk.avgpool, **hidden_layers}
    parts |= {"flatten": nn.Flatten(), "fc": fc}
    steps = {name: part for name, part in parts.items() if not isinstance(part, nn.Identity)}
    modules = {stage: tuple(name for name in steps if name.startswith(f"conv{stage}.")) for stage in range(1, HIDDEN)}
    modules[HIDDEN] = ("hidden0", "hidden1")
    dropouts = tuple(part for name, part in steps.items() if name.startswith("dropout"))
    return Network(trunk, steps, modules, "fc", dropouts)
