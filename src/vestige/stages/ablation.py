"""Progressive ablation of one module at a time, its most selective units first or in random order (figures 3 and 8)."""

from functools import partial
from typing import Annotated, Literal

from pydantic import NonNegativeInt, PositiveInt

from vestige.foundation.settings import Epochs, Filled, Fraction, Listed, Values


class Grid(Values):
    """How many channels of each block are ablated: fractions of them, or (the paper's) steps below and above half."""

    fractions: Annotated[tuple[Fraction, ...], Filled] | None = None
    steps: Annotated[tuple[PositiveInt, PositiveInt], Listed] | None = None


class RandomOrder(Values):
    """The control of progressive ablation: fixed orders, or (the paper's) a fresh draw for every batch and block."""

    protocol: Literal["fixed_orders", "redrawn_per_batch"]
    repeats: PositiveInt


class Settings(Values):
    """Settings of progressive ablation.

    Units are ranked by their selectivity on the images that are then classified (the paper's way), or on the other half
    of the validation images, which `halves_seed` divides class by class.
    """

    epochs: Epochs
    modules: Annotated[tuple[int, ...], Filled]
    grid: Grid
    random: RandomOrder
    ranked_on: Literal["same_images", "held_out_halves"]
    halves_seed: NonNegativeInt | None = None
    batch_size: PositiveInt


def ablation(settings, images, training, selectivity, checkpoints, note):
    """(epoch, order, repeat, point) accuracy on the validation images, top-1 and top-5 (of fewer classes: of all).

    `ranked_on` says on which images the selectivity was measured that ranks the units: on all, which are those then
    classified, or for each image on the half of them to which it does not belong. A Dataset.
    """
    import torch

    from vestige.data.loader import validation_of
    from vestige.foundation.device import prepare
    from vestige.stages.ablation_points import points_of
    from vestige.stages.progressive_ablation import accuracies, channel_order, labelled
    from vestige.stages.unit_ranking import halves, rank_units
    from vestige.training.evaluation import each_checkpoint, ready

    with torch.inference_mode():
        device = prepare(settings.device, settings.threads)
        network = ready(settings, images, device)
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
    return labelled(accuracy, points)
