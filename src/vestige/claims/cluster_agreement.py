"""Upstream measures agree on clusters, so do downstream ones, but hardly both families (Lange et al. 2022)."""

from collections.abc import Iterable
from itertools import combinations, product
from typing import Literal

from vestige.claims.evidence import Evidence
from vestige.claims.parts import Part
from vestige.claims.sweeps import Read, common_measures, mean_over_kept, of_untrained, sweeps_of
from vestige.foundation.association_measures import DOWNSTREAM, NORMALISED, UPSTREAM

KIND = "agreement"
Family = Literal["upstream", "downstream"]
FAMILIES: dict[Family, tuple[str, ...]] = {"upstream": UPSTREAM, "downstream": DOWNSTREAM}
NAMES = [name + suffix for family in FAMILIES.values() for name in family for suffix in ("", NORMALISED)]
Pairs = list[tuple[str, str]]


def lead_within(evidence: Evidence, family: Family) -> list[Part]:
    """How much more alike the clusters by two measures of a family are than those by measures of both families."""
    names = _common_measures(evidence)
    return _over_kept(evidence, _lead(family, names), _pairs_within_family(family, names), _across(names))


def similarity_across(evidence: Evidence) -> list[Part]:
    """How alike the clusters by measures of both families are."""
    pairs = _across(_common_measures(evidence))
    return _over_kept(evidence, lambda run: _mean_over(run["similarity"], pairs), pairs)


def adjusted_across(evidence: Evidence) -> list[Part]:
    """The same, adjusted: 0 where they are as alike as clusters of their sizes are by chance, 1 where they are one."""
    pairs = _across(_common_measures(evidence))
    return _over_kept(evidence, lambda run: _mean_over(run["adjusted"], pairs), pairs)


def above_half_of_ceiling(evidence: Evidence) -> list[Part]:
    """The same, less half of what two searches for clusters by one measure have."""
    pairs = _across(_common_measures(evidence))
    return _over_kept(evidence, lambda run: _mean_over(run["adjusted"] - 0.5 * _similarity_ceiling(run), pairs), pairs)


def gain_of_upstream(evidence: Evidence) -> list[Part]:
    """How much more than in untrained networks the upstream measures' lead is over measures of both families."""
    names = _common_measures(evidence, evidence.untrained)
    read = _lead("upstream", names)
    parts = _over_kept(evidence, read, _pairs_within_family("upstream", names), _across(names), evidence.untrained)
    return [part._replace(second=of_untrained(evidence, read)) for part in parts]


def _mean_over(values, pairs: Pairs) -> float:
    """(layer, measure, measure_other) -> the mean over pairs of measures and over layers; NaN if any of them is."""
    places = {str(name): place for place, name in enumerate(values["measure"].values)}
    table = values.transpose("measure", "measure_other", "layer").values
    one, other = ([places[pair[side]] for pair in pairs] for side in (0, 1))
    return float(table[one, other].mean())


def _over_kept(evidence: Evidence, read: Read, *needed) -> list[Part]:
    """The one part of what is read off all networks that are kept, if there is all that it needs."""
    sweeps = sweeps_of(evidence, KIND)
    return [mean_over_kept(evidence, "", sweeps.values(), read)] if sweeps and all(needed) else []


def _lead(family: Family, names: list[str]) -> Read:
    """What reads similarity within a family less that across families."""
    within, across = _pairs_within_family(family, names), _across(names)
    return lambda run: _mean_over(run["similarity"], within) - _mean_over(run["similarity"], across)


def _similarity_ceiling(run):
    """(layer, measure, measure_other) the similarity of two searches by one measure, adjusted as `adjusted` is."""
    return (run["ceiling"] - run["expected"]) / (1 - run["expected"])


def _common_measures(evidence: Evidence, others: Iterable = ()) -> list[str]:
    """The measures that all networks have."""
    return common_measures(sweeps_of(evidence, KIND).values(), NAMES, others)


def _pairs_within_family(family: Family, names: list[str]) -> Pairs:
    """The pairs of measures of a family. A measure and the same, normalised, are hardly two: they are no pair."""
    own = [name for name in names if _plain(name) in FAMILIES[family]]
    return [(one, other) for one, other in combinations(own, 2) if _plain(one) != _plain(other)]


def _across(names: list[str]) -> Pairs:
    """The pairs of an upstream measure with a downstream one."""
    return list(product(*([name for name in names if _plain(name) in own] for own in FAMILIES.values())))


def _plain(name: str) -> str:
    """The name of a measure, normalised or not."""
    return name.removesuffix(NORMALISED)
