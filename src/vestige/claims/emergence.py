"""Class selectivity rises in the first epochs and recedes, but not in the last module (figure 2, section 4.1)."""

import numpy as np

from vestige.claims.claim import Claim
from vestige.claims.comparisons import in_modules
from vestige.claims.margins import INDEX, INDEX_REASON, ORDER
from vestige.claims.windows import (
    FIRST,
    NO_END,
    OF_LENGTH,
    TOO_SHORT,
    Reading,
    after_peak,
    at,
    at_end,
    early_peak,
    peak,
)

PLAIN = "runs without a penalty (alpha 0) and without overrides but of epochs"
UNPENALISED = f"{PLAIN}, {OF_LENGTH}"
INDEX_MEAN = "mean selectivity (silent units count as 0)"
HIGHEST = f"{INDEX_MEAN}: its largest value in {FIRST}"


def rise(curve) -> Reading:
    """By how much it rises in the first epochs, less any rise that is still to come after them.

    A rise is sharp if it is over then: one that goes on for many epochs has most of its height still to come.
    """
    return (early_peak(curve) - at(curve, 0)) - (peak(curve) - early_peak(curve))


def recession(curve) -> Reading:
    """The highest value of the early window, less that at the end."""
    return early_peak(curve) - at_end(curve)


def quickness(curve) -> Reading:
    """What is lost in the three epochs after the peak, less half of all that is lost.

    A recession smaller than the margin counts as the margin: of none, chance would lose the most right after the peak.
    """
    whole = recession(curve)
    return early_peak(curve) - after_peak(curve) - Reading(np.maximum(whole.value, INDEX) / 2, whole.epochs)


CLAIMS = (
    Claim(
        name="selectivity_rises_early",
        sentence="Class selectivity rises sharply in the first epochs, in every module.",
        paper="figure 2, section 4.1",
        kind="selectivity",
        decision="greater",
        margin=INDEX,
        margin_reason=INDEX_REASON,
        quantity=f"{HIGHEST}, less that before training, and less what it rises further after those epochs",
        units="1",
        needs=UNPENALISED,
        parts=lambda evidence: in_modules(evidence.development(evidence.runs("selectivity")), evidence.modules, rise),
        blank=f"{TOO_SHORT}, and before training",
    ),
    Claim(
        name="selectivity_recedes",
        sentence="In the early and intermediate modules, all but the last, selectivity then recedes.",
        paper="figure 2, section 4.1",
        kind="selectivity",
        decision="greater",
        margin=INDEX,
        margin_reason=INDEX_REASON,
        quantity=f"{HIGHEST}, less its mean over the last fifth of the run",
        units="1",
        needs=UNPENALISED,
        parts=lambda evidence: in_modules(
            evidence.development(evidence.runs("selectivity")), evidence.early_modules, recession
        ),
        blank=f"{TOO_SHORT}; {NO_END}",
    ),
    Claim(
        name="selectivity_recedes_quickly",
        sentence="Most of that recession comes within the three epochs after the peak.",
        paper="figure 2, sections 4.1 and 5",
        kind="selectivity",
        decision="greater",
        margin=ORDER,
        margin_reason=(
            "most is more than half, so the bound is 0; a recession of less than 0.05, which does not count as one, is "
            "taken for 0.05"
        ),
        quantity=(
            f"{HIGHEST}, less that three epochs later, less half of its whole fall, to its mean over the last fifth of "
            "the run"
        ),
        units="1",
        needs=UNPENALISED,
        parts=lambda evidence: in_modules(
            evidence.development(evidence.runs("selectivity")), evidence.early_modules, quickness
        ),
        blank=f"{TOO_SHORT}, and three epochs after the peak; {NO_END}",
    ),
    Claim(
        name="selectivity_stays_in_the_last_module",
        sentence="In the last module selectivity does not recede.",
        paper="figure 2, section 4.1",
        kind="selectivity",
        decision="less",
        margin=INDEX,
        margin_reason=(
            f"less than what counts as a recession in the other modules, {INDEX_REASON}; a module that goes on rising "
            "does not recede either, so there is no lower bound"
        ),
        quantity=f"{HIGHEST}, less its mean over the last fifth of the run",
        units="1",
        needs=UNPENALISED,
        parts=lambda evidence: in_modules(
            evidence.development(evidence.runs("selectivity")), [evidence.last_module], recession
        ),
        blank=f"{TOO_SHORT}; {NO_END}",
    ),
)
