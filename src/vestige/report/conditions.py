"""The conditions of a study as a table, read off the coordinates of its training results."""

from dataclasses import dataclass

import numpy as np

from vestige.condition import Condition
from vestige.metrics.intervals import student_interval
from vestige.report.wording import ABSENT, fixed, listed, number

CONFIDENCE = 0.95


@dataclass(frozen=True)
class ConditionRow:
    """What was done in a condition, and how well its networks classify in the end (fractions)."""

    name: str
    done: Condition
    seeds: tuple[int, ...]
    accuracies: tuple[float, ...]

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
    def penalised(self) -> str:
        """The epochs in which there is a penalty."""
        if not self.done.is_penalised:
            return ABSENT
        if not self.done.is_kept_on:
            return f"{self.done.start} to {self.done.stop}, then none"
        return "all" if self.done.is_from_start else f"from {self.done.start} to the end"

    @property
    def modules(self) -> str:
        """The modules on which it acts."""
        return listed(map(str, self.done.modules)) if self.done.is_penalised else ABSENT

    @property
    def others(self) -> tuple[tuple[str, str], ...]:
        """The settings of training that it overrides, but for the number of epochs."""
        return tuple((key.replace("_", " "), number(value)) for key, value in self.done.overrides)

    @property
    def accuracy(self) -> tuple[str, str]:
        """Mean final accuracy over seeds in per cent, and its 95 % Student t interval."""
        mean, half = (100 * float(each) for each in student_interval(np.array(self.accuracies), CONFIDENCE))
        low, high = fixed(mean - half, 1), fixed(mean + half, 1)
        return fixed(mean, 1), "" if np.isnan(half) else f"[{low}, {high}]"


def conditions_of(runs) -> list[ConditionRow]:
    """Every condition of the training results, in their order."""
    groups: dict[str, list] = {}
    for run in runs:
        groups.setdefault(run["condition"].item(), []).append(run)
    return [row_of(name, same) for name, same in groups.items()]


def row_of(name: str, runs) -> ConditionRow:
    """A condition from the training results of its seeds."""
    return ConditionRow(
        name=name,
        done=Condition.from_dataset(runs[0]),
        seeds=tuple(run["seed"].item() for run in runs),
        accuracies=tuple(run["val_accuracy"].values[-1].item() for run in runs),
    )


def baselines(conditions: list[ConditionRow]) -> list[ConditionRow]:
    """The conditions in which nothing was done."""
    return [condition for condition in conditions if condition.done.is_baseline]
