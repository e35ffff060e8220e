"""What is recorded of every epoch of a training, as the variables of its result."""

import numpy as np
import xarray as xr

from vestige.training.resume import Records
from vestige.training.schedule import best_epoch

QUANTITIES = {
    "train_loss": ("cross-entropy of the training images, mean over the pass", "nat"),
    "train_accuracy": ("accuracy on the training images, mean over the pass", "1"),
    "penalty": ("mean selectivity of the penalised modules, mean over the batches of the pass", "1"),
    "learning_rate": ("learning rate of the pass", "1"),
    "val_loss": ("cross-entropy of the validation images", "nat"),
    "val_accuracy": ("accuracy on the validation images", "1"),
    "held_out_loss": ("cross-entropy of the training images that are held out", "nat"),
    "held_out_accuracy": ("accuracy on the training images that are held out", "1"),
    "val_accuracy_running": ("accuracy on the validation images, with the running statistics of batch norm", "1"),
}


def format_epoch(record: dict, epoch: int, epochs: int) -> str:
    """One line on an epoch."""
    names = ("train_loss", "train_accuracy", "penalty", "val_loss", "val_accuracy")
    return ", ".join([f"epoch {epoch} of {epochs}", *(f"{name} {record[name]:.4f}" for name in names)])


def label_records(records: Records, fault: str = "") -> xr.Dataset:
    """The records of all epochs; where training diverged, as `fault` says, also the number of the pass that did."""
    measured = {
        name: ("epoch", [record[name] for record in records], {"long_name": text, "units": units})
        for name, (text, units) in QUANTITIES.items()
        if name in records[0]
    }
    diverged = ((), len(records), {"long_name": "pass in which training diverged", "units": "1", "comment": fault})
    predicted = [record["predicted"] for record in records]
    counts = (("epoch", "class"), predicted, {"long_name": "validation images taken for the class", "units": "1"})
    digests = ("epoch", [record["checkpoint"] for record in records], {"long_name": "sha256 of the checkpoint"})
    coords = {
        "epoch": ("epoch", np.arange(len(records)), {"long_name": "passes over the training images"}),
        "class": ("class", np.arange(len(predicted[0])), {"long_name": "number of the class"}),
    }
    ended = {"diverged": diverged} if fault else {}
    if "machine" in records[0]:
        machines = [record["machine"] for record in records]
        ended["machine"] = (
            "epoch",
            machines,
            {"long_name": "kind of machine that computed the epoch, 0: drew the weights"},
        )
    if "held_out_loss" in records[0]:
        ended["best"] = (
            (),
            best_epoch(records),
            {"long_name": "epoch of the least loss on held-out images", "units": "1"},
        )
    return xr.Dataset(measured | {"predicted": counts, "checkpoint": digests} | ended, coords)
