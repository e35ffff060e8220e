"""Associations between the units of each layer, upstream and downstream, at checkpoints (Lange et al. 2022, 3.1)."""

from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt, PositiveInt

from vestige.foundation.settings import Filled, Values

BEST = "best"  # the epoch of the least loss on held-out images
Epochs = Annotated[tuple[NonNegativeInt | Literal["best"], ...], Filled] | Literal["all"]


class Settings(Values):
    """Which checkpoints, and over how many random directions the input gradient of a convolution is averaged."""

    epochs: Epochs
    batch_size: PositiveInt
    """Images that are run at once: it changes the last digits, and the memory that is needed."""
    directions: Annotated[int, Field(ge=2)] | None = None
    """Random directions in pixel space; a perceptron needs none, its input gradient is exact."""
    directions_seed: NonNegativeInt | None = None


def association(settings, images, training, checkpoints, note):
    """(epoch, measure, pair) sizes of the associations of the units of a layer, on the validation images, a Dataset.

    In float64. Layers are the last blocks of the modules, just as they are put out; positions are averaged over.
    """
    from vestige.data.loader import split_of
    from vestige.foundation.device import prepare
    from vestige.stages.unit_association import associate, labelled, measured_layers
    from vestige.training.evaluation import each_checkpoint, ready

    device, chosen, found = prepare(settings.device, settings.threads), settings.association, {}
    network = ready(settings, images, device)
    network.trunk.double().requires_grad_(False)
    val = split_of(images, settings.images, "val", chosen.batch_size, device)
    for epoch in each_checkpoint(network, name_best(chosen.epochs, training), training, checkpoints):
        found[epoch] = associate(network, val, chosen.directions, chosen.directions_seed)
        note(f"epoch {epoch}: {found[epoch].summary()}")
    return labelled(found, measured_layers(network))


def name_best(epochs, training):
    """The epochs with the number of the best one in its place. Raises ValueError where the run has none."""
    if epochs == "all" or BEST not in epochs:
        return epochs
    if BEST not in training:
        raise ValueError("association.epochs: found best; the run has no best epoch, as no images are held out in it")
    best = int(training[BEST].item())
    return [best if epoch == BEST else epoch for epoch in epochs]
