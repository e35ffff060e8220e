"""Associations of networks with initial weights, their clusters and how far these agree, some networks at a time."""

from collections.abc import Callable, Iterator

import torch
import xarray as xr

from vestige.data.loader import Split
from vestige.foundation.random import generator
from vestige.models.network import Network, build
from vestige.stages.cluster_agreement import compare_all
from vestige.stages.clustering import Nulls
from vestige.stages.unit_association import Associations, associate, label_associations, measured_layers
from vestige.stages.unit_clusters import QUANTITIES, cluster_all

HELD = 2**22  # numbers that the matrices of the networks which are searched side by side may hold
SEEDS = 2**31, 2**32  # no study names them, and PyTorch heeds 32 bits of a seed on a CPU
KEPT = ("input_gradient_error", "hessian_is_exact")  # of the associations

Note = Callable[[str], None]


def measure_all(settings, channels: int, classes: int, val: Split, device: torch.device, note: Note) -> xr.Dataset:
    """The numbers of all networks of a set, beside each other along `network`."""
    parts = [
        cluster(settings, association, note)
        for association in associate_some(settings, channels, classes, val, device, note)
    ]
    return xr.concat(parts, "network", data_vars="minimal", coords="minimal", compat="override")


def associate_some(
    settings, channels: int, classes: int, val: Split, device: torch.device, note: Note
) -> Iterator[xr.Dataset]:
    """The associations of the next networks, as many as memory is meant for: an association result, network by network.

    In place of epochs stand the numbers of the networks, so that what clusters and compares those serves here too.
    """
    chosen, found = settings.association, {}
    seeds = draw_seeds(settings.untrained.seed, settings.untrained.networks)
    for number, seed in enumerate(seeds):
        network = initial_network(settings.network, channels, classes, seed, device)
        found[number] = associate(network, val, chosen.directions, chosen.directions_seed)
        note(f"network {number}: {found[number].summary()}")
        if number + 1 == len(seeds) or (len(found) + 1) * count_numbers(found[number]) > HELD:
            yield label_associations(found, measured_layers(network))
            found = {}


def draw_seeds(seed: int, count: int) -> list[int]:
    """So many different seeds of weights, of which the first do not depend on the count."""
    drawn, found = generator("untrained networks", seed), {}
    while len(found) < count:
        found.setdefault(int(drawn.integers(*SEEDS)))
    return list(found)


def initial_network(settings, channels: int, classes: int, seed: int, device: torch.device) -> Network:
    """A network as training begins with it, in float64 and in evaluation mode."""
    network = build(settings, channels, classes, seed)
    network.trunk.to(device).double().eval().requires_grad_(False)
    return network


def count_numbers(found: Associations) -> int:
    """How many numbers all matrices of a network hold, plain and normalised."""
    return 2 * sum(matrix.numel() for layer in found.matrices.values() for matrix in layer.values())


def cluster(settings, association: xr.Dataset, note: Note) -> xr.Dataset:
    """The numbers of some networks: what is as large as their matrices is let go."""
    chosen = settings.clustering.model_copy(update={"nulls": Nulls(**dict.fromkeys(Nulls.model_fields, 0))})
    clusters = cluster_all(chosen, association, ignore)
    agreement = compare_all(settings.agreement, association, clusters, ignore)
    numbers = xr.merge([clusters[[*QUANTITIES]], agreement, association[[*KEPT]]], compat="override", join="exact")
    quality, named = numbers["modularity"].mean(["epoch", "layer"]), numbers["epoch"].values
    said = ", ".join(f"{name} {mean:.3f}" for name, mean in zip(quality["measure"].values, quality.values, strict=True))
    note(f"networks {named[0]} to {named[-1]}, mean Q: {said}")
    return numbers.rename(epoch="network").assign_coords(network=("network", named, {"long_name": "untrained network"}))


def ignore(text: str) -> None:
    """Note nothing: what is said of epochs would be of networks."""
