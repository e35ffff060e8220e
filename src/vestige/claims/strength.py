"""How the cost of suppression depends on its strength and onset together (figure 11, appendix A.5.1)."""

from math import inf

import numpy as np

from vestige.claims.comparisons import below_baseline, final, first_group
from vestige.claims.evidence import Evidence
from vestige.claims.parts import Part, part
from vestige.condition import Condition


def slope_of_cost(evidence: Evidence) -> list[Part]:
    """By how much each doubling of |alpha| lowers the final accuracy: the least-squares line through all strengths."""
    wanted = evidence.on_early_modules(lambda one: one.is_suppressed and one.is_from_start)
    chosen = first_group(evidence, evidence.runs("training"), wanted)
    if chosen is None or len(chosen[1]) < 2:
        return []
    strengths = {one.alpha: part("", final(), runs) for one, runs in chosen[1].items()}
    doublings = np.log2(np.abs(list(strengths)))
    shared = sorted(set.intersection(*(set(each.first) for each in strengths.values())))
    lost = {seed: -np.array([each.first[seed] for each in strengths.values()]) for seed in shared}
    slopes = {seed: _line_slope(doublings, column) for seed, column in lost.items()}
    return [Part("", slopes, used=next(iter(strengths.values())).used)] if shared else []


def cost(evidence: Evidence, alpha: float) -> list[Part]:
    """What suppression at an alpha costs, for each onset."""
    wanted = evidence.on_early_modules(lambda one: one.alpha == alpha and one.is_kept_on)
    return below_baseline(evidence, evidence.runs("training"), wanted, final(), lambda one: f"from epoch {one.start}")


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
            return [part(str(one), final(), found[one], found[other]) for one, other in pairs]
    return []


def _line_slope(across: np.ndarray, up: np.ndarray) -> float:
    """The slope of the least-squares line through points."""
    centred = across - across.mean()
    return float(centred @ up / (centred @ centred))


def _is_twin(one: Condition, other: Condition) -> bool:
    """Whether the other condition is the same penalty from epoch 0."""
    return other.is_from_start and other.alpha == one.alpha
