"""Associations between the units of each layer, upstream and downstream, at checkpoints (Lange et al. 2022, 3.1)."""

from typing import Annotated

from pydantic import Field, NonNegativeInt, PositiveInt

from vestige.foundation.measured_epochs import Epochs, name_best
from vestige.foundation.settings import Values


class GramNull(Values):
    """Associations without relations between units, which `clustering.nulls.gram` searches for clusters.

    Of each unit by itself responses are permuted over images, and gradients rotated at random.
    """

    draws: PositiveInt
    """How many matrices are drawn for each measure in each layer."""
    images: Annotated[int, Field(ge=2)]
    """How many validation images, chosen at random, they are made from; all, if there are fewer."""
    directions: Annotated[int, Field(ge=2)]
    """The most coordinates in which gradients are rotated: random directions, if there are more pixels or logits."""
    seed: NonNegativeInt
    """The seed of images, permutations, rotations and directions, which are the same at all epochs."""


class Settings(Values):
    """Which checkpoints, and over how many random directions the input gradient of a convolution is averaged."""

    epochs: Epochs
    """The checkpoints whose associations are measured, or all. best is the epoch of the least loss on held-out images
    and needs training.held_out."""
    batch_size: PositiveInt
    """Images that run at once. It changes the last digits, and the memory that is needed."""
    directions: Annotated[int, Field(ge=2)] | None = None
    """How many random directions in pixel space: required, but refused with mlp, whose input gradient is exact."""
    directions_seed: NonNegativeInt | None = None
    """The seed of the random directions: likewise."""
    gram_null: GramNull | None = None
    """Associations without relations between units, with which clusters are compared; left out, there are none."""


def association(settings, images, training, checkpoints, note):
    """(epoch, measure, pair) sizes of the associations of the units of a layer, on the validation images, a Dataset.

    In float64. Layers are the last blocks of the modules, just as they are put out; positions are averaged over.
    """
    from vestige.data.loader import validation_of
    from vestige.foundation.device import prepare
    from vestige.stages.gram_nulls import add_nulls, draw_nulls
    from vestige.stages.unit_association import associate, label_associations, measured_layers
    from vestige.training.evaluation import each_checkpoint, load_network

    device, chosen, found, nulls = prepare(settings.device, settings.threads), settings.association, {}, {}
    network = load_network(settings, images, device)
    network.trunk.double().requires_grad_(False)
    val = validation_of(images, settings.images, chosen.batch_size, device)
    epochs = name_best("association.epochs", chosen.epochs, training)
    for epoch in each_checkpoint(network, epochs, training, checkpoints):
        found[epoch] = associate(network, val, chosen.directions, chosen.directions_seed)
        if chosen.gram_null is not None:
            nulls[epoch] = draw_nulls(network, val, chosen.gram_null, int(training["seed"]))
        note(f"epoch {epoch}: {found[epoch].summary()}")
    result = label_associations(found, measured_layers(network))
    return add_nulls(result, nulls) if nulls else result
