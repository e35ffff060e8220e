"""Centred kernel alignment between the outputs of all modules and the head, at every checkpoint (figures 5 and 10)."""

import copy
import io
import warnings
from collections import OrderedDict
from contextlib import contextmanager, redirect_stderr

import numpy as np
import torch
import xarray as xr
from torch import Tensor, nn
from torch.utils.data import DataLoader

from vestige.apparatus.batches import Split, split_of
from vestige.apparatus.device import prepare
from vestige.apparatus.draws import generator
from vestige.apparatus.network import Network
from vestige.apparatus.recording import each_checkpoint, ready, walk
from vestige.formulas.cka import SMALLEST_BATCH, alignment, centred_gram, hsic


@torch.inference_mode()
def cka(settings, images, training, checkpoints, note) -> xr.Dataset:
    """(epoch, layer, layer_other) CKA of the network with itself on the validation images."""
    device = prepare(settings.device, settings.threads)
    network = ready(settings, images, device)
    layers = measured_layers(network)
    val = split_of(images, settings.images, "val", settings.cka.batch_size, device)
    order = image_order(settings.cka, val.labels)
    estimate = {"minibatch": minibatch, "torch-cka": library}[settings.cka.estimator]
    matrices = {}
    for epoch in each_checkpoint(network, settings.cka.epochs, training, checkpoints):
        matrices[epoch] = estimate(network, layers, val, order).cpu().numpy()
        report(matrices[epoch], list(layers.values()), epoch, note)
    return labelled(matrices, list(layers.values()))


def measured_layers(network: Network) -> dict[str, str]:
    """Names of the steps whose output is compared -> names of the layers, in order of execution."""
    named = {blocks[-1]: str(module) for module, blocks in network.modules.items()} | {network.head: network.head}
    return {step: named[step] for step in network.steps if step in named}


def image_order(settings, labels: np.ndarray) -> np.ndarray:
    """The order in which images are cut into batches. Raises ValueError if there are too few for a single one.

    The paper's order is sorted by class: its batches hold few classes, and CKA within them is mostly about what
    distinguishes images of one class.
    """
    if len(labels) < SMALLEST_BATCH:
        raise ValueError(
            f"cka: there are {len(labels)} validation images; its estimator needs {SMALLEST_BATCH} or more"
        )
    if settings.order == "class_sorted":
        return np.argsort(labels, kind="stable")
    return generator("cka", settings.order_seed).permutation(len(labels))


def minibatch(network: Network, layers: dict[str, str], val: Split, order: np.ndarray) -> Tensor:
    """(layers, layers) CKA from the unbiased HSIC summed over batches; a last batch that is too small is left out."""
    summed = 0
    for images, _ in val.batches(order):
        if len(images) >= SMALLEST_BATCH:
            grams = [centred_gram(output) for name, output in walk(network, images) if name in layers]
            summed = summed + hsic(torch.stack(grams))
    return alignment(summed)


def library(network: Network, layers: dict[str, str], val: Split, order: np.ndarray) -> Tensor:
    """(layers, layers) CKA as torch-cka computes it: in float64, because its float32 is wrong by up to a few percent.

    It hooks and never unhooks, so it is given a copy; and it asserts that no entry is NaN after it has stored them.
    """
    from torch_cka import CKA  # it imports matplotlib

    twin, compared_layers = double_copy(network, layers), list(layers.values())
    loader = DataLoader(
        order,
        val.batch_size,
        collate_fn=lambda numbers: [next(val.batches(np.array(numbers)))[0].double()],
        drop_last=len(order) % val.batch_size in range(1, SMALLEST_BATCH),
    )
    with float64_by_default(), redirect_stderr(io.StringIO()):  # its progress bar
        found = CKA(twin, twin, "network", "itself", compared_layers, compared_layers, val.mean.device)
        try:
            found.compare(loader, loader)
        except AssertionError:
            if found.hsic_matrix.shape != 2 * (len(layers),):
                raise
    return found.hsic_matrix


def double_copy(network: Network, layers: dict[str, str]) -> nn.Module:
    """A copy of a network in float64, in which the compared steps bear the layers' names: a step's may have dots."""
    names = [layers.get(step, f"between-{number}") for number, step in enumerate(network.steps)]
    return copy.deepcopy(nn.Sequential(OrderedDict(zip(names, network.steps.values(), strict=True)))).double()


@contextmanager
def float64_by_default():
    """New tensors are float64 where nothing else is said; torch-cka says nothing."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def report(matrix: np.ndarray, layers: list[str], epoch: int, note) -> None:
    """One line on a checkpoint, and a warning for each layer that has no alignment."""
    last, head = matrix[0, -2:]
    note(f"epoch {epoch}: cka of {layers[0]} with {layers[-2]} {last:.4f}, with {layers[-1]} {head:.4f}")
    for layer in np.array(layers)[np.isnan(matrix.diagonal())]:
        message = f"cka of layer {layer} at epoch {epoch} is NaN: its features are alike for all images, or not finite"
        warnings.warn(message, RuntimeWarning, stacklevel=2)


def labelled(matrices: dict[int, np.ndarray], layers: list[str]) -> xr.Dataset:
    """The matrices of all epochs with their names and dimensions."""
    return xr.Dataset(
        {
            "cka": (
                ("epoch", "layer", "layer_other"),
                np.stack(list(matrices.values())),
                {"long_name": "centred kernel alignment", "units": "1"},
            )
        },
        coords={
            "epoch": ("epoch", list(matrices), {"long_name": "passes over the training images"}),
            "layer": ("layer", layers, {"long_name": "module whose output is compared, or the head"}),
            "layer_other": ("layer_other", layers, {"long_name": "module that it is compared with, or the head"}),
        },
    )
