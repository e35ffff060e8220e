"""Clusters of networks that were never trained: what is found in those of random weights (Lange et al. 2022, 3.3)."""

from typing import Annotated

from pydantic import Field, NonNegativeInt

from vestige.foundation.settings import Values


class Settings(Values):
    """A set of networks of the study's family, with initial weights, measured as `association` and `clustering` say."""

    networks: Annotated[int, Field(ge=2)]
    """How many networks; a larger set begins with the networks of a smaller one. The authors have 100."""
    seed: NonNegativeInt
    """The seed of their weights, which differ from those of any run."""


def untrained(settings, images, note):
    """(network, measure, layer) modularity and number of clusters, (network, layer, measure, measure_other) agreement.

    A Dataset of what clustering and agreement say of a run at each epoch, by the same settings, but without nulls, and
    without the clusters themselves. Raises ValueError as association does.
    """
    from vestige.data.loader import validation_of
    from vestige.foundation.device import prepare
    from vestige.stages.untrained_networks import measure_all

    device = prepare(settings.device, settings.threads)
    val = validation_of(images, settings.images, settings.association.batch_size, device)
    return measure_all(settings, images.sizes["channel"], images.sizes["class"], val, device, note)
