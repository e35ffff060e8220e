"""The runs without which a figure does not show what it is for."""

from collections.abc import Callable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Need:
    """That at least so many conditions mean something: in words, as a line of params.yaml, and as a test.

    `fits` is given what a condition means: alpha, the settings of its training and, unless alpha is 0, modules, start
    and stop; of a pair of runs, these with `_first` and `_second` behind.
    """

    says: str
    example: str
    fits: Callable[[dict], bool]
    least: int = 1


def kept_on(means: dict) -> bool:
    """Whether a penalty, once there, stays to the end."""
    return means["alpha"] != 0 and means["stop"] >= means["epochs"]


def suppressed(means: dict) -> bool:
    """Whether selectivity is suppressed until training ends."""
    return means["alpha"] < 0 and kept_on(means)


def promoted(means: dict) -> bool:
    """Whether selectivity is promoted from the first epoch, but not until training ends."""
    return means["alpha"] > 0 and means["start"] == 0 and not kept_on(means)


BASELINE = Need(
    "a condition without penalty",
    "a condition such as `baseline: {alpha: 0}`",
    lambda means: means["alpha"] == 0,
)
SUPPRESSED = Need(
    "a condition that suppresses selectivity from epoch 0 to the end",
    "a condition such as `suppressed: {alpha: -20, modules: [4, 5, 6], start: 0}`",
    lambda means: suppressed(means) and means["start"] == 0,
)
SUPPRESSED_LATER = Need(
    "a condition that suppresses selectivity from a later epoch to the end",
    "a condition such as `suppressed_from_5: {alpha: -20, modules: [4, 5, 6], start: 5}`",
    lambda means: suppressed(means) and means["start"] > 0,
)
PENALISED = Need(
    "a condition that suppresses or promotes selectivity",
    "a condition such as `suppressed: {alpha: -20, modules: [4, 5, 6], start: 0}`",
    lambda means: means["alpha"] != 0,
)
PROMOTED = Need(
    "a condition that promotes selectivity in the first epochs",
    "a condition such as `promoted: {alpha: 10, modules: [4, 5, 6], start: 0, stop: 4}`",
    promoted,
)
PROMOTED_ONCE = Need(
    "a condition that promotes selectivity in the first epoch alone",
    "a condition such as `promoted_once: {alpha: 1, modules: [4, 5, 6, 7], start: 0, stop: 1}`",
    lambda means: promoted(means) and means["stop"] == 1,
)
PROMOTED_LONGER = Need(
    "a condition that promotes selectivity in the first few epochs",
    "a condition such as `promoted_weakly: {alpha: 1, modules: [4, 5, 6, 7], start: 0, stop: 4}`",
    lambda means: promoted(means) and means["stop"] > 1,
)
LIFTED = Need(
    "a condition that suppresses selectivity in the first epochs and then no more",
    "a condition such as `suppressed_then_lifted: {alpha: -20, modules: [4, 5, 6], start: 0, stop: 4}`",
    lambda means: means["alpha"] < 0 and means["start"] == 0 and not kept_on(means),
)


def several(need: Need) -> Need:
    """The same for two conditions or more, which differ in the strength of the penalty or in its onset."""
    words = need.says.replace("a condition that suppresses", "two or more conditions that suppress")
    return replace(need, says=words, least=2)
