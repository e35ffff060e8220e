"""Tampering with selectivity over-represents classes in early predictions (figure 16, appendix A.5.4)."""

from collections.abc import Callable
from functools import partial
from math import nan

from vestige.claims.claim import Claim
from vestige.claims.comparisons import below_baseline, strongly_promoted, strongly_suppressed, with_first_epochs
from vestige.claims.evidence import Evidence, Wanted
from vestige.claims.margins import SPREAD, SPREAD_REASON
from vestige.claims.parts import Part
from vestige.claims.promotion import STRONGLY
from vestige.claims.suppression import BESIDE, SUPPRESSED
from vestige.claims.windows import OF_LENGTH, TOO_SHORT, Reading, at_end, first_few

TOP = 5  # classes, as in figure 16
EXCESS = (
    f"mean count of the five most predicted classes over that of an even spread (1 to classes / {TOP}: with ten "
    "classes at most 2), with the penalty less without it"
)
SATURATED = (
    f"it takes {2 * TOP} classes or more: with fewer the statistic saturates below 2, as {TOP} classes are more than "
    "half of all"
)


def suppressed(evidence: Evidence) -> Wanted:
    """Strong suppression from epoch 0 to the end."""
    return strongly_suppressed(evidence, evidence.runs("training"), lambda one: one.from_zero)


def excess(penalty: Callable, window: Callable, evidence: Evidence) -> list[Part]:
    """How much more than the baseline each penalised condition represents the classes that it predicts most."""
    wanted = penalty(evidence)
    if window is first_few:
        wanted = with_first_epochs(wanted)
    return below_baseline(
        evidence, evidence.runs("training"), wanted, lambda run: -window_mean(run, window, evidence.classes)
    )


def window_mean(run, window: Callable, classes: int) -> Reading:
    """The over-representation in some epochs; NaN where five classes are more than half of all."""
    from vestige.metrics.summaries import over_representation

    return window(over_representation(run, TOP)) if classes >= 2 * TOP else Reading(nan)


def both(word: str, penalty: Callable, needs: str) -> tuple[Claim, Claim]:
    """Over-representation under a penalty of either sign: there in the first epochs, gone at the end."""
    shared = {
        "paper": "figure 16, appendix A.5.4",
        "kind": "training",
        "margin_reason": SPREAD_REASON,
        "units": "1",
    }
    return (
        Claim(
            name=f"{word}_over_represents_classes_early",
            sentence=f"Under {word} from epoch 0, the network over-represents some classes in its first epochs.",
            decision="greater",
            margin=SPREAD,
            quantity=f"{EXCESS}, mean over epochs 1 to 3",
            parts=partial(excess, penalty, first_few),
            needs=f"{needs}, {OF_LENGTH}",
            blank=f"{TOO_SHORT}; {SATURATED}",
            **shared,
        ),
        Claim(
            name=f"{word}_over_represents_classes_no_more_at_the_end",
            sentence=f"Later, over-representation under {word} is no longer to be seen.",
            decision="equivalent",
            margin=SPREAD,
            quantity=f"{EXCESS}, mean over the last fifth of training",
            parts=partial(excess, penalty, at_end),
            needs=needs,
            blank=SATURATED,
            **shared,
        ),
    )


CLAIMS = (
    *both("suppression", suppressed, f"{SUPPRESSED.format(0)}, {BESIDE}"),
    *both("promotion", strongly_promoted, STRONGLY),
)
