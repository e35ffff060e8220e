"""The runs without which a figure does not show what it is for: the check asks for them, no plot does."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

DISTINCT = ("alpha", "start")  # in what penalised conditions may be asked to differ
ONE = "a condition that"  # how the words for a penalised condition begin


@dataclass(frozen=True)
class Need:
    """That at least so many conditions mean something: in words, as a line of params.yaml, and as a test.

    Where `distinct` names something that conditions mean, those that have it in common count once. `fits` is given a
    condition, or of a pair of runs (`axis`) those of both.
    """

    says: str
    example: str
    fits: Callable[..., bool]
    least: int = 1
    distinct: str | None = None
    axis: str = "run"

    def is_met(self, done: Iterable) -> bool:
        """Whether enough conditions (or pairs of them) fit; the same counts once."""
        return len({self.distinct_value(each) for each in done if self.fits(each)}) >= self.least

    @property
    def is_penalised(self) -> bool:
        """Whether the conditions that fit have a penalty."""
        return self.says.startswith(ONE)

    def distinct_value(self, each):
        """What counts once."""
        return getattr(each, self.distinct) if self.distinct else each


NEEDS = {
    "baseline": Need(
        "a condition without penalty",
        "a condition such as `baseline: {alpha: 0}`",
        lambda done: not done.is_penalised,
    ),
    "suppressed": Need(
        "a condition that suppresses selectivity from epoch 0 to the end",
        "a condition such as `suppressed: {alpha: -20, modules: [...], start: 0}`",
        lambda done: done.is_suppressed and done.is_from_start,
    ),
    "suppressed_later": Need(
        "a condition that suppresses selectivity from a later epoch to the end",
        "a condition such as `suppressed_from_5: {alpha: -20, modules: [...], start: 5}`",
        lambda done: done.is_suppressed and done.is_later,
    ),
    "penalised": Need(
        "a condition that suppresses or promotes selectivity",
        "a condition such as `suppressed: {alpha: -20, modules: [...], start: 0}`",
        lambda done: done.is_penalised,
    ),
    "promoted": Need(
        "a condition that promotes selectivity in the first epochs",
        "a condition such as `promoted: {alpha: 10, modules: [...], start: 0, stop: 4}`",
        lambda done: done.is_promoted and done.is_lifted,
    ),
    "promoted_once": Need(
        "a condition that promotes selectivity in the first epoch alone",
        "a condition such as `promoted_once: {alpha: 1, modules: [...], start: 0, stop: 1}`",
        lambda done: done.is_promoted and done.is_lifted and done.stop == 1,
    ),
    "promoted_longer": Need(
        "a condition that promotes selectivity in the first few epochs",
        "a condition such as `promoted_weakly: {alpha: 1, modules: [...], start: 0, stop: 4}`",
        lambda done: done.is_promoted and done.is_lifted and done.stop > 1,
    ),
    "lifted": Need(
        "a condition that suppresses selectivity in the first epochs and then no more",
        "a condition such as `suppressed_then_lifted: {alpha: -20, modules: [...], start: 0, stop: 4}`",
        lambda done: done.is_suppressed and done.is_lifted,
    ),
    "regularized": Need(
        "a condition that sets dropout, l1 or l2 and nothing else",
        "a condition such as `dropout_50: {dropout: 0.5}`",
        lambda done: done.regularizer is not None,
    ),
    "pairs_without_penalty": Need(
        "a pair of networks without penalty",
        "a pair such as `baseline: {first: baseline, second: baseline}`",
        lambda done: not any(each.is_penalised for each in done),
        axis="pair",
    ),
}


def at_least_two(need: Need, distinct: str) -> Need:
    """The same for two conditions or more, which differ in the strength of the penalty (alpha) or its onset (start)."""
    words = need.says.replace(ONE, "two or more conditions that")
    words = words.replace("suppresses", "suppress").replace("promotes", "promote")
    again = f"{need.example} and another with a different {distinct}"
    return replace(need, says=f"{words}, with different {distinct}", example=again, least=2, distinct=distinct)
