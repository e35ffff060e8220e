"""Progressive ablation of one module at a time, its most selective units first or in random order (figures 3 and 8)."""

from functools import partial
from typing import Annotated, Literal

from pydantic import NonNegativeInt, PositiveInt

from vestige.foundation.settings import Epochs, Filled, Fraction, Listed, Values


class Grid(Values):
    """How many channels of each block are ablated: fractions of them, or (the paper's) steps below and above half."""

    fractions: Annotated[tuple[Fraction, ...], Filled] | None = None
    """Shares of each block's channels that are ablated, rising from 0."""
    steps: Annotated[tuple[PositiveInt, PositiveInt], Listed] | None = None
    """The paper's grid: two steps in channels, below half of a block and from half on; some may be left."""


class RandomOrder(Values):
    """The control of progressive ablation: fixed orders, or (the paper's) a fresh draw for every batch and block."""

    protocol: Literal["fixed_orders", "redrawn_per_batch"]
    """fixed_orders: each repeat ablates channels in one random order. redrawn_per_batch: every batch and block draws an
    order of its own (the authors' code)."""
    repeats: PositiveInt
    """How many random orders, or how many passes over the images with redrawn ones."""


class Settings(Values):
    """Settings of progressive ablation.

    Units are ranked by their selectivity on the images that are then classified (the paper's way), or on the other half
    of the validation images, which `halves_seed` divides class by class.
    """

    epochs: Epochs
    """The checkpoints that are ablated, or all."""
    modules: Annotated[tuple[int, ...], Filled]
    """The modules that are ablated, one at a time, all their blocks together."""
    grid: Grid
    """How many channels are ablated: exactly one of fractions and steps."""
    random: RandomOrder
    """The control: channels ablated in random order."""
    ranked_on: Literal["same_images", "held_out_halves"]
    """The images on which units are ranked by selectivity: those that are then classified (same_images, the paper's
    way), or the other half of them (held_out_halves)."""
    halves_seed: NonNegativeInt | None = None
    """The seed that divides the validation images into halves, class by class: required with held_out_halves, refused
    otherwise."""
    batch_size: PositiveInt
    """Images that run at once. It changes the memory that is needed; with redrawn_per_batch it changes the result."""


def ablation(settings, images, training, selectivity, checkpoints, note):
    """(epoch, order, repeat, point) accuracy on the validation images, top-1 and top-5 (of fewer classes: of all).

    `ranked_on` says on which images the selectivity was measured that ranks the units: on all, which are those then
    classified, or for each image on the half of them to which it does not belong. A Dataset.
    """
    import torch

    from vestige.data.loader import validation_of
    from vestige.foundation.device import prepare
    from vestige.stages.ablation_points import points_of
    from vestige.stages.progressive_ablation import accuracies, channel_order, label_accuracies
    from vestige.stages.unit_ranking import halves, rank_units
    from vestige.training.evaluation import each_checkpoint, load_network

    with torch.inference_mode():
        device = prepare(settings.device, settings.threads)
        network = load_network(settings, images, device)
        points = points_of(settings.ablation, network, selectivity)
        curves = [None, *range(settings.ablation.random.repeats)]
        val = validation_of(images, settings.images, settings.ablation.batch_size, device)
        half, accuracy = halves(settings.ablation, val.labels), {}
        for epoch in each_checkpoint(network, settings.ablation.epochs, training, checkpoints):
            ranked = rank_units(settings, network, val, half, selectivity, epoch)
            key = ("ablation", int(training["seed"]), epoch)
            order = partial(channel_order, settings.ablation.random.protocol, ranked, key)
            accuracy[epoch] = accuracies(network, val, half, points, curves, order)
            best, worst = accuracy[epoch][..., 0].max(), accuracy[epoch][..., 0].min()
            said = f"{len(points)} points of {len(curves)} orders, accuracy from {best:.4f} to {worst:.4f}"
            note(f"epoch {epoch}: {said}")
    return label_accuracies(accuracy, points)
