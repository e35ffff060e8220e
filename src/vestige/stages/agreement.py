"""How far the clusters of units by different associations agree, layer by layer (Lange et al. 2022, 3.3)."""

from typing import Literal

from vestige.foundation.settings import Values


class Settings(Values):
    """How clusters are compared."""

    dead_units: Literal["left_out", "one_cluster"]
    """Units that are dead by one of two measures: left out, or a cluster of their own (the authors' code)."""


def agreement(settings, association, clustering, note):
    """(epoch, layer, measure, measure_other) element-centric similarity with floor and ceiling, and others, a Dataset.

    The floor is what similarity is expected by chance, the ceiling what two searches by one measure agree, the
    geometric mean of both measures. `adjusted` is 0 at the floor, 1 where clusters are the same.
    """
    from vestige.stages.cluster_agreement import compare_all

    return compare_all(settings.agreement, association, clustering, note)
