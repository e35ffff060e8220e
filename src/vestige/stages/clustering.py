"""Clusters of units by the largest modularity of their associations, and what chance gives (Lange et al. 2022, 3.2)."""

from typing import Annotated

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt

from vestige.foundation.settings import Listed, Values

Draws = Annotated[int, Field(ge=0)]


class Nulls(Values):
    """How many matrices without groups are searched likewise, of each kind."""

    shuffled: Draws
    """The same associations between other pairs of units."""
    strengths: Draws
    """Other associations with the same sum for every unit."""
    gram: Draws | None = None
    """Products of the units' own vectors, without relations between them: as many as `association.gram_null` draws."""


class Settings(Values):
    """The search for clusters: the paper's, with 1 restart of 5000 steps, an entropy of 0.15 and no local phase.

    Of as many steps, those whose entropy falls from 1 to 0.1 find a larger modularity.
    """

    restarts: PositiveInt
    """Chains of Monte Carlo moves, of which the best counts."""
    steps: PositiveInt
    """Moves that a chain draws."""
    entropy: PositiveFloat | Annotated[tuple[PositiveFloat, PositiveFloat], Listed]
    """Nats of the distribution from which a move is drawn; two, from the first step to the last: annealing."""
    seed: NonNegativeInt
    nulls: Nulls
    local_phase: bool = True
    """Whether a chain's partition climbs further, which the paper's does not."""
    tolerance: PositiveFloat = 0.01
    """Nats by which a step's entropy may miss (the authors')."""
    temperatures: Annotated[tuple[PositiveFloat, PositiveFloat], Listed] = (1e-6, 1e6)
    """Lowest and highest temperature at which that entropy is sought (the authors')."""
    dead: PositiveFloat = 1e-15
    """The share of a layer's associations under which a unit is dead: in no cluster (the authors')."""


def clustering(settings, association, note):
    """(epoch, measure, unit) clusters, and (epoch, measure, layer) their modularity and number, a Dataset.

    A dead unit is in no cluster (-1). `cluster_again` is of a second search, independent of the first and as long.
    """
    from vestige.stages.unit_clusters import cluster_all

    return cluster_all(settings.clustering, association, note)
