"""Progressive ablation of one module at a time, its most selective units first or in random order (figures 3 and 8)."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from vestige.apparatus.batches import split_of
from vestige.apparatus.device import prepare
from vestige.apparatus.draws import generator
from vestige.apparatus.network import Network
from vestige.apparatus.recording import each_checkpoint, hits, ready, resume, walk
from vestige.formulas.ablation import grid_fractions, grid_steps, ranking

Curve = int | None  # the number of a random draw; None is the order of selectivity


class Point(NamedTuple):
    """How many channels of each block of a module are zeroed, and of how many."""

    module: int
    ablated: int
    channels: int


@torch.inference_mode()
def ablation(settings, images, training, selectivity, checkpoints, note) -> xr.Dataset:
    """(epoch, order, repeat, point) accuracy on the validation images, top-1 and top-5 (of fewer classes: of all)."""
    device = prepare(settings.device, settings.threads)
    network = ready(settings, images, device)
    points = points_of(settings.ablation, network, selectivity)
    curves = [None, *range(settings.ablation.random.repeats)]
    val = split_of(images, settings.images, "val", settings.ablation.batch_size, device)
    accuracy = {}
    for epoch in each_checkpoint(network, settings.ablation.epochs, training, checkpoints):
        key = ("ablation", int(training["seed"]), epoch)
        order = partial(channel_order, settings.ablation.random.protocol, ranks(selectivity.sel(epoch=epoch)), key)
        correct = sum(
            correct_images(network, *batch, points, curves, partial(silent, network, order, number))
            for number, batch in enumerate(val.batches(np.arange(len(val.labels))))
        )
        accuracy[epoch] = correct.cpu().numpy() / len(val.labels)
        best, worst = accuracy[epoch][..., 0].max(), accuracy[epoch][..., 0].min()
        note(f"epoch {epoch}: {len(points)} points of {len(curves)} orders, accuracy from {best:.4f} to {worst:.4f}")
    return labelled(accuracy, points)


def points_of(settings, network: Network, selectivity: xr.Dataset) -> list[Point]:
    """The grid of every module, in counts of the channels that each of its blocks has."""
    points = []
    for module in settings.modules:
        if module not in network.modules:
            raise ValueError(f"ablation.modules: the network has no module {module}; it has {list(network.modules)}")
        channels = channels_of(selectivity, module)
        grid = counts(settings.grid, channels)
        if len(grid) < 2:
            raise ValueError(f"ablation.grid: it comes to a single count of the {channels} channels of module {module}")
        points += [Point(module, ablated, channels) for ablated in grid]
    return points


def channels_of(selectivity: xr.Dataset, module: int) -> int:
    """How many channels each block of a module has. Raises ValueError where they differ: no count would suit all."""
    channels = np.bincount(selectivity["block"].values[selectivity["module"].values == module])
    if len(set(channels)) != 1:
        raise ValueError(f"ablation.modules: blocks of module {module} have unequal numbers of channels: {channels}")
    return int(channels[0])


def counts(grid, channels: int) -> list[int]:
    """How many channels to ablate, by whichever grid is asked for."""
    return grid_steps(channels, *grid.steps) if grid.steps else grid_fractions(channels, grid.fractions)


def ranks(selectivity: xr.Dataset) -> dict[tuple[int, int], np.ndarray]:
    """The channels of each (module, block), the most selective first, from the selectivity of one epoch."""
    places = np.stack([selectivity["module"].values, selectivity["block"].values], axis=1)
    values = selectivity["selectivity"].values
    return {tuple(place): ranking(values[(places == place).all(1)]) for place in np.unique(places, axis=0).tolist()}


def channel_order(protocol: str, ranked, key: tuple, number: int, point: Point, curve: Curve, block: int) -> np.ndarray:
    """The channels of a block in the order in which a curve ablates them.

    Fixed orders are the same for every batch and count, and so nested. The paper draws anew for each batch, block and
    count: its random curves are means over very many sets of units, its selective curves belong to one set each.
    """
    if curve is None:
        return ranked[point.module, block]
    drawn = (*key, point.module, block, curve)
    again = (number, point.ablated) if protocol == "redrawn_per_batch" else ()
    return generator(*drawn, *again).permutation(point.channels)


def silent(network: Network, order: Callable, number: int, point: Point, curve: Curve) -> dict[str, Tensor]:
    """Which channels (channels,) of each block of the point's module a curve zeroes in batch `number`."""
    silenced = {}
    for block, name in enumerate(network.modules[point.module]):
        silenced[name] = torch.zeros(point.channels, dtype=torch.bool)
        silenced[name][order(number, point, curve, block)[: point.ablated]] = True
    return silenced


def correct_images(network: Network, images: Tensor, labels: Tensor, points, curves, silent: Callable) -> Tensor:
    """(points, curves, 2) how many images of a batch are classified correctly, by the first and the five first classes.

    The intact part of the network is run once, and from where a point begins to differ only the rest. All curves share
    the points where nothing or everything is zeroed.
    """
    correct = torch.zeros(len(points), len(curves), 2, dtype=torch.int64, device=images.device)
    for step, output in walk(network, images):
        for row, point in ((row, point) for row, point in enumerate(points) if origin(network, point) == step):
            shared = point.ablated in (0, point.channels)
            for column, curve in enumerate(curves[:1] if shared else curves):
                logits = resume(network, output, step, silent(point, curve))
                correct[row, slice(None) if shared else column] = hits(logits, labels)
    return correct


def origin(network: Network, point: Point) -> str:
    """The step up to which nothing of the intact run needs repeating: the first block's own convolutions are intact."""
    blocks = network.modules[point.module]
    if point.ablated == 0:
        return network.head
    return blocks[-1] if point.ablated == point.channels else blocks[0]


def labelled(accuracy: dict[int, np.ndarray], points: list[Point]) -> xr.Dataset:
    """The accuracies (points, curves, 2) of all epochs with their names and dimensions; selective has one repeat."""
    values = np.stack(list(accuracy.values())).transpose(3, 0, 2, 1)
    both = np.full((2, len(accuracy), 2, values.shape[2] - 1, len(points)), np.nan)
    both[:, :, 0, 0], both[:, :, 1] = values[:, :, 0], values[:, :, 1:]
    dims, (module, ablated, channels) = ("epoch", "order", "repeat", "point"), np.array(points).T
    return xr.Dataset(
        {
            "accuracy": (dims, both[0], {"long_name": "share of validation images classified correctly", "units": "1"}),
            "accuracy_top5": (dims, both[1], {"long_name": "share with its class among five answers", "units": "1"}),
        },
        coords={
            "epoch": ("epoch", list(accuracy), {"long_name": "passes over the training images"}),
            "order": ("order", ["selective", "random"], {"long_name": "order in which units are ablated"}),
            "repeat": ("repeat", np.arange(both.shape[3]), {"long_name": "draw of the random order"}),
            "module": ("point", module, {"long_name": "module that is ablated"}),
            "ablated": ("point", ablated, {"long_name": "ablated units of each block", "units": "1"}),
            "fraction": ("point", ablated / channels, {"long_name": "ablated share of the units", "units": "1"}),
        },
    )
