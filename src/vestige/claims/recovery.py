"""Whether a network recovers from early suppression, in the longest runs (figure 15, appendix A.5.3)."""

from collections.abc import Callable

from vestige.claims.claim import Claim, Part, values
from vestige.claims.comparisons import STRONG, first_group, strongly_suppressed
from vestige.claims.evidence import Condition, Evidence, Group, Runs, Wanted
from vestige.claims.margins import ACCURACY, ACCURACY_REASON
from vestige.claims.suppression import BESIDE, LACKING
from vestige.claims.windows import FEW, at, at_end

LIFTED = (
    f"the early modules suppressed at alpha -20 (or another of -{STRONG} or below) from epoch 0 to one before the end, "
    f"{BESIDE}"
)
GAP = "validation accuracy without the penalty less with it"


def in_longest(evidence: Evidence, wanted: Wanted) -> tuple[Group, Runs] | None:
    """The longest training in which early modules were strongly suppressed as wanted, and the runs that were."""
    runs = evidence.training
    lasting = {one.training.epochs for one in runs if one.alpha == 0}
    for epochs in sorted(lasting, reverse=True):
        within = {one: found for one, found in runs.items() if one.training.epochs == epochs}
        chosen = first_group(evidence, within, strongly_suppressed(evidence, within, wanted))
        if chosen:
            return chosen
    return None


def never_recovered(evidence: Evidence) -> list[Part]:
    """What a penalty kept on costs at the end of the longest runs, if these were made to see that.

    They were if the study has shorter runs as well, or one of the same length whose penalty is lifted. Else this would
    be the cost of suppression from epoch 0 once more.
    """
    chosen = in_longest(evidence, lambda one: one.from_zero)
    if chosen is None:
        return []
    group, found = chosen
    epochs = group.training.epochs
    shorter = any(one.training.epochs < epochs for one in evidence.training)
    if not (shorter or any(one.alpha < 0 and one.lifted for one in group.penalised)):
        return []
    return compared(group, found, lambda accuracy, _: at_end(accuracy))


def after_lift(evidence: Evidence, read: Callable) -> list[Part]:
    """A part for each penalty that was lifted."""
    chosen = in_longest(evidence, lambda one: one.lifted)
    return compared(*chosen, read) if chosen else []


def compared(group: Group, found: Runs, read: Callable) -> list[Part]:
    """The baseline beside each condition; `read` takes validation accuracy and the epoch at which the penalty ends."""
    return [
        Part(f"{one}, trained for {group.training.epochs}", *(values(each, reading(read, one)) for each in columns))
        for one, columns in ((one, (group.baseline, runs)) for one, runs in found.items())
    ]


def reading(read: Callable, condition: Condition) -> Callable:
    """The same, of a run, for the end of the condition's penalty."""
    return lambda run: read(run["val_accuracy"], condition.stop)


def shortly_after(accuracy, lift: int) -> float:
    """The accuracy three epochs after the lift, if that is not the end yet."""
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
            f"{BESIDE}, in runs longer than others of the study, or beside a penalty lifted early"
        ),
        parts=never_recovered,
    ),
    Claim(
        name="lifted_suppression_is_recovered_from",
        sentence="If suppression is lifted after the first epochs, the network ends as accurate as an unpenalised one.",
        paper="figure 15b, section 4.4, appendix A.5.3",
        kind="training",
        decision="equivalent",
        margin=ACCURACY,
        margin_reason=ACCURACY_REASON,
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
        needs=LIFTED,
        parts=lambda evidence: after_lift(evidence, shortly_after),
        blank="the run ends within three epochs of the lift",
    ),
)
