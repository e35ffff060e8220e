"""The conditions of a study as a table, read off the coordinates of its training results."""

from dataclasses import dataclass

import numpy as np

from vestige.metrics.intervals import student_interval
from vestige.report.wording import ABSENT, fixed, listed, number

CONFIDENCE = 0.95
PENALTY = ("alpha", "start", "stop", "modules")
USUAL = {"study", "condition", "seed", "epochs", *PENALTY}


@dataclass(frozen=True)
class Condition:
    """What training does to selectivity in a condition, and how well its networks classify in the end (fractions)."""

    name: str
    alpha: float
    penalised: str
    modules: str
    epochs: int
    others: tuple[tuple[str, str], ...]
    seeds: tuple[int, ...]
    accuracies: tuple[float, ...]

    @property
    def selectivity(self) -> str:
        """What becomes of selectivity, in words."""
        if self.alpha == 0:
            return "left alone"
        return f"{'suppressed' if self.alpha < 0 else 'promoted'}, α = {number(self.alpha)}"

    @property
    def accuracy(self) -> tuple[str, str]:
        """Mean final accuracy over seeds in per cent, and its 95 % Student t interval."""
        mean, half = (100 * float(each) for each in student_interval(np.array(self.accuracies), CONFIDENCE))
        low, high = fixed(mean - half, 1), fixed(mean + half, 1)
        return fixed(mean, 1), "" if np.isnan(half) else f"[{low}, {high}]"


def conditions_of(runs) -> list[Condition]:
    """Every condition of the training results, in their order."""
    groups: dict[str, list] = {}
    for run in runs:
        groups.setdefault(run["condition"].item(), []).append(run)
    return [condition(name, same) for name, same in groups.items()]


def condition(name: str, runs) -> Condition:
    """A condition from the training results of its seeds."""
    said = {key: value.item() for key, value in runs[0].coords.items() if value.ndim == 0}
    alpha = said["alpha"]
    modules = listed(said["modules"].split()) if alpha else ABSENT
    others = tuple((key.replace("_", " "), number(said[key])) for key in sorted(said.keys() - USUAL))
    return Condition(
        name=name,
        alpha=alpha,
        penalised=penalised(said) if alpha else ABSENT,
        modules=modules,
        epochs=said["epochs"],
        others=others,
        seeds=tuple(run["seed"].item() for run in runs),
        accuracies=tuple(run["val_accuracy"].values[-1].item() for run in runs),
    )


def penalised(said: dict) -> str:
    """The epochs in which there is a penalty."""
    if said["stop"] < said["epochs"]:
        return f"{said['start']} to {said['stop']}, then none"
    return "all" if said["start"] == 0 else f"from {said['start']} to the end"


def unpenalised(conditions: list[Condition]) -> list[Condition]:
    """The conditions that differ from the plain training in nothing."""
    return [condition for condition in conditions if condition.alpha == 0 and not condition.others]
