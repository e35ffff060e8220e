"""What the claims are read from: curves of single runs, by what was done to the run and by its seed."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from vestige.claims.chance import usable_area
from vestige.claims.conditions import Condition, Training, condition

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
    classes: int  # of the images, of which chance is one in so many

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

    def development(self, runs: Runs) -> BySeed:
        """The unpenalised runs of the longest training as the study's own but for its length, if it has early epochs.

        In a longer run more of what develops is to be seen.
        """
        plain = [one for one in runs if one.alpha == 0 and not one.training.overrides and one.training.long_enough]
        return runs[max(plain, key=lambda one: one.training.epochs)] if plain else {}

    @cached_property
    def modules(self) -> tuple[int, ...]:
        """The modules of the network, where any measure that goes through them is there to say."""
        measured = [*each_run(self.selectivity), *each_run(self.ablation)]
        layers = {str(layer) for run in each_run(self.cka) for layer in run["layer"].values}
        found = {int(module) for run in measured for module in run["module"].values}
        return tuple(sorted(found | {int(layer) for layer in layers if layer.isdigit()}))

    @property
    def last_module(self) -> int | None:
        """The last module of the network, if it is known."""
        return self.modules[-1] if self.modules else None

    @cached_property
    def early_modules(self) -> tuple[int, ...]:
        """The "early and intermediate modules": those that most penalties act on among the sets without the last.

        Where no penalty says which they are, all but the last.
        """
        known = {*self.training, *self.selectivity}
        sets = Counter(one.modules for one in known if one.alpha != 0 and self.last_module not in one.modules)
        return max(sets, key=lambda modules: (sets[modules], len(modules), modules), default=self.modules[:-1])

    def on_early_modules(self, wanted: Wanted) -> Wanted:
        """The same, of penalties on the early modules alone."""
        return lambda condition: condition.modules == self.early_modules and wanted(condition)


def evidence(training: list, selectivity: list, ablation: list, cka: list, classes: int) -> Evidence:
    """The opened results of a study, summed up as the figures do; silent units count as 0, as in the paper."""
    from vestige.metrics.summaries import module_means

    return Evidence(
        by_condition(training, lambda run: run),
        by_condition(selectivity, lambda run: module_means(run, "zero")["selectivity"]),
        by_condition(ablation, lambda run: usable_area(run, classes)),
        by_condition(cka, lambda run: run["cka"]),
        classes,
    )


def each_run(runs: Runs) -> list:
    """The curves of all runs."""
    return [curves for found in runs.values() for curves in found.values()]


def by_condition(runs: list, curves: Callable) -> Runs:
    """Condition -> seed, in rising order -> what `curves` makes of the run, with its length; in any order of runs."""
    found = {}
    for run in sorted(runs, key=lambda run: run["seed"].item()):
        found.setdefault(condition(run), {})[run["seed"].item()] = curves(bare(run)).assign_coords(
            epochs=run["epochs"].item()
        )
    return dict(sorted(found.items(), key=lambda item: repr(item[0])))


def bare(run):
    """The result without the coordinates that say what was done to the run."""
    return run.drop_vars([name for name, value in run.coords.items() if value.ndim == 0])
