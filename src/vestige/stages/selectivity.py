"""The class selectivity index of every unit at every checkpoint of a run (equation 1, figure 2)."""

import numpy as np
import torch
import xarray as xr

from vestige.apparatus.batches import Split, split_of
from vestige.apparatus.device import prepare
from vestige.apparatus.network import Network
from vestige.apparatus.recording import each_checkpoint, ready, walk
from vestige.formulas.selectivity import membership, other_classes, selectivity_index, spatial_means

MEASURED = {
    "selectivity": {"long_name": "class selectivity index", "units": "1"},
    "preferred_class": {"long_name": "class of the largest response, -1 for a silent unit"},
    "response_max": {"long_name": "mean response to the preferred class"},
    "response_rest": {"long_name": "mean of the mean responses to the other classes"},
}


@torch.inference_mode()
def selectivity(settings, images, training, checkpoints, note) -> xr.Dataset:
    """(epoch, unit) selectivity, preferred class and the responses behind them, on the validation images, in float64.

    A silent unit, whose largest class response is 0, has no selectivity (NaN) and no preferred class (-1).
    """
    device = prepare(settings.device, settings.threads)
    network = ready(settings, images, device)
    network.trunk.double()  # in float32 the index of a unit that rarely responds depends on the size of the batches
    val = split_of(images, settings.images, "val", settings.selectivity.batch_size, device)
    classes = np.unique(val.labels)
    if len(classes) < 2:
        raise ValueError(
            f"selectivity: the validation images are all of class {classes}; the index compares two or more"
        )
    epochs = {}
    for epoch in each_checkpoint(network, "all", training, checkpoints):
        means = class_means(network, val, classes)
        refuse_infinite(means, epoch)
        epochs[epoch] = indices(np.concatenate(list(means.values()), axis=1), classes, settings.selectivity.epsilon)
        note(f"epoch {epoch}: {summary(epochs[epoch])}")
    return labelled(epochs, units(network, means))


def class_means(network: Network, val: Split, classes: np.ndarray) -> dict[str, np.ndarray]:
    """(classes, channels) mean response of each block's channels to each class, in order of the modules.

    Sums over the images of a class, divided by their number: the paper leaves them sums, which is the same only where
    all classes have as many images.
    """
    blocks = [name for module in sorted(network.modules) for name in network.modules[module]]
    sums, counts = dict.fromkeys(blocks, 0), 0
    for images, labels in val.batches(np.arange(len(val.labels))):
        member = membership(labels, torch.from_numpy(classes).to(labels.device), torch.float64)
        counts = counts + member.sum(1, keepdim=True)
        for name, output in walk(network, images.double()):
            if name in sums:
                sums[name] = sums[name] + member @ spatial_means(output)
    return {name: (each / counts).cpu().numpy() for name, each in sums.items()}


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


def units(network: Network, means: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """(units,) each: module, block inside it, and channel inside that, of the units in the order of the class means."""
    blocks = [(module, block) for module in sorted(network.modules) for block in range(len(network.modules[module]))]
    channels = [each.shape[1] for each in means.values()]
    module, block = np.repeat(blocks, channels, axis=0).T
    return {"module": module, "block": block, "channel": np.concatenate([np.arange(count) for count in channels])}


def labelled(epochs: dict[int, dict[str, np.ndarray]], units: dict[str, np.ndarray]) -> xr.Dataset:
    """The indices of all epochs with their names and dimensions."""
    places = {"module": "module of the network", "block": "block of the module", "channel": "channel of the block"}
    return xr.Dataset(
        {
            name: (("epoch", "unit"), np.stack([each[name] for each in epochs.values()]), attributes)
            for name, attributes in MEASURED.items()
        },
        coords={
            "epoch": ("epoch", list(epochs), {"long_name": "passes over the training images"}),
            **{name: ("unit", units[name], {"long_name": says}) for name, says in places.items()},
        },
    )
