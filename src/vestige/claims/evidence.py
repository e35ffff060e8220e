"""What the claims are read from: curves of single runs, by what was done to the run and by its seed."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

USUAL = {"study", "condition", "seed", "alpha", "start", "stop", "modules", "epochs"}


@dataclass(frozen=True)
class Training:
    """How long a network was trained, and the keys of `training` that its condition overrides."""

    epochs: int
    overrides: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Condition:
    """What was done to a run, whatever its name: where alpha is 0, `start`, `stop` and `modules` say nothing."""

    training: Training
    alpha: float
    start: int = 0
    stop: int = 0
    modules: tuple[int, ...] = ()

    @property
    def kept_on(self) -> bool:
        """Whether the penalty lasts to the end."""
        return self.stop >= self.training.epochs

    @property
    def from_zero(self) -> bool:
        """Whether it is there all the time."""
        return self.start == 0 and self.kept_on

    @property
    def later(self) -> bool:
        """Whether it sets in after at least one epoch, and lasts to the end."""
        return self.start >= 1 and self.kept_on

    @property
    def lifted(self) -> bool:
        """Whether it is there from the first epoch and ends before training does."""
        return self.start == 0 and not self.kept_on

    def __str__(self) -> str:
        """For instance "alpha -20 from epoch 0", "alpha 10 in epochs 0 to 4"."""
        when = f"from epoch {self.start}" if self.kept_on else f"in epochs {self.start} to {self.stop}"
        return f"alpha {self.alpha:g} {when}"


BySeed = dict[int, Any]
Runs = dict[Condition, BySeed]
Wanted = Callable[[Condition], bool]


class Group(NamedTuple):
    """Conditions that differ in their penalty alone, beside their baseline: the same training without a penalty."""

    training: Training
    baseline: BySeed
    penalised: Runs


@dataclass(frozen=True)
class Evidence:
    """The four kinds of result: condition -> seed -> a run's Dataset or, of selectivity and ablation, its curves."""

    training: Runs
    selectivity: Runs
    ablation: Runs
    cka: Runs

    def groups(self, runs: Runs) -> Iterator[Group]:
        """The groups among some runs, first the training that most conditions of the study share, then the longest.

        That is the study's own: a condition that overrides it, or lasts longer, stands beside few others.
        """
        known = {*self.training, *self.selectivity, *self.ablation, *self.cka}
        shared = Counter(condition.training for condition in known)
        for training in sorted(shared, key=lambda one: (-shared[one], -one.epochs, str(one.overrides))):
            group = {condition: found for condition, found in runs.items() if condition.training == training}
            if baseline := next((found for condition, found in group.items() if condition.alpha == 0), None):
                yield Group(training, baseline, {one: found for one, found in group.items() if one.alpha != 0})

    def baseline(self, runs: Runs) -> BySeed:
        """The unpenalised runs of the study's own training; none where there are none."""
        return next((group.baseline for group in self.groups(runs)), {})

    @cached_property
    def last_module(self) -> int | None:
        """The last module of the network, where any measure that goes through its modules is there to say."""
        measured = [*each_run(self.selectivity), *each_run(self.ablation)]
        modules = {int(module) for run in measured for module in run["module"].values}
        layers = {str(layer) for run in each_run(self.cka) for layer in run["layer"].values}
        return max(modules | {int(layer) for layer in layers if layer.isdigit()}, default=None)

    @cached_property
    def early_modules(self) -> tuple[int, ...]:
        """The "early and intermediate modules": those that most penalties act on among the sets without the last."""
        known = {*self.training, *self.selectivity}
        sets = Counter(one.modules for one in known if one.alpha != 0 and self.last_module not in one.modules)
        return max(sets, key=lambda modules: (sets[modules], len(modules), modules), default=())

    def on_early_modules(self, wanted: Wanted) -> Wanted:
        """The same, of penalties on the early modules alone."""
        return lambda condition: condition.modules == self.early_modules and wanted(condition)


def evidence(training: list, selectivity: list, ablation: list, cka: list) -> Evidence:
    """The opened results of a study, summed up as the figures do; silent units count as 0, as in the paper."""
    from vestige.formulas.summaries import ablation_curves, module_means

    return Evidence(
        by_condition(training, lambda run: run),
        by_condition(selectivity, lambda run: module_means(run, "zero")["selectivity"]),
        by_condition(ablation, lambda run: ablation_curves(run)["area"]),
        by_condition(cka, lambda run: run["cka"]),
    )


def each_run(runs: Runs) -> list:
    """The curves of all runs."""
    return [curves for found in runs.values() for curves in found.values()]


def by_condition(runs: list, curves: Callable) -> Runs:
    """Condition -> seed, in rising order -> what `curves` makes of the run; in whatever order the runs come."""
    found = {}
    for run in sorted(runs, key=lambda run: run["seed"].item()):
        found.setdefault(condition(run), {})[run["seed"].item()] = curves(bare(run))
    return dict(sorted(found.items(), key=lambda item: repr(item[0])))


def bare(run):
    """The result without the coordinates that say what was done to the run."""
    return run.drop_vars([name for name, value in run.coords.items() if value.ndim == 0])


def condition(run) -> Condition:
    """What was done to a run, from the scalar coordinates of its result."""
    said = {name: value.item() for name, value in run.coords.items() if value.ndim == 0}
    training = Training(said["epochs"], tuple(sorted((key, said[key]) for key in said.keys() - USUAL)))
    if said["alpha"] == 0:
        return Condition(training, 0.0)
    modules = tuple(int(module) for module in said["modules"].split())
    return Condition(training, said["alpha"], said["start"], said["stop"], modules)
