"""What each result is made from: the one table that making, verifying and planning use."""

import difflib
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from vestige import code
from vestige.study import KINDS, Study

RUN = "{condition}-seed{seed}"
MEASURED = ("device", "threads", "images", "network")
# What figures of a kind share beyond the drawing: they all depend on it, as one DVC stage draws them.
SHARED = {"selectivity": ("figures/module_lines.py",)}
MAKERS = ("images/{study.images.source}.py", "networks/{study.network.family}.py")


@dataclass(frozen=True)
class Stage:
    """One line of the table.

    `reads` names the stages whose result (of the same run) is read, `gathers` the one of which every run's is;
    `settings` are keys of params.yaml, `code` the files from which its import closure begins.
    """

    name: str
    output: str
    reads: tuple[str, ...] = ()
    gathers: str | None = None
    settings: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


def per_run(name: str, reads: tuple[str, ...], settings: tuple[str, ...]) -> Stage:
    """A stage that makes one result for each run."""
    begins = (f"stages/{name}.py", *(f"apparatus/{maker}" for maker in MAKERS))
    return Stage(name, f"results/{{study}}/{name}/{RUN}.nc", reads, None, (*MEASURED, *settings), begins)


def drawn(kind: str) -> Stage:
    """The figures drawn from one kind of result: they depend on what says which runs there are."""
    gathered = f"applies.{kind}" if kind in ("ablation", "cka") else "conditions"
    return Stage(
        f"figures_{kind}",
        "results/{study}/figures/{figure}.png",
        gathers=kind,
        settings=(f"figures.{kind}.{{figure}}", gathered, "seeds"),
        code=("figures/{figure}.py", *SHARED.get(kind, ()), "figures/style.mplstyle"),
        beside=("results/{study}/figures/{figure}.pdf", "results/{study}/figures/{figure}.csv"),
    )


TABLE = (
    Stage(
        "images",
        "results/{study}/images.nc",
        settings=("images",),
        code=("stages/images.py", "apparatus/images/{study.images.source}.py"),
    ),
    per_run("training", ("images",), ("training", "conditions.{condition}")),
    per_run("selectivity", ("images", "training"), ("selectivity",)),
    per_run("ablation", ("images", "training", "selectivity"), ("ablation",)),
    per_run("cka", ("images", "training"), ("cka",)),
    *(drawn(kind) for kind in KINDS),
)
STAGES = {stage.name: stage for stage in TABLE}
PLAN = "VESTIGE_PLAN"  # the environment variable in which an engine says what its jobs were planned with
CHECKPOINTS = f"results/{{study}}/checkpoints/{RUN}"


@dataclass(frozen=True)
class Job:
    """One stage for one cell of the study: it makes one result."""

    study: Study = field(repr=False)
    stage: Stage
    values: tuple[tuple[str, Any], ...] = ()

    @cached_property
    def names(self) -> dict[str, Any]:
        """What the templates are filled with: study, and condition and seed, or figure."""
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
    def inputs(self) -> tuple["Job", ...]:
        """The jobs whose results this one reads."""
        gathered = self.study.runs_of(self.stage.gathers) if self.stage.gathers else ()
        return tuple(
            [job(self.study, name, **({} if name == "images" else dict(self.values))) for name in self.stage.reads]
            + [job(self.study, self.stage.gathers, condition=run.condition, seed=run.seed) for run in gathered]
        )

    @cached_property
    def upstream(self) -> tuple["Job", ...]:
        """All jobs from whose results this one's comes, each once, and each after those that it reads."""
        found = {each.output: each for near in self.inputs for each in (*near.upstream, near)}
        return tuple(found.values())

    @cached_property
    def code(self) -> tuple[str, ...]:
        """The files that make the result, relative to the package."""
        return code.closure("format.py", *begins(self.study, self.stage, self.names))

    @cached_property
    def settings(self) -> dict[str, Any]:
        """The settings on which the result depends, by their key in params.yaml, as plain values."""
        return {key: at(self.study, key) for key in (key.format(**self.names) for key in self.stage.settings)}


def begins(study: Study, stage: Stage, names: dict[str, Any]) -> tuple[str, ...]:
    """The files from which a stage's import closure begins, in one study."""
    return tuple(path.format(**{**names, "study": study}) for path in stage.code)


def at(study: Study, key: str) -> Any:
    """The plain value that stands at a key such as `conditions.baseline`; keys left out stay out."""
    here: Any = study
    for part in key.split("."):
        here = here[part] if isinstance(here, dict) else getattr(here, part)
    return plain(here)


def plain(value: Any) -> Any:
    """A value as JSON would hold it."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    return value.model_dump(mode="json", exclude_none=True) if hasattr(value, "model_dump") else value


def canonical(value: Any) -> str:
    """The one spelling of settings: sorted, without spaces; 1 and 1.0 are the same where the study says so."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def plan(settings: dict[str, Any]) -> dict[str, str]:
    """A short digest of what stands at each key."""
    return {key: hashlib.sha256(canonical(value).encode()).hexdigest()[:8] for key, value in settings.items()}


def job(study: Study, stage: str, **values) -> Job:
    """One job."""
    return Job(study, STAGES[stage], tuple(values.items()))


def jobs(study: Study) -> Iterator[Job]:
    """Every job of a study, each after those that it reads."""
    for stage in TABLE:
        if stage.gathers:
            listed = getattr(study.figures, stage.gathers)
            yield from (job(study, stage.name, figure=name) for name, said in listed if said is not None)
        elif "{condition}" in stage.output:
            runs = study.runs_of(stage.name)
            yield from (job(study, stage.name, condition=run.condition, seed=run.seed) for run in runs)
        else:
            yield job(study, stage.name)


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
