"""Multilayer perceptrons of ReLUs (Lange et al. 2022, section 3.1): hidden layers of any number and width."""

from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from vestige.foundation.settings import Values


class Settings(Values):
    """The numbers that an image consists of (channels x height x width), and the units of each hidden layer."""

    family: Literal["mlp"]
    """A multilayer perceptron."""
    inputs: PositiveInt
    """The numbers of which an image consists: channels x height x width."""
    hidden: Annotated[tuple[PositiveInt, ...], Field(min_length=1, strict=False)]
    """The units of each hidden layer, from the first on. Module l is hidden layer l."""

    @property
    def modules(self) -> tuple[int, ...]:
        """The modules that a study may name: module l is hidden layer l."""
        return tuple(range(1, len(self.hidden) + 1))

    @property
    def has_batch_norm(self) -> bool:
        """Whether there are statistics of batch norm, running or recomputed."""
        return False

    @property
    def has_exact_input_gradient(self) -> bool:
        """Whether associations by the input gradient need no random directions."""
        return True


def network(settings: Settings, channels: int, classes: int):
    """A network with random weights, drawn as PyTorch draws those of linear layers.

    Its weights are `hidden1.weight`, `hidden1.bias` and so on, and `fc.weight`, `fc.bias`: those of a linear layer
    (units, inputs), the pixels in the order of PyTorch's Flatten: by channel, then row, then column. Running it raises
    ValueError for images of another size.
    """
    from collections import OrderedDict

    from torch import nn

    from vestige.models.network import Network

    class Pixels(nn.Flatten):
        """The numbers (images, inputs) of images (images, channels, height, width)."""

        def forward(self, images):
            if images[0].numel() != settings.inputs:
                shape = " x ".join(map(str, images.shape[1:]))
                raise ValueError(
                    f"network.inputs: found {settings.inputs}; an image is {shape}; allowed: {images[0].numel()}"
                )
            return super().forward(images)

    class Hidden(nn.Linear):
        """A linear layer and its ReLU; units (images, units, 1, 1), as if they were channels."""

        def forward(self, units):
            return super().forward(units.flatten(1)).relu()[:, :, None, None]

    class Head(nn.Linear):
        """The linear layer that gives the logits (images, classes)."""

        def forward(self, units):
            return super().forward(units.flatten(1))

    widths = (settings.inputs, *settings.hidden)
    hidden = {f"hidden{number}": Hidden(*widths[number - 1 : number + 1]) for number in settings.modules}
    steps = {"pixels": Pixels(), **hidden, "fc": Head(widths[-1], classes)}
    modules = {number: (f"hidden{number}",) for number in settings.modules}
    return Network(nn.Sequential(OrderedDict(steps)), steps, modules, head="fc")
