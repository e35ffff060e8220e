"""Dropout makes networks modular, other regularizers less so, training alone hardly (Lange et al. 2022)."""

from typing import Literal

import numpy as np

from vestige.claims.evidence import Evidence
from vestige.claims.parts import Part
from vestige.claims.sweeps import (
    BASELINE,
    Read,
    Sweep,
    common_measures,
    difference,
    label,
    level_of,
    of_untrained,
    one_number,
    part_of,
    quantity,
    sweeps_of,
)
from vestige.condition import Regularizer

KIND = "clustering"
Measure = Literal["input_gradient", "covariance", "output_gradient"]
MEASURES: tuple[Measure, ...] = ("input_gradient", "covariance", "output_gradient")  # plain, and cheap in any network
Null = Literal["shuffled", "strengths", "gram"]
NULLS: tuple[Null, ...] = ("shuffled", "strengths", "gram")
WEAKEST: Null = "shuffled"  # products of matrices have more modularity than these, groups or none
OTHERS: tuple[Regularizer, ...] = ("l1", "l2")
DRAWS = 19  # matrices without groups, of which the largest is exceeded by chance in one case of twenty


def increase(evidence: Evidence, regularizer: Regularizer) -> list[Part]:
    """How much modularity the strongest that is kept of a regularizer adds; a part for each measure."""
    return _added_by_strongest(evidence, regularizer, "modularity")


def added_clusters(evidence: Evidence, regularizer: Regularizer) -> list[Part]:
    """How many clusters it adds, likewise."""
    return _added_by_strongest(evidence, regularizer, "clusters")


def slope(evidence: Evidence, regularizer: Regularizer) -> list[Part]:
    """By how much modularity rises with a regularizer: the least-squares line through all values that are kept."""
    sweep = sweeps_of(evidence, KIND).get(regularizer)
    if sweep is None or len(sweep.kept) < 2:
        return []
    return [_slope(evidence, sweep, measure) for measure in common_measures([sweep], MEASURES)]


def increase_by_others(evidence: Evidence) -> list[Part]:
    """How much modularity the strongest L1 and L2 that are kept add, mean over measures; a part for each of both."""
    sweeps = sweeps_of(evidence, KIND)
    return [
        difference(evidence, "", sweeps[other], sweeps[BASELINE], _over_measures([sweeps[other], sweeps[BASELINE]]))
        for other in OTHERS
        if other in sweeps
    ]


def lead_of_dropout(evidence: Evidence) -> list[Part]:
    """How much more modularity the strongest dropout that is kept adds than the strongest L1 and L2, likewise."""
    sweeps = sweeps_of(evidence, KIND)
    return [
        difference(evidence, "", sweeps["dropout"], sweeps[other], _over_measures([sweeps["dropout"], sweeps[other]]))
        for other in OTHERS
        if {"dropout", other} <= sweeps.keys()
    ]


def gain_by_training(evidence: Evidence) -> list[Part]:
    """How much more modularity networks have without a regularizer than untrained ones; a part for each measure."""
    sweeps = sweeps_of(evidence, KIND)
    if not sweeps or not evidence.untrained:
        return []
    return [
        level_of(evidence, label(measure), sweeps[BASELINE], read)._replace(second=of_untrained(evidence, read))
        for measure in common_measures([sweeps[BASELINE]], MEASURES, evidence.untrained)
        for read in [quantity("modularity", [measure])]
    ]


def excess_over_nulls(evidence: Evidence, regularizer: Regularizer, measure: Measure) -> list[Part]:
    """How far modularity under the strongest of a regularizer lies above the largest of matrices without groups.

    A part for each kind of these that the study has; none where they are the shuffled ones alone, which show little.
    """
    sweep = sweeps_of(evidence, KIND).get(regularizer)
    if sweep is None or not common_measures([sweep], [measure]):
        return []
    nulls = [null for null in NULLS if _has_null(sweep, null)]
    if set(nulls) <= {WEAKEST}:
        return []
    return [level_of(evidence, f"{null}, {sweep.label}", sweep, _excess(null, measure)) for null in nulls]


def excess_without_regularizer(evidence: Evidence, matrices: Null) -> list[Part]:
    """The same of networks without a regularizer, above one kind of them; a part for each measure."""
    sweep = sweeps_of(evidence, KIND).get(BASELINE)
    return [
        level_of(evidence, label(measure), sweep, _excess(matrices, measure))
        for measure in MEASURES
        if sweep is not None and common_measures([sweep], [measure]) and _has_null(sweep, matrices)
    ]


def _added_by_strongest(evidence: Evidence, regularizer: Regularizer, name: str) -> list[Part]:
    """What the strongest of a regularizer adds to the baseline's number; a part for each measure."""
    sweeps = sweeps_of(evidence, KIND)
    if regularizer not in sweeps:
        return []
    both = [sweeps[regularizer], sweeps[BASELINE]]
    return [
        difference(evidence, label(measure), *both, quantity(name, [measure]))
        for measure in common_measures(both, MEASURES)
    ]


def _slope(evidence: Evidence, sweep: Sweep, measure: Measure) -> Part:
    """The slope of a measure's modularity over the regularizer, of the seeds that every value kept has."""
    read, strengths = quantity("modularity", [measure]), [level.value for level in sweep.kept]
    shared = sorted(set.intersection(*(set(level.runs) for level in sweep.kept)))
    lines = {seed: [read(level.runs[seed]) for level in sweep.kept] for seed in shared}
    values = {seed: one_number(np.polyfit(strengths, line, 1)[0]) for seed, line in lines.items()}
    return part_of(evidence, label(measure), [sweep], values)


def _over_measures(sweeps: list[Sweep]) -> Read:
    """What reads modularity, mean over layers and the measures that all networks have."""
    return quantity("modularity", common_measures(sweeps, MEASURES))


def _excess(null: Null, measure: Measure) -> Read:
    """What reads modularity above that of the largest of the matrices without groups, mean over layers."""

    def read(run) -> float:
        own = run["modularity"].sel(measure=measure)
        drawn = run["null_modularity"].sel(null=null, measure=measure).transpose("layer", "draw")
        enough = drawn.notnull().sum("draw") >= DRAWS
        return float((own - drawn.max("draw")).where(enough).mean(skipna=False))

    return read


def _has_null(sweep: Sweep, null: Null) -> bool:
    """Whether the networks of a sweep's strongest were held against a kind of matrices without groups."""
    runs = sweep.strongest.runs.values()
    return bool(runs) and all("null" in run.coords and null in run["null"].values for run in runs)
