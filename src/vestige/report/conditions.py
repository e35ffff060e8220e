"""The conditions of a study as a table, read off the coordinates of its training results."""

from dataclasses import dataclass
from math import inf

import numpy as np

from vestige.condition import Condition
from vestige.metrics.intervals import student_interval
from vestige.metrics.summaries import accuracies
from vestige.report.wording import ABSENT, format_fixed, format_list, number

CONFIDENCE = 0.95
RUNNING = "val_accuracy_running"  # of the same networks with running statistics of batch norm


@dataclass(frozen=True)
class ConditionRow:
    """What was done in a condition, and how well its networks classify in the end (fractions)."""

    name: str
    done: Condition
    seeds: tuple[int, ...]
    accuracies: tuple[float, ...]
    with_running: tuple[float, ...] = ()  # where batch-norm statistics are recomputed, with running ones
    diverged: tuple[tuple[int, int], ...] = ()  # seed of a network, and epoch in which it diverged

    @property
    def epochs(self) -> int:
        """How long its networks are trained."""
        return self.done.epochs

    @property
    def selectivity(self) -> str:
        """What becomes of selectivity, in words."""
        if not self.done.is_penalised:
            return "left alone"
        return f"{'suppressed' if self.done.is_suppressed else 'promoted'}, α = {number(self.done.alpha)}"

    @property
    def penalised_epochs(self) -> str:
        """The epochs in which there is a penalty."""
        if not self.done.is_penalised:
            return ABSENT
        if not self.done.is_kept_on:
            return f"{self.done.start} to {self.done.stop}, then none"
        return "all" if self.done.is_from_start else f"from {self.done.start} to the end"

    @property
    def modules(self) -> str:
        """The modules on which it acts."""
        return format_list(map(str, self.done.modules)) if self.done.is_penalised else ABSENT

    @property
    def other_settings(self) -> tuple[tuple[str, str], ...]:
        """The settings of training that it overrides, but for the number of epochs."""
        return tuple((key.replace("_", " "), number(value)) for key, value in self.done.overrides)

    @property
    def accuracy(self) -> tuple[str, str]:
        """Mean final accuracy over seeds in per cent, and its 95 % Student t interval."""
        return in_per_cent(self.accuracies, possible=(0.0, 100.0))

    @property
    def gain(self) -> tuple[str, str]:
        """What recomputed statistics add to the accuracy with running ones, in points; empty where they are not."""
        if not self.with_running:
            return ABSENT, ""
        return in_per_cent(np.subtract(self.accuracies, self.with_running), sign="+")


def in_per_cent(shares, sign: str = "", possible: tuple[float, float] = (-inf, inf)) -> tuple[str, str]:
    """The mean of shares over seeds in per cent, and its 95 % Student t interval, cut where the mean cannot lie.

    There is no interval of a single seed.
    """
    mean, half = (100 * float(each) for each in student_interval(np.array(shares), CONFIDENCE))
    words = [format_fixed(value, 1) for value in (mean, max(mean - half, possible[0]), min(mean + half, possible[1]))]
    mean_said, low, high = (f"+{word}" if sign and word[0].isdigit() else word for word in words)
    return mean_said, "" if np.isnan(half) else f"[{low}, {high}]"


def conditions_of(runs, classes: int) -> list[ConditionRow]:
    """Every condition of the training results, in their order; the images have so many classes."""
    groups: dict[str, list] = {}
    for run in runs:
        groups.setdefault(run["condition"].item(), []).append(run)
    return [row_of(name, same, classes) for name, same in groups.items()]


def row_of(name: str, runs, classes: int) -> ConditionRow:
    """A condition from the training results of its seeds; a network that diverged is at chance in the end."""
    as_running = [run.assign(val_accuracy=run[RUNNING]) for run in runs if RUNNING in run]
    return ConditionRow(
        name=name,
        done=Condition.from_dataset(runs[0]),
        seeds=tuple(run["seed"].item() for run in runs),
        accuracies=final_accuracies(runs, classes),
        with_running=final_accuracies(as_running, classes),
        diverged=tuple((run["seed"].item(), run["diverged"].item()) for run in runs if "diverged" in run),
    )


def final_accuracies(runs, classes: int) -> tuple[float, ...]:
    """The accuracy of each run on the validation images in the end."""
    return tuple(accuracies(run, classes)["val_accuracy"].values[-1].item() for run in runs)


def baselines(conditions: list[ConditionRow]) -> list[ConditionRow]:
    """The conditions in which nothing was done."""
    return [condition for condition in conditions if condition.done.is_baseline]
