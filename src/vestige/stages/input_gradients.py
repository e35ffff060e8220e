"""How units change with pixels of images: exactly in a perceptron, else along random directions (Lange et al. 2022)."""

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vestige.foundation.random import generator
from vestige.metrics.association import gram, input_grams, relative_error, root_of_gram
from vestige.models.network import Network, forward

WORD = 64  # random bits drawn at once
HELD = 2**20  # numbers that the exact input gradient may hold at once: few enough for a cache
TOGETHER = {"cpu": 2**20, "cuda": 2**26}  # changes of units that the sampled one may hold at once: a cache; 512 MiB


def by_position(network: Network, output: Tensor) -> Tensor:
    """(images, units, positions) of a block's output, just as it is: it may be negative."""
    moved = output if network.channel_axis == 1 else output.movedim(network.channel_axis, 1)
    return moved.unsqueeze(2) if moved.dim() == 2 else moved.flatten(2)


def is_perceptron(network: Network, layers: Sequence[str]) -> bool:
    """Whether a network's steps are one that has no weights, then linear layers with a ReLU, then its head."""
    first, *steps = network.steps
    is_linear = all(isinstance(network.steps[name], nn.Linear) for name in steps)
    return is_linear and steps == [*layers, network.head] and not any(network.steps[first].parameters())


class Exact:
    """The input gradient of a perceptron of ReLUs, without any error."""

    def __init__(self, network: Network, layers: Sequence[str]):
        self.layers, self.sums = layers, [0] * len(layers)
        self.linear = [network.steps[name] for name in layers]
        self.root = root_of_gram(self.linear[0].weight.detach())
        widest = max(each.out_features for each in self.linear)
        self.together = max(1, HELD // (self.root.shape[1] * widest))

    def add(self, images: Tensor, units: dict[str, Tensor]) -> None:
        """Add a batch. Raises ValueError where a layer is no ReLU of a linear one."""
        now = images.flatten(1)
        for name, linear in zip(self.layers, self.linear, strict=True):
            if not torch.equal(F.linear(now, linear.weight, linear.bias).relu(), units[name][..., 0]):
                raise ValueError(f"association: {name} is a linear layer whose output is not its ReLU")
            now = units[name][..., 0]
        active = [(units[name][..., 0] > 0).double() for name in self.layers]
        weights = [each.weight for each in self.linear[1:]]
        for start in range(0, len(images), self.together):
            part = [each[start : start + self.together] for each in active]
            grams = input_grams(self.root, weights, part)
            self.sums = [before + each for before, each in zip(self.sums, grams, strict=True)]

    def matrices(self, images: int) -> tuple[dict[str, Tensor], dict[str, float]]:
        """The means over images by layer, and their errors: none."""
        means = [each / images for each in self.sums]
        return dict(zip(self.layers, means, strict=True)), dict.fromkeys(self.layers, 0.0)


class Sampled:
    """The input gradient from random directions in pixel space, in forward mode, through all layers at once.

    The change t of units along a direction of random signs has products t t' whose mean over directions is JJ'. Each
    image has directions of its own, the same whatever the batches are.
    """

    def __init__(self, network: Network, layers: Sequence[str], directions: int | None, seed: int | None):
        if directions is None or seed is None:
            raise ValueError(
                "association.directions: missing; the input gradient of a network that is no perceptron is the mean "
                "over random directions: give how many (16 leave an error of about 4 %), and directions_seed"
            )
        self.network, self.layers = network, layers
        self.streams = [generator("input directions", seed, number) for number in range(directions)]
        self.sums: dict[str, list] = {name: [0] * directions for name in layers}
        self.positions: dict[str, int] = {}

    def add(self, images: Tensor, units: dict[str, Tensor]) -> None:
        """Add a batch."""
        numbers = len(self.streams) * sum(each[0].numel() for each in units.values())
        for part in images.split(max(1, TOGETHER[images.device.type] // numbers)):
            signs = torch.stack([draw_signs(each, part) for each in self.streams])
            for name, change in change_along(self.network, part, self.layers, signs).items():
                self.positions[name] = change.shape[2]
                for number, each in enumerate(change.unbind(-1)):
                    self.sums[name][number] = self.sums[name][number] + gram(each)

    def matrices(self, images: int) -> tuple[dict[str, Tensor], dict[str, float]]:
        """The means over images, positions and directions by layer, and their relative errors."""
        each = {name: torch.stack(self.sums[name]) / (images * self.positions[name]) for name in self.layers}
        return {name: one.mean(0) for name, one in each.items()}, {
            name: relative_error(one) for name, one in each.items()
        }


def change_along(network: Network, images: Tensor, layers: Sequence[str], directions: Tensor) -> dict[str, Tensor]:
    """(images, units, positions, k) by layer how units change along directions, in forward mode.

    Directions are (k, *image), the same for all images, or (k, images, *image). All go through the network side by
    side, which itself runs once: one after another they take twice as long, and five times where images are few.
    """

    def run(pixels):
        _, outputs = forward(network, pixels, layers)
        return tuple(by_position(network, outputs[name]) for name in layers)

    def change(direction):
        return torch.func.jvp(run, (images,), (direction.expand_as(images),))[1]

    with torch.no_grad():
        return dict(zip(layers, torch.func.vmap(change, out_dims=-1)(directions), strict=True))


def draw_signs(stream: np.random.Generator, images: Tensor) -> Tensor:
    """1 or -1 for each number of images, as the next in a stream: as many for each image, whatever the batches are."""
    numbers = images[0].numel()
    words = stream.integers(0, 2**WORD, (len(images), -(-numbers // WORD)), dtype=np.uint64)
    bits = np.unpackbits(words.view(np.uint8), axis=1)[:, :numbers]
    return torch.from_numpy(2.0 * bits - 1).to(images).reshape(images.shape)
