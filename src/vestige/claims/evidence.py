"""What the claims are read from: curves of single runs, by what was done to the run and by its seed."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from vestige.claims import curves
from vestige.claims.chance import without_runs_near_chance
from vestige.claims.pairs import Network, beside_baselines
from vestige.claims.windows import SHORTEST
from vestige.condition import Condition, Training

BySeed = dict[int, Any]
Runs = dict[Condition, BySeed]
Wanted = Callable[[Condition], bool]
Modules = Literal["all", "early", "last"]
PAIRED = "between"  # the kind of result that is of two runs
ACCURATE = "training"  # that which holds how accurate networks are
UNTRAINED = "untrained"  # that which is of networks without a run
NONE: Mapping = MappingProxyType({})
MODULE_AXES = ("module", "layer")  # dimensions of curves along which modules are named, some beside other layers


class Group(NamedTuple):
    """Conditions that differ in their penalty alone, beside their baseline: the same training without a penalty."""

    training: Training
    baseline: BySeed
    penalised: Runs


@dataclass(frozen=True)
class Evidence:
    """By kind of result: condition -> seed -> the curves of a run, as `curves` reads them off its result.

    Of `between` they are those of a pair, whose other network is of the condition's baseline. `untrained` are sets of
    networks of no run, `accuracy` is each trained network's on the validation images, by epoch.
    """

    by_kind: dict[str, Runs]
    classes: int  # of the images, of which chance is one in so many
    untrained: tuple = ()
    accuracy: Mapping[Network, Any] = field(default_factory=dict)
    least_accuracy: float = 0.0  # under which the second paper leaves runs out

    def runs(self, kind: str) -> Runs:
        """The runs that have a result of a kind."""
        return self.by_kind.get(kind, {})

    def groups(self, runs: Runs) -> Iterator[Group]:
        """The groups among some runs, first the training that most conditions of the study share, then the longest.

        That is the study's own: a condition that overrides it, or lasts longer, stands beside few others.
        """
        known = {condition for found in self.by_kind.values() for condition in found}
        shared = Counter(condition.training for condition in known)
        for training in sorted(shared, key=lambda one: (-shared[one], -one.epochs, str(one.overrides))):
            group = {condition: found for condition, found in runs.items() if condition.training == training}
            if baseline := next((found for condition, found in group.items() if not condition.is_penalised), None):
                yield Group(training, baseline, {one: found for one, found in group.items() if one.is_penalised})

    def development(self, runs: Runs) -> BySeed:
        """The unpenalised runs of the longest training as the study's own but for its length, if it has early epochs.

        In a longer run more of what develops is to be seen.
        """
        plain = [one for one in runs if one.is_baseline and one.epochs >= SHORTEST]
        return runs[max(plain, key=lambda one: one.epochs)] if plain else {}

    @cached_property
    def modules(self) -> tuple[int, ...]:
        """The modules of the network, where any measure that goes through them is there to say."""
        measured = [run for found in self.by_kind.values() for run in each_run(found)]
        names = {str(name) for run in measured for axis in MODULE_AXES if axis in run.dims for name in run[axis].values}
        return tuple(sorted(int(name) for name in names if name.isdigit()))

    @property
    def last_module(self) -> int | None:
        """The last module of the network, if it is known."""
        return self.modules[-1] if self.modules else None

    @cached_property
    def early_modules(self) -> tuple[int, ...]:
        """The "early and intermediate modules": those that most penalties act on among the sets without the last.

        Where no penalty says which they are, all but the last.
        """
        known = {*self.runs("training"), *self.runs("selectivity")}
        sets = Counter(one.modules for one in known if one.is_penalised and self.last_module not in one.modules)
        return max(sets, key=lambda modules: (sets[modules], len(modules), modules), default=self.modules[:-1])

    def choose_modules(self, modules: Modules) -> tuple[int | None, ...]:
        """Some of the modules, by what the paper calls them."""
        return {"all": self.modules, "early": self.early_modules, "last": (self.last_module,)}[modules]

    def on_early_modules(self, wanted: Wanted) -> Wanted:
        """The same, of penalties on the early modules alone."""
        return lambda condition: condition.modules == self.early_modules and wanted(condition)


def evidence(results: dict[str, list], classes: int, least_accuracy: float = 0.0) -> Evidence:
    """The opened results of a study by kind, each run or pair summed up by the function of `curves` for its kind."""
    read = {kind: partial(getattr(curves, kind), classes=classes) for kind in results}
    diverged = {run_of(run) for run in results.get(ACCURATE, ()) if "diverged" in run}
    ended = {run_of(run): int(run["epoch"].max()) for run in results.get(ACCURATE, ()) if "diverged" not in run}
    of_runs = {kind: runs for kind, runs in results.items() if kind not in (PAIRED, UNTRAINED)}
    found = {kind: by_condition(runs, read[kind], diverged, ended) for kind, runs in of_runs.items()}
    accuracy = accuracies(found.get(ACCURATE, {}))
    if ACCURATE in found:
        found[ACCURATE] = without_runs_near_chance(found[ACCURATE], classes)
    pairs = beside_baselines(results.get(PAIRED, []), lambda pair: read[PAIRED](drop_run_coordinates(pair)), diverged)
    untrained = tuple(read[UNTRAINED](one) for one in results.get(UNTRAINED, []))
    return Evidence(found | {PAIRED: pairs}, classes, untrained, accuracy, least_accuracy)


def accuracies(runs: Runs) -> dict[Network, Any]:
    """(epoch) the validation accuracy of each network."""
    return {
        (condition, seed): run["val_accuracy"]
        for condition, found in runs.items()
        for seed, run in found.items()
        if run.sizes["epoch"]
    }


def each_run(runs: Runs) -> list:
    """The curves of all runs."""
    return [curves for found in runs.values() for curves in found.values()]


def by_condition(
    runs: list, read: Callable, diverged: Collection[Network] = (), ended: Mapping[Network, int] = NONE
) -> Runs:
    """Condition -> seed, in rising order -> what `read` makes of the run; in any order of runs.

    With its length, which is less than planned where it `ended` earlier, and whether it is among those that `diverged`.
    """
    found = {}
    for run in sorted(runs, key=lambda run: run["seed"].item()):
        condition, seed = run_of(run)
        length = {"epochs": ended.get((condition, seed), run["epochs"].item())}
        curves = read(drop_run_coordinates(run).assign_coords(length)).drop_vars("diverged", errors="ignore")
        found.setdefault(condition, {})[seed] = curves.assign_coords(**length, diverged=(condition, seed) in diverged)
    return dict(sorted(found.items()))


def run_of(run) -> tuple[Condition, int]:
    """What was done to the run of a result, and its seed."""
    return Condition.from_dataset(run), run["seed"].item()


def drop_run_coordinates(run):
    """The result without the coordinates that say what was done to the run."""
    return run.drop_vars([name for name, value in run.coords.items() if value.ndim == 0])
