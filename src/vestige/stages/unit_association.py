"""The associations of the units of all layers of one network, from one pass over images (Lange et al. 2022, 3.1)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from vestige.data.loader import Split
from vestige.foundation.association_measures import MEASURES, NORMALISED, PLAIN
from vestige.foundation.random import generator
from vestige.metrics.association import Covariance, gram, normalise
from vestige.models.network import Network, forward
from vestige.stages.input_gradients import Exact, Sampled, by_position, is_perceptron


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


def label_associations(epochs: dict[int, Associations], layers: dict[str, tuple[int, int]]) -> xr.Dataset:
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
