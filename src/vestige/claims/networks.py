"""Suppressed networks are unlike those without a penalty (figure 5, as the authors' later code draws it)."""

import numpy as np

from vestige.claims.comparisons import first_group, strongly_suppressed
from vestige.claims.evidence import BySeed, Evidence
from vestige.claims.pairs import seeds_of
from vestige.claims.parts import Part, part
from vestige.claims.windows import Reading, at_end_measured
from vestige.metrics.jackknife import leave_one_seed_out

FEWEST = 3  # seeds, of which one can be left out: a pair of the others remains


def lost_similarity(evidence: Evidence) -> list[Part]:
    """By how much two unpenalised networks are more alike in the end than one of them and a suppressed one.

    Suppressed from epoch 0 to the end. A part for each suppressed module, which is compared with itself.
    """
    runs = evidence.runs("between")
    chosen = first_group(evidence, runs, strongly_suppressed(evidence, runs, lambda one: one.is_from_start))
    if chosen is None:
        return []
    group, found = chosen
    return [
        _over_seeds(part(f"module {module}", _at_end_of(module), group.baseline, suppressed), group.baseline)
        for suppressed in found.values()
        for module in evidence.early_modules
    ]


def _at_end_of(module: int):
    """What reads the similarity of a module to itself in the last epochs measured."""

    def read(pair) -> Reading:
        return at_end_measured(pair.sel(layer=str(module), drop=True))

    return read


def _over_seeds(found: Part, pairs: BySeed) -> Part:
    """The part with one value for each seed in place of its differences of pairs.

    Two pairs of one seed have a network in common, and pairs of neighbouring seeds may, so that their differences are
    not independent: the interval is that of the jackknife. It needs three seeds, and a number from every pair.
    """
    lost = {seed: found.first[seed] - found.second[seed] for seed in sorted(found.first.keys() & found.second.keys())}
    if len(lost) >= FEWEST - 1 and all(np.isfinite(each).all() for each in lost.values()):
        seeds, values = leave_one_seed_out(np.stack([*lost.values()], axis=-1), [seeds_of(pairs[one]) for one in lost])
        if len(seeds) >= FEWEST:
            lost = {seed: values[..., place] for place, seed in enumerate(seeds)}
    return found._replace(first=lost, second=None)
