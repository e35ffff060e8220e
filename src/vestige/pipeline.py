"""The jobs of a study: the table filled in for every run, pair and figure."""

import difflib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from vestige.config.choices import FIGURES
from vestige.config.study import Study
from vestige.foundation import source
from vestige.foundation.canonical_json import canonical, stated
from vestige.table import RUN, STAGES, TABLE, Stage

PLAN = "VESTIGE_PLAN"  # the environment variable in which an engine says what its jobs were planned with
CHECKPOINTS = f"results/{{study}}/checkpoints/{RUN}"


@dataclass(frozen=True)
class Job:
    """One stage for one cell of the study: it makes one result."""

    study: Study = field(repr=False)
    stage: Stage
    values: tuple[tuple[str, Any], ...] = ()
    graph: dict[tuple, "Job"] = field(default_factory=dict, repr=False, compare=False)  # jobs found so far, each once

    @cached_property
    def names(self) -> dict[str, Any]:
        """What the templates are filled with: study, and condition and seed, or pair, or figure."""
        return {"study": self.study.study, **dict(self.values)}

    @property
    def output(self) -> str:
        """The path of the result, relative to the project's root."""
        return self.stage.output.format(**self.names)

    @property
    def beside(self) -> tuple[str, ...]:
        """Paths of the files written beside the result."""
        return tuple(path.format(**self.names) for path in self.stage.beside)

    @property
    def log(self) -> str:
        """The path of the job's log."""
        return self.output.replace("results/", "logs/", 1).rsplit(".", 1)[0] + ".log"

    @property
    def checkpoints(self) -> str:
        """The folder of the run's checkpoints."""
        return CHECKPOINTS.format(**self.names)

    @cached_property
    def named(self) -> dict[str, "Job"]:
        """The jobs whose result is read by name; a pair reads the training of its first and of its second run."""
        runs = self.study.pair(self.names["pair"]) if "pair" in self.names else {}
        trained = {place: self.other("training", condition=run.condition, seed=run.seed) for place, run in runs.items()}
        single = {name: self.other(name, **self.cell_of(name)) for name in self.stage.reads if name not in trained}
        return single | trained

    def cell_of(self, stage: str) -> dict[str, Any]:
        """What tells the result of a stage that belongs to this one apart."""
        return dict(self.values) if "{condition}" in STAGES[stage].output else {}

    @cached_property
    def gathered(self) -> dict[str, tuple["Job", ...]]:
        """The jobs of the stages all of whose results are read."""
        return {
            name: tuple(self.other(name, **cell) for cell in cells(self.study, name)) for name in self.stage.gathers
        }

    def other(self, stage: str, **values) -> "Job":
        """Another job of the same graph."""
        return in_graph(self.graph, self.study, stage, values)

    @cached_property
    def inputs(self) -> tuple["Job", ...]:
        """The jobs whose results this one reads."""
        return (*self.named.values(), *(each for group in self.gathered.values() for each in group))

    @cached_property
    def upstream(self) -> tuple["Job", ...]:
        """All jobs from whose results this one's comes, each once, and each after those that it reads."""
        found = {each.output: each for near in self.inputs for each in (*near.upstream, near)}
        return tuple(found.values())

    @cached_property
    def code(self) -> tuple[str, ...]:
        """The files that make the result, relative to the package."""
        return source.closure("foundation/format.py", *begins(self.study, self.stage, self.names))

    @cached_property
    def settings(self) -> dict[str, Any]:
        """The settings on which the result depends, by their key in params.yaml, as plain values."""
        return stated(self.study, self.keys)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of params.yaml at which its settings stand."""
        return tuple(key.format(**self.names) for key in self.stage.settings)


def begins(study: Study, stage: Stage, names: dict[str, Any]) -> tuple[str, ...]:
    """The files from which a stage's import closure begins, in one study."""
    row = FIGURES.get(names.get("figure"))
    return tuple(path.format(**{**names, "study": study, "row": row}) for path in stage.code)


def plan(settings: dict[str, Any]) -> dict[str, str]:
    """A short digest of what stands at each key."""
    return {key: hashlib.sha256(canonical(value).encode()).hexdigest()[:8] for key, value in settings.items()}


def job(study: Study, stage: str, **values) -> Job:
    """One job."""
    return in_graph({}, study, stage, values)


def in_graph(graph: dict[tuple, Job], study: Study, stage: str, values: dict[str, Any]) -> Job:
    """The one job of a graph for a stage and a cell."""
    key = (stage, tuple(values.items()))
    return graph.setdefault(key, Job(study, STAGES[stage], key[1], graph))


def cells(study: Study, stage: str) -> Iterator[dict[str, Any]]:
    """What tells the results of a stage apart, one after another."""
    kind = STAGES[stage].kind
    if kind is None:
        yield from study.cells(stage)
    else:
        yield from ({"figure": name} for name, said in getattr(study.figures, kind) if said is not None)


def jobs(study: Study) -> Iterator[Job]:
    """Every job of a study, each after those that it reads."""
    graph: dict[tuple, Job] = {}
    return (in_graph(graph, study, stage.name, cell) for stage in TABLE for cell in cells(study, stage.name))


class UnknownResult(ValueError):
    """A path that is no result of the study."""


def find(study: Study, path: str) -> Job:
    """The job that makes a path (a result, or a file beside it). Raises UnknownResult with the nearest path."""
    makers = {made: each for each in jobs(study) for made in (each.output, *each.beside)}
    if path in makers:
        return makers[path]
    near = difflib.get_close_matches(path, makers, n=1, cutoff=0.3)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise UnknownResult(f"{path} is no result of the study {study.study!r}{hint} (`vestige list` names them all)")
