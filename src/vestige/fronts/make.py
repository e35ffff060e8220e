"""Makes one result: opens its inputs, calls its stage, labels, stamps and writes what it returns."""

import importlib
import json
import os
import time
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from vestige import contradictions, pipeline, proofs, reading, results
from vestige.fronts.publishing import clear_work, publish, workplace
from vestige.fronts.running import Note, locked, logging
from vestige.pipeline import Job
from vestige.study import Run


class Refused(RuntimeError):
    """A result that cannot be made as things stand; the message names the remedy."""


def make(job: Job) -> str:
    """Make one result unless it is current; say which. Raises Refused, or what the stage raises."""
    with locked(job):
        if not proofs.staleness(job):
            return f"{job.output} is current"
        check_plan(job)
        check_inputs(job)
        with logging(job) as note:
            began, before = time.monotonic(), proofs.code_digests(job)
            (draw if job.stage.gathers else compute)(job, before, note)
            took = f"{time.monotonic() - began:.1f} s"
            note(f"done in {took}")
            return f"{job.output} made in {took}"


def check_plan(job: Job) -> None:
    """Refuse if params.yaml says other things than when the engine planned: it would note the former ones."""
    plan = json.loads(os.environ.get(pipeline.PLAN, "{}"))
    edited = [key for key, digest in pipeline.plan(job.settings).items() if plan.get(key, digest) != digest]
    if edited:
        raise Refused(f"{', '.join(edited)} in params.yaml was edited after snakemake had started: start it again.")


def check_inputs(job: Job) -> None:
    """Refuse to measure what is missing or comes from other settings, code or images; the first cause is named."""
    read = {each.output for each in job.inputs}
    for each in job.upstream:
        reasons = proofs.faults(each, beside=False)
        if reasons and (each.output in read or Path(each.output).is_file()):
            raise Refused(
                f"{job.output} is made from {each.output}, but {'; '.join(reasons[:3])}.\n"
                f"Make it first: vestige make {each.output}"
            )


def compute(job: Job, before: dict[str, str], note: Note) -> None:
    """Call a stage and write the Dataset that it returns."""
    stage = getattr(importlib.import_module(f"vestige.stages.{job.stage.name}"), job.stage.name)
    with ExitStack() as stack:
        inputs = {each.stage.name: stack.enter_context(results.open_dataset(each.output)) for each in job.inputs}
        places = places_of(job, before)
        dataset = stage(settings_of(job), **inputs, **places, note=note)
    check_code(job, before)
    beside = publish(job, places["folder"], dataset) if "folder" in places else {}
    results.write_dataset(Path(job.output), labelled(dataset, labels_of(job)), proofs.proof(job, before, beside))
    if "folder" in places:
        clear_work(places["folder"])


def labelled(dataset, labels: dict[str, Any]):
    """The Dataset with the scalar coordinates of its run.

    A setting of the run that is also measured (the learning rate of training) is what it was at first.
    """
    apart = {(f"initial_{name}" if name in dataset.variables else name): value for name, value in labels.items()}
    return dataset.assign_coords(apart)


def places_of(job: Job, before: dict[str, str]) -> dict[str, Path]:
    """The folder that a stage is handed: training one to fill, a measure that of the run's checkpoints."""
    if job.stage.name == "training":
        return {"folder": workplace(job, before)}
    return {"checkpoints": Path(job.checkpoints)} if "training" in job.stage.reads else {}


def draw(job: Job, before: dict[str, str], note: Note) -> None:
    """Call a figure and write it as PDF, CSV and, last, PNG with the proof."""
    name = job.names["figure"]
    module = importlib.import_module(f"vestige.figures.{name}")
    settings = getattr(getattr(job.study.figures, job.stage.gathers), name)
    shown = {str(run) for run in contradictions.selected(job.study, job.stage.gathers, settings)}
    chosen = [each for each in job.inputs if "{condition}-seed{seed}".format(**each.names) in shown]
    note(f"drawing {len(chosen)} runs")
    with ExitStack() as stack:
        runs = [stack.enter_context(results.open_dataset(each.output)) for each in chosen]
        figure, table = getattr(module, name)(settings, runs)
        check_code(job, before)
        write_figure(job, before, figure, table, settings.dpi, f"Figure {module.PAPER} of the paper. {module.CAPTION}")


def write_figure(job: Job, before: dict[str, str], figure, table, dpi: int, caption: str) -> None:
    """The three files of a figure, the PNG with the proof last; none holds a date."""
    from vestige.figures.drawing import written

    pdf, csv = (Path(path) for path in job.beside)
    results.write_bytes(pdf, written(figure, "pdf", metadata={"Subject": caption}))
    results.write_bytes(csv, table.to_csv(index=False, lineterminator="\n").encode())
    beside = {str(path): proofs.sha256(path) for path in (pdf, csv)}
    proof = pipeline.canonical(proofs.proof(job, before, beside))
    texts = {proofs.ATTRIBUTE: proof, "Description": caption}
    results.write_bytes(Path(job.output), written(figure, "png", dpi=dpi, metadata=texts))


def labels_of(job: Job) -> dict[str, Any]:
    """The scalar coordinates of a result: those of its run, which its inputs are checked to have."""
    if "condition" in job.names:
        return job.study.coordinates(Run(job.names["condition"], job.names["seed"]))
    return {"study": job.study.study}


def settings_of(job: Job) -> SimpleNamespace:
    """Exactly the sections that a stage declares; reading any other is an AttributeError."""
    study, declared = job.study, {key.split(".")[0] for key in job.settings}
    given = {name: getattr(study, name) for name in declared - {"conditions"}}
    if "conditions" in declared:
        condition = job.names["condition"]
        given |= {"training": study.training_of(condition), "condition": study.penalty_of(condition)}
        given |= {"seed": job.names["seed"]}
    return SimpleNamespace(**given)


def check_code(job: Job, before: dict[str, str]) -> None:
    """Fail if code or settings were edited during the run: an engine would take the result for one of the new ones."""
    edited = proofs.changed("code of", before, proofs.code_digests(job))
    now = pipeline.find(reading.read(), job.output).settings
    edited += proofs.changed("setting", proofs.leaves(job.settings), proofs.leaves(now), show=True)
    if edited:
        raise Refused(f"{job.output} is not written: {'; '.join(edited)} while it was being made. Make it again.")
