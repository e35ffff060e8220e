"""Clusters of units by the largest modularity of their associations, and what chance gives (Lange et al. 2022, 3.2)."""

from typing import Annotated

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt

from vestige.foundation.settings import Listed, Values

Draws = Annotated[int, Field(ge=0)]


class Nulls(Values):
    """How many matrices without groups are searched likewise, of each kind."""

    shuffled: Draws
    """How many matrices with the same associations between other pairs of units."""
    strengths: Draws
    """How many matrices with other associations, but the same sum for every unit."""
    gram: Draws | None = None
    """How many of the matrices that `association.gram_null` draws: products of the units' vectors without relations."""


class Settings(Values):
    """The search for clusters. The paper's is restarts 1, steps 5000, entropy 0.15, local_phase false.

    Of as many steps, those whose entropy falls from 1 to 0.1 find a larger modularity.
    """

    restarts: PositiveInt
    """How many chains of Monte Carlo moves; the best one counts."""
    steps: PositiveInt
    """How many moves each chain draws."""
    entropy: PositiveFloat | Annotated[tuple[PositiveFloat, PositiveFloat], Listed]
    """Entropy in nats of the distribution from which a move is drawn; two values: from the first step to the last."""
    seed: NonNegativeInt
    """The seed of the search and of the matrices without groups."""
    nulls: Nulls
    """Matrices without groups, whose modularity stands beside that of the network."""
    local_phase: bool = True
    """Whether each chain ends with a climb to a local maximum of modularity; the paper's does not."""
    tolerance: PositiveFloat = 0.01
    """Nats by which the entropy of a step may miss its target; the default is the authors' value."""
    temperatures: Annotated[tuple[PositiveFloat, PositiveFloat], Listed] = (1e-6, 1e6)
    """Lowest and highest temperature that the search for that entropy tries; the default is the authors' value."""
    dead: PositiveFloat = 1e-15
    """A unit with less than this share of its layer's associations is dead, in no cluster; the default is the
    authors'."""


def clustering(settings, association, note):
    """(epoch, measure, unit) clusters, and (epoch, measure, layer) their modularity and number, a Dataset.

    A dead unit is in no cluster (-1). `cluster_again` is of a second search, independent of the first and as long.
    """
    from vestige.stages.unit_clusters import cluster_all

    return cluster_all(settings.clustering, association, note)
