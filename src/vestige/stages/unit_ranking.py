"""The channels of every block in order of their selectivity, measured on all images or on held-out halves."""

from dataclasses import replace

import numpy as np
import xarray as xr

from vestige.data.arrays import split_stratified
from vestige.data.loader import Split
from vestige.metrics.ablation import rank_channels
from vestige.models.network import Network
from vestige.stages.class_responses import class_means, compared_classes, indices, load_size, places, refuse_infinite

Ranks = dict[tuple[int, int], np.ndarray]  # (module, block) -> (channels,), or (2, channels): a ranking for each half


def ranks(selectivity: xr.Dataset) -> Ranks:
    """The channels of each (module, block), the most selective first, from the selectivity of one epoch."""
    places = np.stack([selectivity["module"].values, selectivity["block"].values], axis=1)
    values = selectivity["selectivity"].values
    return {
        tuple(place): rank_channels(values[(places == place).all(1)]) for place in np.unique(places, axis=0).tolist()
    }


def rank_units(settings, network: Network, val: Split, half: np.ndarray, selectivity: xr.Dataset, epoch: int) -> Ranks:
    """The ranking by which a study ablates units at an epoch: `settings` are those of ablation and selectivity."""
    if settings.ablation.ranked_on == "same_images":
        return ranks(selectivity.sel(epoch=epoch))
    return held_out_ranks(network, val, half, settings.selectivity, epoch)


def halves(settings, labels: np.ndarray) -> np.ndarray:
    """(images,) the half, 0 or 1, to which each image belongs, class by class; all are 0 where none is held out."""
    half = np.zeros(len(labels), dtype=np.int64)
    if settings.ranked_on == "held_out_halves":
        half[split_stratified(labels, 0.5, settings.halves_seed)["val"]] = 1
    return half


def held_out_ranks(network: Network, val: Split, half: np.ndarray, settings, epoch: int) -> Ranks:
    """For the images of either half, the channels of each block by their selectivity on the other half.

    Selectivity is measured as the stage `selectivity` does.
    """
    split = replace(val, batch_size=load_size(settings.batch_size))
    rankings = [half_ranks(network, split, np.flatnonzero(half != own), settings.epsilon, epoch) for own in (0, 1)]
    return {place: np.stack([each[place] for each in rankings]) for place in rankings[0]}


def half_ranks(network: Network, split: Split, rows: np.ndarray, epsilon: float, epoch: int) -> Ranks:
    """The channels of each block, the most selective first, by their selectivity on the images of some rows."""
    classes = compared_classes(split.labels[rows])
    means = class_means(network, split, rows, classes)
    refuse_infinite(means, epoch)
    values = {name: indices(each, classes, epsilon)["selectivity"] for name, each in means.items()}
    return {(module, block): rank_channels(values[name]) for module, block, name in places(network)}
