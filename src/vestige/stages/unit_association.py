"""The associations of the units of all layers of one network, from one pass over images (Lange et al. 2022, 3.1)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
import torch.nn.functional as F
import xarray as xr
from torch import Tensor, nn

from vestige.data.loader import Split
from vestige.foundation.association_measures import MEASURES, NORMALISED, PLAIN
from vestige.foundation.random import generator
from vestige.metrics.association import (
    Covariance,
    gram,
    input_grams,
    normalise,
    relative_error,
    root_of_gram,
)
from vestige.models.network import Network, forward

WORD = 64  # random bits drawn at once
HELD = 2**20  # numbers that the exact input gradient may hold at once: few enough for a cache
TOGETHER = {"cpu": 2**20, "cuda": 2**26}  # changes of units that the sampled one may hold at once: a cache; 512 MiB


@dataclass
class Associations:
    """Matrices (units, units) by layer and plain measure, in float64, and how they were found.

    `error` is by layer the relative error of the input gradient: 0 where it is exact. `is_hessian` says by layer
    whether the Hessian of the loss is that, or its Gauss-Newton part where logits are not piecewise linear in units.
    """

    matrices: dict[str, dict[str, Tensor]] = field(default_factory=dict)
    error: dict[str, float] = field(default_factory=dict)
    is_hessian: dict[str, bool] = field(default_factory=dict)

    def summary(self) -> str:
        """What there is to say of a checkpoint in a line."""
        worst = max(self.error.values())
        said = f"input gradient within {worst:.1%}" if worst else "input gradient exact"
        bent = [layer for layer, exact in self.is_hessian.items() if not exact]
        return f"{said}; the Hessian is its Gauss-Newton part in {', '.join(bent)}" if bent else said

    def measures(self, layer: str) -> dict[str, np.ndarray]:
        """All measures of a layer, plain and normalised: sizes, whatever the sign."""
        plain = self.matrices[layer]
        both = {name: plain[name].abs() for name in PLAIN}
        both |= {f"{name}{NORMALISED}": normalise(plain[name]) for name in PLAIN}
        return {name: each.cpu().numpy() for name, each in both.items()}


def measured_layers(network: Network) -> dict[str, tuple[int, int]]:
    """The last block of each module -> module and number of the block in it, in order of the modules."""
    return {
        network.modules[module][-1]: (module, len(network.modules[module]) - 1) for module in sorted(network.modules)
    }


def associate(network: Network, split: Split, directions: int | None, seed: int | None) -> Associations:
    """The associations of a network in float64, in evaluation mode, over all images of a split, in their order.

    The input gradient of a perceptron of ReLUs is exact; of other networks it is the mean over so many random
    `directions`. Raises ValueError where these are needed and not given.
    """
    layers = list(measured_layers(network))
    upstream = Exact(network, layers) if is_perceptron(network, layers) else Sampled(network, layers, directions, seed)
    downstream, covariance, found = Downstream(layers), {name: Covariance() for name in layers}, Associations()
    count = 0
    for images, _ in split.batches(np.arange(len(split.labels))):
        images = images.double().requires_grad_()
        with torch.enable_grad():
            logits, outputs = forward(network, images, layers)
        units = {name: by_position(network, outputs[name]) for name in layers}
        if not found.is_hessian:
            found.is_hessian = {name: is_piecewise_linear(logits, outputs[name]) for name in layers}
        downstream.add(network, logits, outputs)
        with torch.no_grad():
            for name in layers:
                covariance[name].add(units[name].detach())
            upstream.add(images.detach(), {name: each.detach() for name, each in units.items()})
        count += len(images)
    gradients, found.error = upstream.matrices(count)
    for name in layers:
        found.matrices[name] = {"covariance": covariance[name].matrix(), "input_gradient": gradients[name]}
        found.matrices[name] |= downstream.matrices(name, count)
    return found


def by_position(network: Network, output: Tensor) -> Tensor:
    """(images, units, positions) of a block's output, just as it is: it may be negative."""
    moved = output if network.channel_axis == 1 else output.movedim(network.channel_axis, 1)
    return moved.unsqueeze(2) if moved.dim() == 2 else moved.flatten(2)


def is_piecewise_linear(logits: Tensor, output: Tensor) -> bool:
    """Whether logits (images, logits) have no second derivatives with respect to an output that they come from.

    Seen in one random direction, of a random mixture of logits, at the images that there are.
    """
    drawn = generator("second derivative")
    mixture, direction = (torch.from_numpy(drawn.normal(size=each.shape)).to(each) for each in (logits, output))
    (gradient,) = torch.autograd.grad((logits * mixture).sum(), output, create_graph=True)
    if not gradient.requires_grad:
        return True
    (second,) = torch.autograd.grad((gradient * direction).sum(), output, retain_graph=True, allow_unused=True)
    return second is None or not second.any()


@dataclass
class Downstream:
    """Sums of the products of what logits and loss gain by units, from one gradient a logit through all layers."""

    layers: Sequence[str]
    gradient: dict[str, Tensor] = field(default_factory=dict)
    hessian: dict[str, Tensor] = field(default_factory=dict)
    positions: dict[str, int] = field(default_factory=dict)

    def add(self, network: Network, logits: Tensor, outputs: dict[str, Tensor]) -> None:
        """Add a batch. The Hessian of the cross-entropy is J'(diag p - pp')J, whatever the labels are."""
        shares = logits.detach().softmax(1)
        mean = dict.fromkeys(self.layers, 0)
        for logit in range(logits.shape[1]):
            wanted = [outputs[name] for name in self.layers]
            each = torch.autograd.grad(logits[:, logit].sum(), wanted, retain_graph=logit + 1 < logits.shape[1])
            share = shares[:, logit, None, None]
            for name, gradient in zip(self.layers, each, strict=True):
                rows = by_position(network, gradient)
                self.positions[name] = rows.shape[2]
                self.gradient[name] = self.gradient.get(name, 0) + gram(rows)
                self.hessian[name] = self.hessian.get(name, 0) + gram(share.sqrt() * rows)
                mean[name] = mean[name] + share * rows
        for name in self.layers:
            self.hessian[name] = self.hessian[name] - gram(mean[name])

    def matrices(self, name: str, images: int) -> dict[str, Tensor]:
        """The means over images and positions."""
        count = images * self.positions[name]
        return {"output_gradient": self.gradient[name] / count, "output_hessian": self.hessian[name] / count}


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


def labelled(epochs: dict[int, Associations], layers: dict[str, tuple[int, int]]) -> xr.Dataset:
    """The associations of all epochs with their names and dimensions: each pair of units of a layer once."""
    stacked, places = [], []
    for epoch in epochs.values():
        rows = []
        for name in layers:
            matrices = np.stack([*epoch.measures(name).values()])
            one, other = np.triu_indices(matrices.shape[1])
            rows.append(matrices[:, one, other])
        stacked.append(np.concatenate(rows, axis=1))
    for name, place in layers.items():
        one, other = np.triu_indices(len(next(iter(epochs.values())).matrices[name]["covariance"]))
        places.append(np.stack([*np.broadcast_to(np.array(place)[:, None], (2, len(one))), one, other]))
    about = {
        "module": "module of the network",
        "block": "block of the module",
        "unit": "channel of the block",
        "unit_other": "channel of the block that it is associated with",
    }
    by_layer = ("epoch", "layer")
    error = [[epoch.error[name] for name in layers] for epoch in epochs.values()]
    exact = [[epoch.is_hessian[name] for name in layers] for epoch in epochs.values()]
    return xr.Dataset(
        {
            "association": (("epoch", "measure", "pair"), np.stack(stacked), {"long_name": "size of the association"}),
            "input_gradient_error": (
                by_layer,
                error,
                {"long_name": "standard error of the input gradient's associations, as a share of them", "units": "1"},
            ),
            "hessian_is_exact": (
                by_layer,
                exact,
                {"long_name": "whether the output Hessian is one: else it is its Gauss-Newton part"},
            ),
        },
        coords={
            "epoch": ("epoch", list(epochs), {"long_name": "passes over the training images"}),
            "measure": ("measure", list(MEASURES), {"long_name": "measure of association"}),
            "layer": ("layer", [str(module) for module, _ in layers.values()], {"long_name": "module of the network"}),
            **{
                name: ("pair", each, {"long_name": about[name]})
                for name, each in zip(about, np.concatenate(places, axis=1), strict=True)
            },
        },
    )
