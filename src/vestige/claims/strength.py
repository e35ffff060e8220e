"""How the cost of suppression depends on its strength and onset together (figure 11, appendix A.5.1)."""

import numpy as np

from vestige.claims.claim import Claim
from vestige.claims.comparisons import STRONG, below_baseline, final, first_group
from vestige.claims.conditions import Condition
from vestige.claims.evidence import Evidence, Wanted
from vestige.claims.margins import ACCURACY, ACCURACY_REASON, ORDER, ORDER_REASON
from vestige.claims.parts import Part, part
from vestige.claims.suppression import BESIDE, LACKING

LATER_LESS_ZERO = "validation accuracy, mean over the last fifth of training: penalised from later on less from epoch 0"
BOTH_ONSETS = "the early modules suppressed at {} from epoch 0 and from a later one, both to the end, " + BESIDE


def slope(evidence: Evidence) -> list[Part]:
    """By how much each doubling of |alpha| lowers the final accuracy: the least-squares line through all strengths."""
    wanted = evidence.on_early_modules(lambda one: one.alpha < 0 and one.from_zero)
    chosen = first_group(evidence, evidence.runs("training"), wanted)
    if chosen is None or len(chosen[1]) < 2:
        return []
    strengths = {one.alpha: part("", final(), runs) for one, runs in chosen[1].items()}
    doublings = np.log2(np.abs(list(strengths)))
    shared = sorted(set.intersection(*(set(each.first) for each in strengths.values())))
    lost = {seed: -np.array([each.first[seed] for each in strengths.values()]) for seed in shared}
    slopes = {seed: line_slope(doublings, column) for seed, column in lost.items()}
    return [Part("", slopes, used=next(iter(strengths.values())).used)] if shared else []


def line_slope(across: np.ndarray, up: np.ndarray) -> float:
    """The slope of the least-squares line through points."""
    centred = across - across.mean()
    return float(centred @ up / (centred @ centred))


def cost_of_minus_one(evidence: Evidence) -> list[Part]:
    """What suppression at the paper's weakest alpha costs, for each onset."""
    wanted = evidence.on_early_modules(lambda one: one.alpha == -1 and one.kept_on)
    return below_baseline(evidence, evidence.runs("training"), wanted, final(), lambda one: f"from epoch {one.start}")


def zero_against_later(evidence: Evidence, wanted: Wanted) -> list[Part]:
    """The final accuracy under each later onset, less that under suppression from epoch 0 at the same alpha."""
    early = evidence.on_early_modules(lambda one: wanted(one) and one.kept_on)
    for group in evidence.groups(evidence.runs("training")):
        found = {one: runs for one, runs in group.penalised.items() if early(one)}
        pairs = [(one, other) for one in found for other in found if one.later and is_twin(one, other)]
        if pairs:
            pairs = sorted(pairs, key=lambda pair: (-pair[0].alpha, pair[0].start))
            return [part(str(one), final(), found[one], found[other]) for one, other in pairs]
    return []


def is_twin(one: Condition, other: Condition) -> bool:
    """Whether the other condition is the same penalty from epoch 0."""
    return other.from_zero and other.alpha == one.alpha


CLAIMS = (
    Claim(
        name="suppression_costs_more_the_stronger",
        sentence="The cost of suppression from epoch 0 grows with the size of alpha.",
        paper="figure 11, appendix A.5.1",
        kind="training",
        decision="greater",
        margin=ORDER,
        margin_reason=ORDER_REASON,
        quantity="slope of the final validation accuracy lost, over the binary logarithm of |alpha|",
        units="1 per doubling of |alpha|",
        needs=f"the early modules suppressed from epoch 0 to the end at two alphas, with shared seeds, {BESIDE}",
        parts=slope,
    ),
    Claim(
        name="suppression_by_1_does_nothing",
        sentence="Suppression at alpha -1 makes no difference to accuracy, from epoch 0 or later.",
        paper="figure 11, appendix A.5.1",
        kind="training",
        decision="equivalent",
        margin=ACCURACY,
        margin_reason=ACCURACY_REASON,
        quantity=f"validation {LACKING}",
        units="1",
        needs=f"the early modules suppressed at alpha -1 to the end, {BESIDE}",
        parts=cost_of_minus_one,
    ),
    Claim(
        name="suppression_by_5_is_worse_from_epoch_0",
        sentence="At alpha -5, suppression from epoch 0 ends worse than suppression that sets in later.",
        paper="figure 11, appendix A.5.1",
        kind="training",
        decision="greater",
        margin=ORDER,
        margin_reason=ORDER_REASON,
        quantity=LATER_LESS_ZERO,
        units="1",
        needs=BOTH_ONSETS.format("alpha -5"),
        parts=lambda evidence: zero_against_later(evidence, lambda one: one.alpha == -5),
    ),
    Claim(
        name="strong_suppression_is_much_worse_from_epoch_0",
        sentence="At alpha -10 and beyond, it ends significantly worse from epoch 0 than from later.",
        paper="figures 7 and 11, appendix A.5.1",
        kind="training",
        decision="greater",
        margin=ACCURACY,
        margin_reason=ACCURACY_REASON,
        quantity=LATER_LESS_ZERO,
        units="1",
        needs=BOTH_ONSETS.format("alpha -10 or below"),
        parts=lambda evidence: zero_against_later(evidence, lambda one: one.alpha <= -STRONG),
    ),
)
