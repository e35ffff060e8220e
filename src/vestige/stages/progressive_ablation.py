"""Progressive ablation of one module at a time: which channels are zeroed, and how many images are then classified."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import NamedTuple

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from vestige.data.loader import Split
from vestige.foundation.random import generator
from vestige.models.network import Network
from vestige.stages.ablation_points import Point
from vestige.stages.unit_ranking import Ranks
from vestige.training.evaluation import hits, resume, walk

TOGETHER = 2**22  # numbers of the output from which points begin to differ, of all that run side by side
MOST = 32  # of them: outputs of later steps may be wider
Curve = int | None  # the number of a random draw; None is the order of selectivity


def accuracies(network: Network, val: Split, half: np.ndarray, points, curves, order: Callable) -> np.ndarray:
    """(points, curves, 2) share of the validation images classified correctly, top-1 and top-5.

    `half` (images,) says to which half each image belongs; `order` is `channel_order` for one epoch.
    """
    parts = np.split(half, range(val.batch_size, len(half), val.batch_size))
    correct = sum(
        correct_images(network, *batch, points, curves, partial(channel_masks, network, order, number, part))
        for number, (batch, part) in enumerate(zip(val.batches(np.arange(len(half))), parts, strict=True))
    )
    return correct.cpu().numpy() / len(val.labels)


def channel_order(
    protocol: str, ranked: Ranks, key: tuple, number: int, point: Point, curve: Curve, block: int
) -> np.ndarray:
    """The channels of a block in the order in which a curve ablates them; (2, channels) for halves of the images.

    Fixed orders are the same for every batch and count, and so nested. The paper draws anew for each batch, block and
    count: its random curves are means over very many sets of units, its selective curves belong to one set each.
    """
    if curve is None:
        return ranked[point.module, block]
    drawn = (*key, point.module, block, curve)
    again = (number, point.ablated) if protocol == "redrawn_per_batch" else ()
    return generator(*drawn, *again).permutation(point.channels)


def channel_masks(
    network: Network, order: Callable, number: int, half, point: Point, curve: Curve
) -> dict[str, Tensor]:
    """Which channels of each block of the point's module a curve zeroes in batch `number`.

    (channels,), or (images, channels) where the order depends on the `half` (images,) to which an image belongs.
    """
    silenced = {}
    for block, name in enumerate(network.modules[point.module]):
        ablated = order(number, point, curve, block)[..., : point.ablated]
        zeroed = np.zeros((*ablated.shape[:-1], point.channels), dtype=bool)
        np.put_along_axis(zeroed, ablated, True, axis=-1)
        silenced[name] = torch.from_numpy(zeroed if zeroed.ndim == 1 else zeroed[half])
    return silenced


def correct_images(network: Network, images: Tensor, labels: Tensor, points, curves, silent: Callable) -> Tensor:
    """(points, curves, 2) how many images of a batch are classified correctly, by the first and the five first classes.

    The intact part of the network is run once, and from where points begin to differ only the rest, of as many of them
    at a time as TOGETHER allows. All curves share the points where nothing or everything is zeroed.
    """
    correct = torch.zeros(len(points), len(curves), 2, dtype=torch.int64, device=images.device)
    for step, output in walk(network, images):
        here = [(row, point) for row, point in enumerate(points) if origin(network, point) == step]
        for some in batch_ways([way for row, point in here for way in ways_of(point, row, curves)], output.numel()):
            zeroed = join([silent(point, curve) for point, _, _, curve in some], len(images))
            outputs = output if len(some) == 1 else torch.cat([output] * len(some))
            logits = resume(network, outputs, step, zeroed)
            for (_, row, columns, _), each in zip(some, logits.split(len(images)), strict=True):
                correct[row, columns] = hits(each, labels)
    return correct


class Way(NamedTuple):
    """What is zeroed together: the channels of a point, as a curve says; row and columns of what is counted then."""

    point: Point
    row: int
    columns: slice
    curve: Curve


def ways_of(point: Point, row: int, curves: Sequence[Curve]) -> list[Way]:
    """The ways of zeroing the channels of a point, which stands in a row: one where all curves are the same."""
    if point.ablated in (0, point.channels):
        return [Way(point, row, slice(None), curves[0])]
    return [Way(point, row, slice(column, column + 1), curve) for column, curve in enumerate(curves)]


def batch_ways(ways: Sequence[Way], size: int) -> Iterator[Sequence[Way]]:
    """The ways that run side by side: of one module, on as many outputs of a size as TOGETHER and MOST allow."""
    most = min(MOST, max(1, TOGETHER // size))
    for _, group in groupby(ways, key=lambda way: way.point.module):
        of_module = list(group)
        yield from (of_module[start : start + most] for start in range(0, len(of_module), most))


def join(silenced: Sequence[dict[str, Tensor]], images: int) -> dict[str, Tensor]:
    """(ways * images, channels) which channels are zeroed by step, of the images one way after another."""
    rows = {name: [each[name] for each in silenced] for name in silenced[0]}
    return {name: torch.cat([each.expand(images, each.shape[-1]) for each in rows[name]]) for name in rows}


def origin(network: Network, point: Point) -> str:
    """The step up to which nothing of the intact run needs repeating: the first block's own convolutions are intact."""
    blocks = network.modules[point.module]
    if point.ablated == 0:
        return network.head
    return blocks[-1] if point.ablated == point.channels else blocks[0]


def label_accuracies(accuracy: dict[int, np.ndarray], points: list[Point]) -> xr.Dataset:
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
