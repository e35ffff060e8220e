"""Made-up studies in which the number that decides a claim is known: `AT[claim](value)` says how they are made."""

import numpy as np
from claims.worlds import COST, EPOCHS, LONG, World

RISE, RECESSION, SLOW_DECAY, LIFT = 0.4, 0.25, 4.0, 4
ABOVE_CHANCE = (
    0.9 / 0.8
)  # of an area under a curve of accuracies from 0.9 to 0: what exceeds chance, as a share of itself
EARLY, END, BEFORE = np.arange(1, 5), np.arange(10, 13), np.arange(8, 10)


def receded(epochs, decay: float):
    """The share of a recession that is over."""
    return 1 - np.exp(-(np.asarray(epochs) - 1) / decay)


def half_way(decay: float) -> float:
    """By how much more than half of the way to the end any early epoch's level is left behind three epochs later."""
    level = lambda epochs: -RECESSION * receded(epochs, decay)  # noqa: E731
    return np.max((level(EARLY) + level(END).mean()) / 2 - level(EARLY + 3))


def decay_at(value: float) -> float:
    """The decay at which `half_way` has a value, by bisection."""
    low, high = 0.5, 1000.0
    for _ in range(100):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if half_way(middle) > value else (low, middle)
    return low


GONE = receded(END, 1.0).mean()  # of a recession, in the end
DRIFT = receded(END, SLOW_DECAY).mean() - receded(BEFORE, SLOW_DECAY).mean()
LEFT = np.exp(-(np.arange(29, LONG + 1) - LIFT) / World.recovery).mean()  # of a cost, long after the lift

# claim -> the fields of the world in which the number of its deciding part is a value
AT = {
    "selectivity_rises_early": lambda v: {"rise": v / (1 - 1 / EPOCHS), "recession": 0.0, "last_recession": 0.0},
    "the_peak_is_in_the_first_epoch": lambda v: {"recession": -v / receded(EPOCHS, 1.0)},
    "selectivity_recedes": lambda v: {"recession": v / GONE},
    "selectivity_recedes_quickly": lambda v: {"decay": decay_at(v), "recession": RECESSION},
    "selectivity_does_not_recede_completely": lambda v: {"recession": (RISE - v) / GONE},
    "selectivity_settles": lambda v: {"recession": -v / DRIFT, "decay": SLOW_DECAY},
    "selectivity_stays_in_the_last_module": lambda v: {"last_recession": v / GONE},
    "selective_ablation_hurts_more_early": lambda v: {"selective_first": 0.5 - v / ABOVE_CHANCE},
    "selective_ablation_hurts_less_at_the_end": lambda v: {"selective_last": 0.5 - v / ABOVE_CHANCE},
    "selective_ablation_hurts_more_in_the_last_module": lambda v: {"last_module": 0.5 - v / ABOVE_CHANCE},
    "selective_area_grows": lambda v: {"selective_last": 0.35 + v / ABOVE_CHANCE},
    "random_area_stays": lambda v: {"random_last": 0.5 + v / ABOVE_CHANCE},
    "early_and_late_layers_are_alike_first": lambda v: {"similar_last": 0.8 - v},
    "early_similarity_is_high": lambda v: {"similar_first": v},
    "late_similarity_is_low": lambda v: {"similar_last": v},
    "all_layers_are_more_alike_first": lambda v: {"neighbours_last": 0.8 - v},
    "suppression_prevents_the_peak": lambda v: {"suppressed_peak": 0.1 + RISE / 2 - v},
    "suppression_makes_networks_differ": lambda v: {"lost_similarity": v},
    "suppression_from_epoch_0_costs_accuracy": lambda v: {"cost": COST | {-20: v}},
    "suppression_from_later_costs_nothing": lambda v: {"later_cost": {-20: v}},
    "suppression_costs_more_the_stronger": lambda v: {
        "cost": COST | {alpha: 0.1 + v * np.log2(-alpha) for alpha in (-1, -5, -10, -20)}
    },
    "stronger_suppression_lowers_selectivity_more": lambda v: {"per_doubling": v},
    "suppression_by_1_does_nothing": lambda v: {"cost": COST | {-1: v}, "later_cost": {-1: v}},
    "suppression_by_5_is_worse_from_epoch_0": lambda v: {"later_cost": {-5: COST[-5] - v}},
    "strong_suppression_is_much_worse_from_epoch_0": lambda v: {
        "later_cost": {alpha: COST[alpha] - v for alpha in (-10, -20)}
    },
    "strong_promotion_saturates_selectivity": lambda v: {"promoted": v},
    "strong_promotion_leaves_the_last_module_below": lambda v: {"last_of_promoted": World.promoted - v},
    "strong_promotion_harms": lambda v: {"cost": COST | {10: v, 20: v}},
    "weak_promotion_harms": lambda v: {"cost": COST | {1: v, 5: v}},
    "kept_on_suppression_is_never_recovered_from": lambda v: {"long_cost": v},
    "lifted_suppression_is_recovered_from": lambda v: {"long_cost": v / LEFT},
    "the_gap_closes_after_the_lift": lambda v: {"long_cost": v / (1 - LEFT)},
    "recovery_is_slow": lambda v: {"long_cost": v / np.exp(-20 / World.recovery)},
    "suppression_over_represents_classes_early": lambda v: {"excess_first": v},
    "suppression_over_represents_classes_no_more_at_the_end": lambda v: {"excess_last": v, "excess_usual": 0.3},
    "promotion_over_represents_classes_early": lambda v: {"excess_first": v},
    "promotion_over_represents_classes_no_more_at_the_end": lambda v: {"excess_last": v, "excess_usual": 0.3},
}
# Claims that presuppose no other, one for each kind of result -> conditions that a study must have for it.
FILES = {
    "suppression_from_epoch_0_costs_accuracy": ("baseline", "zero_20"),
    "selectivity_recedes": ("baseline",),
    "selective_area_grows": ("baseline",),
    "early_similarity_is_high": ("baseline",),
}
SYMMETRIC = ["normal", "coarse", "heavy tails"]  # deviations of which verdicts may be false in 2.5 % at most
SMALL = 0.005  # standard deviation of a seed's number at which power is asked for
# Claims of accuracy, whose half margin is two such deviations: a test without a distribution takes all of five seeds
# beyond the bound, which is to be had in .98 ** 5 = 89 % of studies at best (all parts in fewer). Six may differ.
SIX_SEEDS = (
    "suppression_from_epoch_0_costs_accuracy",
    "suppression_from_later_costs_nothing",
    "strong_suppression_is_much_worse_from_epoch_0",
    "strong_promotion_harms",
    "weak_promotion_harms",
    "kept_on_suppression_is_never_recovered_from",
    "lifted_suppression_is_recovered_from",
    "the_gap_closes_after_the_lift",
    "recovery_is_slow",
)
STEP = 0.03  # of a claim of order alone: what is well beyond its bound, 0


def bounds(claim) -> list[float]:
    """The values between which and those that a claim calls true there is nothing."""
    return [claim.margin, -claim.margin] if claim.decision == "equivalent" else [claim.margin]


def beyond(claim) -> float:
    """A value at which a claim is true by half of its margin, or by a step where there is none."""
    if claim.decision == "equivalent":
        return 0.0
    if claim.margin in (0.5, 0.9):  # of a level
        return claim.margin + (STEP if claim.decision == "greater" else -STEP)
    if claim.decision == "less":
        return claim.margin / 2 if claim.margin else -STEP
    return 1.5 * claim.margin or STEP
