"""Whether a network recovers from early suppression, in the longest runs (figure 15, appendix A.5.3)."""

from collections.abc import Callable

from vestige.claims.comparisons import first_group, strongly_suppressed
from vestige.claims.evidence import Evidence, Group, Runs, Wanted
from vestige.claims.parts import Part, part
from vestige.claims.windows import at_end, value_at
from vestige.condition import Condition

SLOW = 20  # epochs after the lift: the paper's recovery takes more (section 4.4)
MUCH_LONGER = 2  # times as long, or more; the paper trains for 60 epochs here and for 20 in its other figures of this


def cost_of_kept(evidence: Evidence) -> list[Part]:
    """What a penalty kept on costs at the end of the longest runs, if these were made to see that.

    They were if the study has the same penalty in a training at most half as long, or lifted in the same training.
    Else this would be the cost of suppression from epoch 0 once more.
    """
    chosen = _in_longest(evidence, lambda one: one.is_from_start and _made_to_see(evidence, one))
    return _compare_with_baseline(*chosen, lambda accuracy, _: at_end(accuracy)) if chosen else []


def cost_of_lifted(evidence: Evidence) -> list[Part]:
    """What a penalty that was lifted costs at the end."""
    return _after_lift(evidence, lambda accuracy, _: at_end(accuracy))


def regained_accuracy(evidence: Evidence) -> list[Part]:
    """What such a penalty costs at its end, less what it costs at the end of training."""
    return _after_lift(evidence, lambda accuracy, lift: value_at(accuracy, lift) - at_end(accuracy))


def cost_long_after(evidence: Evidence) -> list[Part]:
    """What such a penalty costs twenty epochs after its end."""
    return _after_lift(evidence, lambda accuracy, lift: value_at(accuracy, lift + SLOW), SLOW)


def _in_longest(evidence: Evidence, wanted: Wanted) -> tuple[Group, Runs] | None:
    """The longest training in which early modules were strongly suppressed as wanted, and the runs that were."""
    runs = evidence.runs("training")
    lasting = {one.epochs for one in runs if not one.is_penalised}
    for epochs in sorted(lasting, reverse=True):
        within = {one: found for one, found in runs.items() if one.epochs == epochs}
        chosen = first_group(evidence, within, strongly_suppressed(evidence, within, wanted))
        if chosen:
            return chosen
    return None


def _made_to_see(evidence: Evidence, kept: Condition) -> bool:
    """Whether a penalty from epoch 0 to the end has a twin that is much shorter, or one that is lifted."""
    return any(
        (one.is_from_start and _is_much_longer(kept, one)) or (one.is_lifted and one.training == kept.training)
        for one in evidence.runs("training")
        if (one.alpha, one.modules) == (kept.alpha, kept.modules)
    )


def _is_much_longer(one: Condition, other: Condition) -> bool:
    """Whether a condition is trained as another is, for twice its epochs or more."""
    alike = one.overrides == other.overrides
    return alike and one.epochs >= MUCH_LONGER * other.epochs


def _after_lift(evidence: Evidence, read: Callable, later: int = 1) -> list[Part]:
    """A part for each penalty that was lifted so many epochs or more before the end."""
    chosen = _in_longest(evidence, lambda one: one.is_lifted and one.stop + later <= one.epochs)
    return _compare_with_baseline(*chosen, read) if chosen else []


def _compare_with_baseline(group: Group, found: Runs, read: Callable) -> list[Part]:
    """The baseline beside each condition; `read` takes validation accuracy and the epoch at which the penalty ends."""
    said = f"trained for {group.training.epochs}"
    return [part(f"{one}, {said}", _reader_at_end(read, one), group.baseline, runs) for one, runs in found.items()]


def _reader_at_end(read: Callable, condition: Condition) -> Callable:
    """The same, of a run, for the end of the condition's penalty."""
    return lambda run: read(run["val_accuracy"], condition.stop)
