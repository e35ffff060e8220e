"""The jobs of a study: the rows filled in for every run, pair and figure."""

import difflib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from vestige.config.registry import plot_of
from vestige.config.rows import load_rows
from vestige.config.study import Study
from vestige.foundation import source_hash
from vestige.foundation.rows import FIGURE, GIVEN, PAIR, STAGES, STUDY, Stage
from vestige.job_text import format_job

# Part of the code of every result: the format's number, what parses texts, what labels results.
ALWAYS = ("foundation/format.py", "foundation/call.py", "foundation/result_encoding.py")
CHECKED = "needs"  # what the check alone reads of the row of a figure
TEXTS = "work/texts"  # the folder of the texts of all jobs
PLAN = "VESTIGE_PLAN"  # the environment variable in which an engine names the file of what it planned its jobs with


@dataclass(frozen=True)
class Job:
    """One stage for one cell of the study: it makes one result."""

    study: Study = field(repr=False)
    stage: Stage
    values: tuple[tuple[str, Any], ...] = ()
    graph: dict[tuple, "Job"] = field(default_factory=dict, repr=False, compare=False)  # jobs found so far, each once

    @cached_property
    def names(self) -> dict[str, Any]:
        """What the templates are filled with: study, and condition or pair and seed, or figure and its plot."""
        names = {"study": self.study.study, **dict(self.values)}
        return names | {"plot": plot_of(names["figure"])} if self.stage.axis == FIGURE else names

    @property
    def output(self) -> str:
        """The path of the result, relative to the project's root."""
        return self.stage.output.format(**self.names)

    @property
    def files_beside(self) -> tuple[str, ...]:
        """Paths of the files written beside the result."""
        return tuple(path.format(**self.names) for path in self.stage.beside)

    @property
    def log(self) -> str:
        """The path of the job's log."""
        return log_of(self.output)

    @property
    def devices(self) -> int:
        """How many devices it computes on at once, each in a process of its own: a training may have several."""
        if not self.stage.resumes or self.study.is_given(self.names["condition"]):
            return 1
        return self.study.training_of(self.names["condition"]).devices or 1

    @property
    def folder(self) -> str:
        """The folder that it fills beside its result; empty where it fills none."""
        return self.stage.folder.format(**self.names)

    @cached_property
    def read_jobs(self) -> dict[str, "Job"]:
        """The jobs whose result is read, by the name under which it is handed over.

        A pair reads what a stage made of its first and of its second run: of training as `first` and `second`, of
        another stage as, say, `selectivity_first` and `selectivity_second`.
        """
        return {name: job for stage in self.stage.reads for name, job in self.read(stage).items()}

    def read(self, stage: str) -> dict[str, "Job"]:
        """The jobs of a stage whose results are read, by name."""
        if STAGES[stage].axis == STUDY:
            return {stage: self.job_of_stage(stage)}
        if self.stage.axis != PAIR or STAGES[stage].axis == PAIR:
            return {stage: self.job_of_stage(stage, **dict(self.values))}
        runs = self.study.runs_of_pair(self.names["pair"], self.names["seed"]).items()
        return {
            place if STAGES[stage].resumes else f"{stage}_{place}": self.job_of_stage(
                stage, condition=run.condition, seed=run.seed
            )
            for place, run in runs
        }

    @cached_property
    def gathered_jobs(self) -> dict[str, tuple["Job", ...]]:
        """The jobs of the stages all of whose results are read."""
        known = {name: cells(self.study, name) for name in self.stage.gathers}
        return {name: tuple(self.job_of_stage(name, **cell) for cell in found) for name, found in known.items()}

    def job_of_stage(self, stage: str, **values) -> "Job":
        """Another job of the same graph."""
        return in_graph(self.graph, self.study, stage, values)

    @cached_property
    def inputs(self) -> tuple["Job", ...]:
        """The jobs whose results this one reads."""
        return (*self.read_jobs.values(), *(each for group in self.gathered_jobs.values() for each in group))

    @cached_property
    def upstream_jobs(self) -> tuple["Job", ...]:
        """All jobs from whose results this one's comes, each once, and each after those that it reads."""
        found = {each.output: each for near in self.inputs for each in (*near.upstream_jobs, near)}
        return tuple(found.values())

    @cached_property
    def code(self) -> tuple[str, ...]:
        """The files that make the result, relative to the package."""
        return source_hash.closure(*ALWAYS, *begins(self.study, self.stage, self.names))

    @cached_property
    def text(self) -> str:
        """All that the stage is handed, and all that the result says of its making, as one canonical JSON."""
        return format_job(self)

    @property
    def text_file(self) -> str:
        """Where the text lies for DVC, which compares it."""
        return f"{TEXTS}/{Path(self.output).relative_to('results').with_suffix('.json')}"

    @property
    def settings(self) -> dict[str, Any]:
        """The settings in the text, as plain values, by the key of params.yaml at which each stands."""
        return json.loads(self.text).get("settings", {})

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of params.yaml at which its settings stand."""
        return tuple(key.format(**self.names) for key in self.stage.settings)

    @cached_property
    def rows(self) -> dict[str, Any]:
        """The rows that it is handed by value: a figure its own, claims all of theirs."""
        rows = load_rows(self.stage.rows) if self.stage.rows else {}
        if self.stage.axis != FIGURE:
            return rows
        name = self.names["figure"]
        return {name: {key: value for key, value in rows[name].items() if key != CHECKED}}


def begins(study: Study, stage: Stage, names: dict[str, Any]) -> tuple[str, ...]:
    """The files from which a stage's import closure begins, in one study."""
    return tuple(path.format(**{**names, "study": study}) for path in stage.code)


def log_of(output: str) -> str:
    """The path of the log of the job that makes a result."""
    return output.replace("results/", "logs/", 1).rsplit(".", 1)[0] + ".log"


def job(study: Study, stage: str, **values) -> Job:
    """One job."""
    return in_graph({}, study, stage, values)


def in_graph(graph: dict[tuple, Job], study: Study, stage: str, values: dict[str, Any]) -> Job:
    """The one job of a graph for a stage and a cell."""
    key = (stage, tuple(values.items()))
    return graph.setdefault(key, Job(study, row_of(study, stage, values), key[1], graph))


def row_of(study: Study, stage: str, values: dict[str, Any]) -> Stage:
    """The row of a stage for a cell: where networks were trained elsewhere it may be another one."""
    given = "condition" in values and study.is_given(values["condition"])
    return GIVEN.get(stage, STAGES[stage]) if given else STAGES[stage]


def has_two_rows(study: Study, stage: str) -> bool:
    """Whether some jobs of a stage have another row than the others."""
    return stage in GIVEN and any(map(study.is_given, study.conditions))


def cells(study: Study, stage: str) -> Iterator[dict[str, Any]]:
    """What tells the results of a stage apart, one after another."""
    if kind := STAGES[stage].kind:
        yield from ({"figure": name} for name, said in getattr(study.figures, kind) if said is not None)
    else:
        yield from study.cells(STAGES[stage])


def jobs(study: Study) -> Iterator[Job]:
    """Every job of a study, each after those that it reads."""
    graph: dict[tuple, Job] = {}
    return (in_graph(graph, study, stage.name, cell) for stage in STAGES.values() for cell in cells(study, stage.name))


class UnknownResult(ValueError):
    """A path that is no result of the study."""


def find(study: Study, path: str) -> Job:
    """The job that makes a path (a result, or a file beside it). Raises UnknownResult with the nearest path."""
    makers = {made: each for each in jobs(study) for made in (each.output, *each.files_beside)}
    if path in makers:
        return makers[path]
    near = difflib.get_close_matches(path, makers, n=1, cutoff=0.3)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise UnknownResult(
        f"{path} is no result of the study {study.study!r}{hint} (`{study.command} list` names them all)"
    )
