"""The accuracy of a network with sets of units of one layer set to zero: each cluster, and random ones as large."""

from dataclasses import dataclass

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from vestige.data.loader import Split
from vestige.foundation.random import generator
from vestige.models.network import Network
from vestige.training.evaluation import resume, walk

# Numbers of a layer's output that are run on at once: on a CPU few enough for its cache.
TOGETHER = {"cpu": 2**17, "cuda": 2**26}


@dataclass(frozen=True)
class Sets:
    """The sets of units of a layer, which is counted from 0 and is a block of a module.

    `measures` and `clusters` (n) say which clusters these are, both counted from 0. `masks` (n, 1 + repeats, units) are
    true at a cluster's own units, and then at those of random sets.
    """

    layer: int
    module: int
    block: int
    measures: np.ndarray
    clusters: np.ndarray
    masks: np.ndarray


Found = list[tuple[Sets, np.ndarray]]  # of each layer the sets, and (n, 1 + repeats) the accuracy without each


def draw_sets(clustering: xr.Dataset, settings, run: tuple[int, int]) -> list[Sets]:
    """The sets of each layer that has clusters, at one epoch; `run` is the seed of the run, and the epoch.

    Random sets hold live units of the layer, by the same measure. Their random numbers follow from what they are for.
    """
    found = []
    for layer, name in enumerate(clustering["layer"].values):
        units = clustering["module"].values == int(name)
        module, block = (int(clustering[place].values[units][0]) for place in ("module", "block"))
        partitions = clustering["cluster"].values[:, units]
        places = [(row, cluster) for row, each in enumerate(partitions) for cluster in range(each.max() + 1)]
        masks = []
        for row, cluster in places:
            key = (settings.seed, *run, str(clustering["measure"].values[row]), module, block, cluster)
            masks.append(masks_of(partitions[row], cluster, settings.repeats, key))
        if places:
            found.append(Sets(layer, module, block, *np.array(places).T, np.stack(masks)))
    return found


def masks_of(partition: np.ndarray, cluster: int, repeats: int, key: tuple) -> np.ndarray:
    """(1 + repeats, units) true at the units of a cluster, and at as many that are drawn from those alive."""
    own, alive = partition == cluster, np.flatnonzero(partition >= 0)
    masks = np.zeros((1 + repeats, len(partition)), dtype=bool)
    masks[0] = own
    for repeat in range(repeats):
        stream = generator("cluster ablation", *key, repeat)
        masks[1 + repeat, stream.choice(alive, own.sum(), replace=False)] = True
    return masks


def ablate(network: Network, val: Split, sets: list[Sets]) -> tuple[Found, float]:
    """The accuracy without each set of units, and that of the whole network.

    Up to a layer the network is run once for all of its sets.
    """
    names = [network.modules[each.module][each.block] for each in sets]
    masks = [torch.from_numpy(each.masks.reshape(-1, each.masks.shape[-1])) for each in sets]
    correct, whole, count = [0] * len(sets), 0, len(val.labels)
    for images, labels in val.batches(np.arange(count)):
        for step, output in walk(network, images):
            if step in names:
                row = names.index(step)
                correct[row] = correct[row] + count_correct(network, step, output, masks[row], labels)
        whole += int((output.argmax(1) == labels).sum())
    both = zip(sets, correct, strict=True)
    return [(one, each.cpu().numpy().reshape(one.masks.shape[:2]) / count) for one, each in both], whole / count


def count_correct(network: Network, step: str, output: Tensor, masks: Tensor, labels: Tensor) -> Tensor:
    """(sets) how many images are classified correctly with each set of a step's channels set to zero.

    Several sets are run on side by side, as if they were images: a small network spends its time between operations.
    """
    counts = []
    for part in masks.split(max(1, TOGETHER[output.device.type] // output.numel())):
        logits = resume(network, silence_each(output, part, network.channel_axis), step, {})
        counts.append((logits.argmax(1).reshape(len(part), -1) == labels).sum(1))
    return torch.cat(counts)


def silence_each(output: Tensor, masks: Tensor, axis: int) -> Tensor:
    """(sets x images, channels, ...) an output (images, channels, ...) with each set of channels set to zero, in turn.

    `masks` is (sets, channels); they lie along the dimension `axis`. In one pass over memory, which is what costs.
    """
    mask = masks.to(output.device).reshape(len(masks), 1, -1, *[1] * (output.dim() - 2))
    return torch.where(mask if axis == 1 else mask.movedim(2, axis), 0, output).flatten(0, 1)


def summarise(found: Found) -> str:
    """What clusters and random sets leave of accuracy, in a line: means over all of them."""
    if not found:
        return "no clusters"
    both = np.concatenate([accuracy for _, accuracy in found])
    return f"{both[:, 0].mean():.4f} without a cluster, {both[:, 1:].mean():.4f} without as many random units"


def label_results(clustering, repeats: int, found: dict[int, Found], whole: dict[int, float]) -> xr.Dataset:
    """The accuracies of all epochs with their names and dimensions; NaN where a layer has fewer clusters."""
    most = max((sets.clusters.max() + 1 for layers in found.values() for sets, _ in layers), default=1)
    shape = len(found), clustering.sizes["measure"], clustering.sizes["layer"], most
    own, units, drawn = np.full(shape, np.nan), np.full(shape, np.nan), np.full((*shape, repeats), np.nan)
    for number, layers in enumerate(found.values()):
        for sets, accuracy in layers:
            at = number, sets.measures, sets.layer, sets.clusters
            own[at], drawn[at], units[at] = accuracy[:, 0], accuracy[:, 1:], sets.masks[:, 0].sum(axis=1)
    cells, says = ("epoch", "measure", "layer", "cluster"), "share of validation images classified correctly"
    about = {
        "accuracy": says,
        "accuracy_cluster": f"{says} without the units of a cluster",
        "accuracy_random": f"{says} without as many live units of the layer, drawn at random",
        "units": "units of a cluster",
    }
    values = {
        "accuracy": ("epoch", list(whole.values())),
        "accuracy_cluster": (cells, own),
        "accuracy_random": ((*cells, "repeat"), drawn),
        "units": (cells, units),
    }
    return xr.Dataset(
        {name: (*each, {"long_name": about[name], "units": "1"}) for name, each in values.items()},
        {
            "epoch": ("epoch", list(found), {"long_name": "passes over the training images"}),
            **{name: (name, clustering[name].values, clustering[name].attrs) for name in ("measure", "layer")},
            "cluster": ("cluster", np.arange(most), {"long_name": "cluster of units, the largest first"}),
            "repeat": ("repeat", np.arange(repeats), {"long_name": "draw of the random units"}),
        },
    )
