"""Conditions that differ in how strongly one regularizer acts, without the networks that learnt too little."""

from collections.abc import Callable, Iterable, Iterator
from math import inf
from typing import NamedTuple

import numpy as np

from vestige.claims.evidence import BySeed, Evidence, Runs
from vestige.claims.parts import Part, Values
from vestige.condition import REGULARIZERS, Condition, find_common_length, find_least_too_strong

BASELINE = "baseline"  # stands for the runs that override nothing, among the regularizers
Read = Callable[..., float]  # what reads a number off the curves of one network


class Level(NamedTuple):
    """One condition: how strongly its regularizer acts, the runs that count, and how many learnt too little."""

    value: float
    runs: BySeed
    left_out: int

    @property
    def accurate(self) -> list[bool]:
        """Of each of its networks whether it learnt enough."""
        return [True] * len(self.runs) + [False] * self.left_out


class Sweep(NamedTuple):
    """The conditions of one regularizer, the weakest first: those before the first that is bad, and the others."""

    regularizer: str
    kept: tuple[Level, ...]
    dropped: tuple[Level, ...] = ()

    @property
    def strongest(self) -> Level:
        """The last that is kept; where none is, one without runs."""
        return self.kept[-1] if self.kept else Level(self.dropped[0].value, {}, 0)

    @property
    def left_out(self) -> int:
        """How many networks learnt too little."""
        return sum(level.left_out for level in (*self.kept, *self.dropped))

    @property
    def label(self) -> str:
        """For instance "dropout 0.7", the strongest that is kept."""
        return f"{self.regularizer} {self.strongest.value:g}"


def sweeps_of(evidence: Evidence, kind: str) -> dict[str, Sweep]:
    """By regularizer, the conditions that have a result of a kind; under BASELINE the runs that override nothing.

    All of as many epochs: those that most of them last. None where there is no baseline.
    """
    runs = evidence.runs(kind)
    plain = {one.epochs: one for one in runs if one.is_baseline}
    swept = [one for one in runs if one.regularizer and one.epochs in plain]
    if not plain:
        return {}
    lasting = find_common_length([*plain.values(), *swept])
    levels: dict[str, list[Level]] = {}
    for one in swept:
        if one.epochs == lasting:
            name, value = one.regularizer
            levels.setdefault(name, []).append(_level(evidence, runs, one, value))
    baseline = Sweep(BASELINE, (_level(evidence, runs, plain[lasting], 0.0),))
    return {BASELINE: baseline} | {name: _sweep(name, levels[name]) for name in REGULARIZERS if name in levels}


def _level(evidence: Evidence, runs: Runs, condition: Condition, value: float) -> Level:
    """A condition's runs but those that learnt too little; one whose accuracy is not known counts."""
    found = runs[condition]
    reached = {seed: _accuracy_of(run, evidence.accuracy.get((condition, seed))) for seed, run in found.items()}
    good = {seed: run for seed, run in found.items() if reached[seed] >= evidence.least_accuracy}
    return Level(value, good, len(found) - len(good))


def _accuracy_of(run, curve) -> float:
    """The accuracy of the network that was measured: at the epoch at which the run's curves are, else its last one."""
    if curve is None:
        return inf
    measured_at = run["epoch"].item() if "epoch" in run.coords and not run["epoch"].ndim else curve["epoch"].values[-1]
    return float(curve.sel(epoch=measured_at))


def _sweep(name: str, levels: list[Level]) -> Sweep:
    """The conditions of one regularizer."""
    rising = sorted(levels, key=lambda level: level.value)
    limit = find_least_too_strong((level.value, level.accurate) for level in levels)
    kept = tuple(level for level in rising if level.value < limit)
    return Sweep(name, kept, tuple(rising[len(kept) :]))


def common_measures(sweeps: Iterable[Sweep], wanted: Iterable[str], others: Iterable = ()) -> list[str]:
    """Of some measures of association those that all networks have, and all of some others."""
    runs = [run for sweep in sweeps for level in sweep.kept for run in level.runs.values()]
    return [name for name in wanted if all(name in run["measure"].values for run in (*runs, *others))]


def difference(evidence: Evidence, name: str, first: Sweep, second: Sweep, read: Read) -> Part:
    """What is read off the strongest of one sweep less the same of another, of the seeds in both."""
    shared = sorted(first.strongest.runs.keys() & second.strongest.runs.keys())
    columns = [{seed: one_number(read(sweep.strongest.runs[seed])) for seed in shared} for sweep in (first, second)]
    said = first.label if second.regularizer == BASELINE else f"{first.label} over {second.label}"
    return part_of(evidence, f"{name}, {said}".removeprefix(", "), [first, second], *columns)


def level_of(evidence: Evidence, name: str, sweep: Sweep, read: Read) -> Part:
    """What is read off the strongest of a sweep."""
    values = {seed: one_number(read(run)) for seed, run in sweep.strongest.runs.items()}
    return part_of(evidence, name, [sweep], values)


def mean_over_kept(evidence: Evidence, name: str, sweeps: Iterable[Sweep], read: Read) -> Part:
    """What is read off all networks that are kept, however they are regularized: a mean for each seed."""
    sweeps, found = list(sweeps), {}
    for seed, run in ((seed, run) for sweep in sweeps for level in sweep.kept for seed, run in level.runs.items()):
        found.setdefault(seed, []).append(read(run))
    values = {seed: one_number(float(np.mean(found[seed]))) for seed in sorted(found)}
    return part_of(evidence, name, sweeps, values)


def of_untrained(evidence: Evidence, read: Read) -> Values:
    """What is read off each untrained network. Their numbers are negative: none is a trained network."""
    networks = [one.isel(network=each) for one in evidence.untrained for each in range(one.sizes["network"])]
    return {-number: one_number(read(network)) for number, network in enumerate(networks, start=1)}


def part_of(evidence: Evidence, name: str, sweeps: list[Sweep], first: Values, second: Values | None = None) -> Part:
    """A part with what of its sweeps was left out."""
    left_out = sum(sweep.left_out for sweep in sweeps)
    return Part(name, first, second, used=", ".join(_describe_networks(evidence, sweeps, left_out)), left_out=left_out)


def _describe_networks(evidence: Evidence, sweeps: list[Sweep], left_out: int) -> Iterator[str]:
    """When networks were looked at, and which were not."""
    yield "after training"
    if left_out:
        yield f"{left_out} run{'s' if left_out > 1 else ''} under an accuracy of {evidence.least_accuracy:g} left out"
    for sweep in sweeps:
        if sweep.dropped:
            yield f"and {sweep.regularizer} from {sweep.dropped[0].value:g} on"


def quantity(name: str, measures: Iterable[str]) -> Read:
    """What reads a number (measure, layer), mean over layers and some measures; NaN if any of them is."""
    wanted = list(measures)
    return lambda run: float(run[name].transpose("measure", "layer").values[_places(run, wanted)].mean())


def _places(run, measures: list[str]) -> list[int]:
    """Where measures stand."""
    known = run["measure"].values.tolist()
    return [known.index(name) for name in measures]


def label(measure: str) -> str:
    """What a part is called by a measure."""
    return measure.replace("_", " ")


def one_number(value: float) -> np.ndarray:
    """(any, all) a single number."""
    return np.array([[value]], dtype=float)
