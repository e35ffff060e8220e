"""Centred kernel alignment between the layers of two networks at the same epochs (figures 5 and 10, TMLR's version)."""

import torch
import xarray as xr

from vestige.data.loader import validation_of
from vestige.foundation.device import prepare
from vestige.stages.layer_similarity import ESTIMATORS, image_order, label_matrices, measured_layers, report
from vestige.training.evaluation import each_checkpoint, load_epoch, load_network

FIRST = "module of the first network, or its head"
OTHER = "module of the second network, or its head"


@torch.inference_mode()
def between(settings, images, first, second, first_checkpoints, second_checkpoints, note) -> xr.Dataset:
    """(epoch, layer, layer_other) CKA of the first network's layers with the second's on the validation images.

    At those of the epochs asked for that both runs have. Raises ValueError if there is none.
    """
    device = prepare(settings.device, settings.threads)
    networks = [load_network(settings, images, device) for _ in range(2)]
    layers = measured_layers(networks[0])
    val = validation_of(images, settings.images, settings.cka.batch_size, device)
    order, matrices = image_order(settings.cka, val.labels), {}
    for epoch in each_checkpoint(
        networks[0], shared_epochs(settings.cka.epochs, first, second), first, first_checkpoints
    ):
        load_epoch(networks[1], epoch, second, second_checkpoints)
        matrices[epoch] = ESTIMATORS[settings.cka.estimator](networks, layers, val, order).cpu().numpy()
        report(matrices[epoch], list(layers.values()), epoch, note)
    return label_matrices(matrices, list(layers.values()), FIRST, OTHER)


def shared_epochs(epochs, first: xr.Dataset, second: xr.Dataset) -> list[int]:
    """The epochs among those asked for ("all": every one) that both runs have. Raises ValueError if none remains.

    Where a run diverged, or stopped early, before the first of them, the last epoch that both have stands in.
    """
    ends = {name(run): int(run["epoch"].max()) for run in (first, second)}
    both = sorted({*first["epoch"].values.tolist()} & {*second["epoch"].values.tolist()})
    asked = [epoch for epoch in both if epochs == "all" or epoch in epochs]
    if not asked and any(name in run for name in ("diverged", "best") for run in (first, second)):
        return both[-1:]  # as of a single run that ended before the epochs asked for
    if not asked:
        runs = " and ".join(f"{run} (epochs 0 to {end})" for run, end in ends.items())
        raise ValueError(f"cka.epochs: none of {list(epochs)} is in both {runs}")
    return asked


def name(training: xr.Dataset) -> str:
    """What the run of a training result is called."""
    return f"{training['condition'].item()}-seed{training['seed'].item()}"
