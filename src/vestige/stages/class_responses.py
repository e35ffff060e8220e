"""Mean responses of units to classes of images, and the class selectivity index of each unit made of them."""

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from vestige.data.loader import Split
from vestige.metrics.selectivity import membership, other_classes, selectivity_index, spatial_means
from vestige.models.network import Network, channels_of
from vestige.training.evaluation import walk

MEASURED = {
    "selectivity": {"long_name": "class selectivity index", "units": "1"},
    "preferred_class": {"long_name": "class of the largest response, -1 for a silent unit"},
    "response_max": {"long_name": "mean response to the preferred class"},
    "response_rest": {"long_name": "mean of the mean responses to the other classes"},
}


INNER = 64  # images that networks are given at a time


def load_size(batch_size: int) -> int:
    """How many images to load at a time where so many are asked for: a multiple of INNER, at least one."""
    return max(INNER, batch_size - batch_size % INNER)


def compared_classes(labels: np.ndarray) -> np.ndarray:
    """The classes of which there are images. Raises ValueError where there is only one: nothing to compare it with."""
    classes = np.unique(labels)
    if len(classes) < 2:
        raise ValueError(f"selectivity: the images are all of class {classes}; the index compares two or more")
    return classes


def class_means(network: Network, split: Split, rows: np.ndarray, classes: np.ndarray) -> dict[str, np.ndarray]:
    """(classes, channels) mean response of each block's channels to each class of the rows, in order of the modules.

    The network runs on INNER images at a time, of a split whose batches are of a `load_size`: what float32 makes of an
    image depends, in its last bits, on how many it is given. Responses are summed in float64, and divided by the number
    of images of the class: the paper leaves them sums, which is the same only where all classes have as many images.
    """
    sums, counts, channels = 0, 0, {}
    for images, labels in split.batches(rows):
        member = membership(labels, torch.from_numpy(classes).to(labels.device), torch.float64)
        counts = counts + member.sum(1, keepdim=True)
        for part, of_part in zip(images.split(INNER), member.split(INNER, dim=1), strict=True):
            responses = block_responses(network, part)
            channels = {name: each.shape[1] for name, each in responses.items()}
            sums = sums + of_part @ torch.cat([*responses.values()], dim=1).double()
    means = (sums / counts).cpu().numpy()
    return dict(zip(channels, np.split(means, np.cumsum([*channels.values()])[:-1], axis=1), strict=True))


def block_responses(network: Network, images: Tensor) -> dict[str, Tensor]:
    """(images, channels) the response of each block's channels to each image, in order of the modules."""
    outputs = dict.fromkeys(name for _, _, name in places(network))
    for name, output in walk(network, images):
        if name in outputs:
            outputs[name] = spatial_means(channels_of(network, output))
    return outputs


def places(network: Network) -> list[tuple[int, int, str]]:
    """Module, number in it and name of every block, in order of the modules."""
    return [(module, *block) for module in sorted(network.modules) for block in enumerate(network.modules[module])]


def refuse_infinite(means: dict[str, np.ndarray], epoch: int) -> None:
    """Stop at responses that are not numbers: they would pass for silent units."""
    for name, each in means.items():
        if not np.isfinite(each).all():
            raise ValueError(f"selectivity: responses of {name} at epoch {epoch} are not finite: see its training")


def indices(means: np.ndarray, classes: np.ndarray, epsilon: float) -> dict[str, np.ndarray]:
    """(units,) each: the index and what it is made of, from (classes, units) class means."""
    largest = means.max(0)
    rest = other_classes(means, largest)
    index = np.where(largest == 0, np.nan, selectivity_index(largest, rest, epsilon))
    preferred = np.where(np.isnan(index), -1, classes[means.argmax(0)])
    return dict(zip(MEASURED, (index, preferred, largest, rest), strict=True))


def summary(epoch: dict[str, np.ndarray]) -> str:
    """What there is to say of a checkpoint in a line."""
    silent = np.isnan(epoch["selectivity"])
    mean = epoch["selectivity"][~silent].sum() / max((~silent).sum(), 1)
    return f"mean selectivity {mean:.4f}, {silent.sum()} of {silent.size} units silent"


def units_of(network: Network, means: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """(units,) each: module, block inside it, and channel inside that, of the units in the order of the class means."""
    channels = [each.shape[1] for each in means.values()]
    module, block = np.repeat([place[:2] for place in places(network)], channels, axis=0).T
    return {"module": module, "block": block, "channel": np.concatenate([np.arange(count) for count in channels])}


def label_indices(epochs: dict[int, dict[str, np.ndarray]], units: dict[str, np.ndarray]) -> xr.Dataset:
    """The indices of all epochs with their names and dimensions."""
    says = {"module": "module of the network", "block": "block of the module", "channel": "channel of the block"}
    return xr.Dataset(
        {
            name: (("epoch", "unit"), np.stack([each[name] for each in epochs.values()]), attributes)
            for name, attributes in MEASURED.items()
        },
        coords={
            "epoch": ("epoch", list(epochs), {"long_name": "passes over the training images"}),
            **{name: ("unit", units[name], {"long_name": text}) for name, text in says.items()},
        },
    )
