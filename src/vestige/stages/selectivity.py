"""The class selectivity index of every unit at every checkpoint of a run (equation 1, figure 2)."""

import numpy as np
import torch
import xarray as xr

from vestige.data.loader import split_of
from vestige.foundation.device import prepare
from vestige.models.network import Network
from vestige.stages.class_responses import MEASURED, class_means, compared_classes, indices, places, refuse_infinite
from vestige.training.evaluation import each_checkpoint, ready


@torch.inference_mode()
def selectivity(settings, images, training, checkpoints, note) -> xr.Dataset:
    """(epoch, unit) selectivity, preferred class and the responses behind them, on the validation images, in float64.

    A silent unit, whose largest class response is 0, has no selectivity (NaN) and no preferred class (-1).
    """
    device = prepare(settings.device, settings.threads)
    network = ready(settings, images, device)
    network.trunk.double()
    val = split_of(images, settings.images, "val", settings.selectivity.batch_size, device)
    rows, classes, epochs = np.arange(len(val.labels)), compared_classes(val.labels), {}
    for epoch in each_checkpoint(network, "all", training, checkpoints):
        means = class_means(network, val, rows, classes)
        refuse_infinite(means, epoch)
        epochs[epoch] = indices(np.concatenate(list(means.values()), axis=1), classes, settings.selectivity.epsilon)
        note(f"epoch {epoch}: {summary(epochs[epoch])}")
    return labelled(epochs, units(network, means))


def summary(epoch: dict[str, np.ndarray]) -> str:
    """What there is to say of a checkpoint in a line."""
    silent = np.isnan(epoch["selectivity"])
    mean = epoch["selectivity"][~silent].sum() / max((~silent).sum(), 1)
    return f"mean selectivity {mean:.4f}, {silent.sum()} of {silent.size} units silent"


def units(network: Network, means: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """(units,) each: module, block inside it, and channel inside that, of the units in the order of the class means."""
    channels = [each.shape[1] for each in means.values()]
    module, block = np.repeat([place[:2] for place in places(network)], channels, axis=0).T
    return {"module": module, "block": block, "channel": np.concatenate([np.arange(count) for count in channels])}


def labelled(epochs: dict[int, dict[str, np.ndarray]], units: dict[str, np.ndarray]) -> xr.Dataset:
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
