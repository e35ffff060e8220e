"""How the cost of suppression depends on its strength and onset together (figure 11, appendix A.5.1)."""

from collections.abc import Callable, Iterator
from math import inf

import numpy as np

from vestige.claims.comparisons import below_baseline, first_group, read_final_mean
from vestige.claims.evidence import Evidence, Runs
from vestige.claims.parts import Part, part
from vestige.claims.windows import at_end
from vestige.condition import Condition


def slope_of_cost(evidence: Evidence) -> list[Part]:
    """By how much each doubling of |alpha| lowers the final accuracy: the least-squares line through all strengths."""
    return [_slope("", runs, lambda run: -read_final_mean()(run)) for runs in _strengths(evidence, "training")]


def slope_of_selectivity(evidence: Evidence) -> list[Part]:
    """By how much each doubling of |alpha| raises the selectivity of each suppressed module at the end."""
    return [
        _slope(f"module {module}", runs, lambda run, module=module: at_end(run.sel(module=module, drop=True)))
        for runs in _strengths(evidence, "selectivity")
        for module in evidence.early_modules
    ]


def cost(evidence: Evidence, alpha: float) -> list[Part]:
    """What suppression at an alpha costs, for each onset."""
    wanted = evidence.on_early_modules(lambda one: one.alpha == alpha and one.is_kept_on)
    return below_baseline(
        evidence, evidence.runs("training"), wanted, read_final_mean(), lambda one: f"from epoch {one.start}"
    )


def gain_of_later_onset(evidence: Evidence, highest: float, lowest: float = -inf) -> list[Part]:
    """The final accuracy under each later onset, less that under suppression from epoch 0 at the same alpha.

    Of the alphas from `lowest` to `highest`, both included.
    """
    early = evidence.on_early_modules(lambda one: lowest <= one.alpha <= highest and one.is_kept_on)
    for group in evidence.groups(evidence.runs("training")):
        found = {one: runs for one, runs in group.penalised.items() if early(one)}
        pairs = [(one, other) for one in found for other in found if one.is_later and _is_twin(one, other)]
        if pairs:
            pairs = sorted(pairs, key=lambda pair: (-pair[0].alpha, pair[0].start))
            return [part(str(one), read_final_mean(), found[one], found[other]) for one, other in pairs]
    return []


def _strengths(evidence: Evidence, kind: str) -> Iterator[Runs]:
    """The conditions that suppress the early modules from epoch 0 to the end, if there are two strengths or more."""
    wanted = evidence.on_early_modules(lambda one: one.is_suppressed and one.is_from_start)
    chosen = first_group(evidence, evidence.runs(kind), wanted)
    if chosen is not None and len(chosen[1]) > 1:
        yield chosen[1]


def _slope(name: str, found: Runs, read: Callable) -> Part:
    """The slope of what is read over the binary logarithm of |alpha|, of the seeds that every strength has."""
    parts = [part(name, read, runs) for runs in found.values()]
    doublings = np.log2([abs(one.alpha) for one in found])
    shared = set.intersection(*(set(each.first) for each in parts))
    slopes = {seed: _line_slope(doublings, [each.first[seed] for each in parts]) for seed in sorted(shared)}
    failed = {seed for each in parts for seed in each.failed}
    return Part(name, slopes, used=parts[0].used, failed=tuple(sorted(failed)))


def _line_slope(across: np.ndarray, up: list[np.ndarray]) -> np.ndarray:
    """(any, all) the slope of the least-squares line through points."""
    centred = across - across.mean()
    return np.tensordot(centred, np.stack(up), axes=1) / (centred @ centred)


def _is_twin(one: Condition, other: Condition) -> bool:
    """Whether the other condition is the same penalty from epoch 0."""
    return other.is_from_start and other.alpha == one.alpha
