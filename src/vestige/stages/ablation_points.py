"""How many channels of every block of a module progressive ablation zeroes: the points of its curves."""

from typing import NamedTuple

import numpy as np
import xarray as xr

from vestige.metrics.ablation import grid_fractions, grid_steps
from vestige.models.network import Network


class Point(NamedTuple):
    """How many channels of each block of a module are zeroed, and of how many."""

    module: int
    ablated: int
    channels: int


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
