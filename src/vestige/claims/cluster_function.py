"""What clusters are for: their units prefer the same classes, and ablating one costs more than as many others do."""

from collections.abc import Callable
from typing import Any

import numpy as np

from vestige.claims.evidence import Evidence
from vestige.claims.parts import Part
from vestige.claims.sweeps import common_measures, label, mean_over_kept, quantity, sweeps_of
from vestige.foundation.association_measures import UPSTREAM


def agreement_with_classes(evidence: Evidence) -> list[Part]:
    """How far clusters agree with the preferred classes of their units, adjusted for chance; a part a measure."""
    return _over_kept(evidence, "cluster_classes", lambda measure: quantity("adjusted", [measure]))


def excess_cost(evidence: Evidence) -> list[Part]:
    """How much more accuracy ablating a cluster costs than as many random units; a part for each measure."""
    return _over_kept(evidence, "cluster_ablation", lambda measure: lambda run: _weigh_cost(run.sel(measure=measure)))


def _weigh_cost(run) -> float:
    """Accuracy without as many random units less that without a cluster, of a measure.

    Mean over the clusters of a layer, each weighted by its units, then over layers; NaN where one has no clusters.
    """
    dimensions = ("layer", "cluster")
    units = run["units"].transpose(*dimensions).fillna(0).values
    random = run["accuracy_random"].mean("repeat", skipna=False)
    cost = (random - run["accuracy_cluster"]).transpose(*dimensions).values
    weighted = np.where(units > 0, units * cost, 0).sum(axis=1)
    whole = units.sum(axis=1)
    return float(np.mean([cost / count if count else np.nan for cost, count in zip(weighted, whole, strict=True)]))


def _over_kept(evidence: Evidence, kind: str, read: Callable[[str], Any]) -> list[Part]:
    """A part for each upstream measure, of what is read by it off all networks that are kept."""
    sweeps = sweeps_of(evidence, kind)
    names = common_measures(sweeps.values(), UPSTREAM) if sweeps else []
    return [mean_over_kept(evidence, label(name), sweeps.values(), read(name)) for name in names]
