"""The passes over the images: cross-entropy less alpha times selectivity, batch by batch (equation 2)."""

import math
from types import SimpleNamespace

import numpy as np
import torch
import torch.nn.functional as F
import xarray as xr
from torch import Tensor

from vestige.data.augmentation import augmentation
from vestige.data.loader import Split
from vestige.foundation.random import generator
from vestige.metrics.selectivity import mean_selectivity, spatial_means
from vestige.models.network import Network, at_step, forward
from vestige.training.optimizer import Momentum, descend
from vestige.training.resume import Records

Means = dict[str, float]

QUANTITIES = {
    "train_loss": ("cross-entropy of the training images, mean over the pass", "nat"),
    "train_accuracy": ("accuracy on the training images, mean over the pass", "1"),
    "penalty": ("mean selectivity of the penalised modules, mean over the batches of the pass", "1"),
    "learning_rate": ("learning rate of the pass", "1"),
    "val_loss": ("cross-entropy of the validation images", "nat"),
    "val_accuracy": ("accuracy on the validation images", "1"),
}
UNTRAINED = dict.fromkeys(("train_loss", "train_accuracy", "penalty", "learning_rate"), math.nan)


class Diverged(RuntimeError):
    """Training whose loss is no longer a finite number."""


def one_pass(network: Network, momentum: Momentum, train: Split, settings: SimpleNamespace, epoch: int) -> Means:
    """The pass over the training images from checkpoint `epoch` to the next; its means over the pass."""
    training, condition = settings.training, settings.condition
    rate = training.learning_rate * training.learning_rate_gamma ** (epoch // training.learning_rate_step)
    modules = condition.modules if condition.start <= epoch < condition.stop else ()
    penalised = [network.modules[module] for module in modules]
    order = generator("order", settings.seed, epoch).permutation(len(train.labels))
    augment = augmentation(training, train.images.shape, train.crop, settings.seed, epoch)
    network.trunk.train()
    steps = []
    for step, (images, labels) in enumerate(train.batches(order, augment), epoch * train.count_batches()):
        at_step(network, step)
        steps.append(gradients(network, images, labels, penalised, settings))
        descend(network.trunk, momentum, rate, training)
    loss, hits, selectivity = torch.stack(steps).double().cpu().unbind(1)
    share = {"train_loss": loss.sum().item() / len(order), "train_accuracy": hits.sum().item() / len(order)}
    return share | {"penalty": selectivity.mean().item(), "learning_rate": rate}


def gradients(
    network: Network, images: Tensor, labels: Tensor, penalised: list[tuple[str, ...]], settings: SimpleNamespace
) -> Tensor:
    """Gradients of cross-entropy - alpha * mu_SI of a batch; its summed cross-entropy, its hits, and mu_SI (3)."""
    logits, outputs = forward(network, images, [block for blocks in penalised for block in blocks])
    loss, selectivity = F.cross_entropy(logits, labels), logits.new_tensor(math.nan)
    if penalised:
        responses = [[spatial_means(outputs[block]) for block in blocks] for blocks in penalised]
        selectivity = mean_selectivity(responses, labels, settings.training.class_reduction, settings.training.epsilon)
    (loss - settings.condition.alpha * selectivity if penalised else loss).backward()
    hits = (logits.argmax(1) == labels).sum()
    return torch.stack([loss.detach() * len(labels), hits, selectivity.detach()])


@torch.inference_mode()
def validated(network: Network, val: Split) -> dict[str, float | list[int]]:
    """Loss and accuracy on the validation images, and how many of them are taken for each class."""
    network.trunk.eval()
    logits = torch.cat([network.trunk(images) for images, _ in val.batches(np.arange(len(val.labels)))]).double().cpu()
    labels, predicted = torch.from_numpy(np.array(val.labels)), logits.argmax(1)
    return {
        "val_loss": F.cross_entropy(logits, labels).item(),
        "val_accuracy": (predicted == labels).double().mean().item(),
        "predicted": np.bincount(predicted.numpy(), minlength=logits.shape[1]).tolist(),
    }


def refuse_divergence(record: dict, settings: SimpleNamespace, epoch: int) -> None:
    """Stop where nothing of use can follow."""
    if not math.isfinite(record["train_loss"] + record["val_loss"]):
        lower = "learning_rate or the size of alpha" if settings.condition.alpha else "learning_rate"
        raise Diverged(
            f"the loss is not finite in epoch {epoch + 1} (train {record['train_loss']}, val {record['val_loss']}; "
            f"learning_rate {record['learning_rate']:g}, alpha {settings.condition.alpha:g}): lower {lower}"
        )


def told(record: dict, epoch: int, epochs: int) -> str:
    """One line on an epoch."""
    names = ("train_loss", "train_accuracy", "penalty", "val_loss", "val_accuracy")
    return ", ".join([f"epoch {epoch} of {epochs}", *(f"{name} {record[name]:.4f}" for name in names)])


def labelled(records: Records) -> xr.Dataset:
    """The records of all epochs."""
    measured = {
        name: ("epoch", [record[name] for record in records], {"long_name": text, "units": units})
        for name, (text, units) in QUANTITIES.items()
    }
    predicted = [record["predicted"] for record in records]
    counts = (("epoch", "class"), predicted, {"long_name": "validation images taken for the class", "units": "1"})
    digests = ("epoch", [record["checkpoint"] for record in records], {"long_name": "sha256 of the checkpoint"})
    coords = {
        "epoch": ("epoch", np.arange(len(records)), {"long_name": "passes over the training images"}),
        "class": ("class", np.arange(len(predicted[0])), {"long_name": "number of the class"}),
    }
    return xr.Dataset(measured | {"predicted": counts, "checkpoint": digests}, coords)
