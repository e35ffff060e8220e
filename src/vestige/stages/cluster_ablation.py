"""What a network loses with a whole cluster of units, and with as many units drawn at random from the same layer."""

from typing import Annotated, Literal

from pydantic import NonNegativeInt, PositiveInt

from vestige.foundation.association_measures import MEASURES
from vestige.foundation.settings import Filled, Values


class Settings(Values):
    """Whose clusters are set to zero, and how often as many units are drawn at random."""

    measures: Annotated[tuple[Literal[*MEASURES], ...], Filled]
    """The measures of association whose clusters are set to zero, one cluster at a time."""
    repeats: PositiveInt
    """How many random sets of as many units stand beside each cluster."""
    seed: NonNegativeInt
    """The seed of the random sets of units."""
    batch_size: PositiveInt
    """Images that run at once. It changes the memory that is needed, and accuracies where two logits are nearly
    equal."""


def cluster_ablation(settings, images, training, clustering, checkpoints, note):
    """(epoch, measure, layer, cluster) accuracy on the validation images without the units of a cluster, a Dataset.

    Beside it (repeat) without as many of the layer's live units, drawn at random. The epochs are those of clustering.
    """
    import torch

    from vestige.data.loader import validation_of
    from vestige.foundation.device import prepare
    from vestige.stages.ablated_clusters import ablate, draw_sets, label_results, summarise
    from vestige.training.evaluation import each_checkpoint, load_network

    chosen, found, whole = settings.cluster_ablation, {}, {}
    with torch.inference_mode():
        device = prepare(settings.device, settings.threads)
        network = load_network(settings, images, device)
        val = validation_of(images, settings.images, chosen.batch_size, device)
        clusters = clustering.sel(measure=list(chosen.measures))
        for epoch in each_checkpoint(network, clustering["epoch"].values.tolist(), training, checkpoints):
            sets = draw_sets(clusters.sel(epoch=epoch), chosen, (int(training["seed"]), epoch))
            found[epoch], whole[epoch] = ablate(network, val, sets)
            note(f"epoch {epoch}: accuracy {whole[epoch]:.4f}, {summarise(found[epoch])}")
    return label_results(clusters, chosen.repeats, found, whole)
