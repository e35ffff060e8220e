"""Centred kernel alignment between the layers of one network, or of two at the same epoch."""

import copy
import io
import warnings
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import contextmanager, redirect_stderr

import numpy as np
import torch
import xarray as xr
from torch import Tensor, nn
from torch.utils.data import DataLoader

from vestige.data.loader import Split
from vestige.foundation.random import generator
from vestige.metrics.cka import SMALLEST_BATCH, alignment, centred_gram, hsic
from vestige.models.network import Network
from vestige.training.evaluation import walk


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


def minibatch(networks: Sequence[Network], layers: dict[str, str], val: Split, order: np.ndarray) -> Tensor:
    """(layers, layers) CKA of the first network with the last, from the unbiased HSIC summed over batches.

    A last batch that is too small is left out. HSIC is symmetric, and so of all layers of all networks together.
    """
    summed = 0
    for images, _ in val.batches(order):
        if len(images) >= SMALLEST_BATCH:
            outputs = (each for network in networks for each in walk(network, images))
            summed = summed + hsic(torch.stack([centred_gram(output) for name, output in outputs if name in layers]))
    return alignment(summed)[: len(layers), -len(layers) :]


def library(networks: Sequence[Network], layers: dict[str, str], val: Split, order: np.ndarray) -> Tensor:
    """The same as torch-cka computes it: in float64, because its float32 is wrong by up to a few percent.

    It hooks and never unhooks, so it is given copies; and it asserts that no entry is NaN after it has stored them.
    """
    from torch_cka import CKA  # it imports matplotlib

    twins, compared_layers = [double_copy(network, layers) for network in networks], list(layers.values())
    loader = DataLoader(
        order,
        val.batch_size,
        collate_fn=lambda numbers: [next(val.batches(np.array(numbers)))[0].double()],
        drop_last=len(order) % val.batch_size in range(1, SMALLEST_BATCH),
    )
    with float64_by_default(), redirect_stderr(io.StringIO()):  # its progress bar
        found = CKA(twins[0], twins[-1], "first", "last", compared_layers, compared_layers, val.mean.device)
        try:
            found.compare(loader, loader)
        except AssertionError:
            if found.hsic_matrix.shape != 2 * (len(layers),):
                raise
    return found.hsic_matrix


ESTIMATORS = {"minibatch": minibatch, "torch-cka": library}


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
    """One line on a checkpoint, and a warning for each layer that has no alignment, in either network."""
    last, head = matrix[0, -2:]
    note(f"epoch {epoch}: cka of {layers[0]} with {layers[-2]} {last:.4f}, with {layers[-1]} {head:.4f}")
    for layer in np.array(layers)[np.isnan(matrix.diagonal())]:
        message = f"cka of layer {layer} at epoch {epoch} is NaN: its features are alike for all images, or not finite"
        warnings.warn(message, RuntimeWarning, stacklevel=2)


def label_matrices(matrices: dict[int, np.ndarray], layers: list[str], first: str, other: str) -> xr.Dataset:
    """The matrices of all epochs with their names and dimensions; what the layers of either dimension are."""
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
            "layer": ("layer", layers, {"long_name": first}),
            "layer_other": ("layer_other", layers, {"long_name": other}),
        },
    )
