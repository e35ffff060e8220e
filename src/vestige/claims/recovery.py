"""Whether a network recovers from early suppression, in the longest runs (figure 15, appendix A.5.3)."""

from collections.abc import Callable

from vestige.claims.claim import Claim
from vestige.claims.comparisons import STRONG, first_group, strongly_suppressed
from vestige.claims.conditions import Condition
from vestige.claims.evidence import Evidence, Group, Runs, Wanted
from vestige.claims.margins import ACCURACY, ACCURACY_REASON, NO_LOWER
from vestige.claims.parts import Part, part
from vestige.claims.suppression import BESIDE, LACKING
from vestige.claims.windows import FEW, Reading, at, at_end

LIFTED = (
    f"the early modules suppressed at alpha -20 (or another of -{STRONG} or below) from epoch 0 to one before the end, "
    f"{BESIDE}"
)
MUCH_LONGER = 2  # times as long, or more; the paper trains for 60 epochs here and for 20 in its other figures of this
GAP = "validation accuracy without the penalty less with it"


def in_longest(evidence: Evidence, wanted: Wanted) -> tuple[Group, Runs] | None:
    """The longest training in which early modules were strongly suppressed as wanted, and the runs that were."""
    runs = evidence.runs("training")
    lasting = {one.training.epochs for one in runs if one.alpha == 0}
    for epochs in sorted(lasting, reverse=True):
        within = {one: found for one, found in runs.items() if one.training.epochs == epochs}
        chosen = first_group(evidence, within, strongly_suppressed(evidence, within, wanted))
        if chosen:
            return chosen
    return None


def never_recovered(evidence: Evidence) -> list[Part]:
    """What a penalty kept on costs at the end of the longest runs, if these were made to see that.

    They were if the study has the same penalty in a training at most half as long, or lifted in the same training.
    Else this would be the cost of suppression from epoch 0 once more.
    """
    chosen = in_longest(evidence, lambda one: one.from_zero and made_to_see(evidence, one))
    return compared(*chosen, lambda accuracy, _: at_end(accuracy)) if chosen else []


def made_to_see(evidence: Evidence, kept: Condition) -> bool:
    """Whether a penalty from epoch 0 to the end has a twin that is much shorter, or one that is lifted."""
    return any(
        (one.from_zero and is_much_longer(kept, one)) or (one.lifted and one.training == kept.training)
        for one in evidence.runs("training")
        if (one.alpha, one.modules) == (kept.alpha, kept.modules)
    )


def is_much_longer(one: Condition, other: Condition) -> bool:
    """Whether a condition is trained as another is, for twice its epochs or more."""
    alike = one.training.overrides == other.training.overrides
    return alike and one.training.epochs >= MUCH_LONGER * other.training.epochs


def after_lift(evidence: Evidence, read: Callable, later: int = 1) -> list[Part]:
    """A part for each penalty that was lifted so many epochs or more before the end."""
    chosen = in_longest(evidence, lambda one: one.lifted and one.stop + later <= one.training.epochs)
    return compared(*chosen, read) if chosen else []


def compared(group: Group, found: Runs, read: Callable) -> list[Part]:
    """The baseline beside each condition; `read` takes validation accuracy and the epoch at which the penalty ends."""
    said = f"trained for {group.training.epochs}"
    return [part(f"{one}, {said}", reading(read, one), group.baseline, runs) for one, runs in found.items()]


def reading(read: Callable, condition: Condition) -> Callable:
    """The same, of a run, for the end of the condition's penalty."""
    return lambda run: read(run["val_accuracy"], condition.stop)


def shortly_after(accuracy, lift: int) -> Reading:
    """The accuracy three epochs after the lift."""
    return at(accuracy, lift + FEW)


CLAIMS = (
    Claim(
        name="kept_on_suppression_is_never_recovered_from",
        sentence="If suppression from epoch 0 is kept on, even much longer training does not recover the accuracy.",
        paper="figure 15a, appendix A.5.3",
        kind="training",
        decision="greater",
        margin=ACCURACY,
        margin_reason=ACCURACY_REASON,
        quantity=f"validation {LACKING}",
        units="1",
        needs=(
            f"the early modules suppressed at alpha -20 (or another of -{STRONG} or below) from epoch 0 to the end, "
            f"{BESIDE}, in runs {MUCH_LONGER} times as long as another of the study with that penalty, or more, or "
            "beside the same penalty lifted early"
        ),
        parts=never_recovered,
    ),
    Claim(
        name="lifted_suppression_is_recovered_from",
        sentence="If suppression is lifted after the first epochs, the network ends as accurate as an unpenalised one.",
        paper="figure 15b, section 4.4, appendix A.5.3",
        kind="training",
        decision="less",
        margin=ACCURACY,
        margin_reason=f"{ACCURACY_REASON}; {NO_LOWER}",
        quantity=f"validation {LACKING}",
        units="1",
        needs=LIFTED,
        parts=lambda evidence: after_lift(evidence, lambda accuracy, _: at_end(accuracy)),
    ),
    Claim(
        name="the_gap_closes_after_the_lift",
        sentence="The accuracy lost is regained after suppression is lifted.",
        paper="figure 15b, section 4.4, appendix A.5.3",
        kind="training",
        decision="greater",
        margin=ACCURACY,
        margin_reason=ACCURACY_REASON,
        quantity=f"{GAP}: at the epoch of the lift, less over the last fifth of training",
        units="1",
        needs=LIFTED,
        parts=lambda evidence: after_lift(evidence, lambda accuracy, lift: at(accuracy, lift) - at_end(accuracy)),
    ),
    Claim(
        name="recovery_is_slow",
        sentence="That recovery is slow: shortly after the lift the network is still less accurate.",
        paper="figure 15b, section 4.4, appendix A.5.3",
        kind="training",
        decision="greater",
        margin=ACCURACY,
        margin_reason=ACCURACY_REASON,
        quantity=f"{GAP}: three epochs after the lift, where the paper's recovery takes more than twenty",
        units="1",
        needs=f"{LIFTED}, of {FEW} epochs or more after that end",
        parts=lambda evidence: after_lift(evidence, shortly_after, FEW),
    ),
)
