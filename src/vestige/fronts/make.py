"""Makes one result: opens its inputs, calls its stage, labels, stamps and writes what it returns."""

import json
import os
import time
from contextlib import ExitStack
from pathlib import Path

from vestige import pipeline, proofs, reading, results
from vestige.fronts import drawing
from vestige.fronts.calling import function_of, labels_of, opened, places_of, refuse_unusable, settings_of
from vestige.fronts.publishing import clear_work, publish
from vestige.fronts.running import Note, locked, logging
from vestige.fronts.writing import write
from vestige.pipeline import Job


class Refused(RuntimeError):
    """A result that cannot be made as things stand; the message names the remedy."""


def make(job: Job) -> str:
    """Make one result unless it is current; say which. Raises Refused, or what the stage raises."""
    with locked(job):
        results.make_folders(job.study)
        if not proofs.staleness(job):
            return f"{job.output} is current"
        check_plan(job)
        check_inputs(job)
        with logging(job) as note:
            began, before = time.monotonic(), proofs.code_digests(job)
            (draw if job.stage.kind else compute)(job, before, note)
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
    """Call a stage and write the Dataset, or the page, that it returns."""
    with ExitStack() as stack:
        inputs = {name: stack.enter_context(opened(each)) for name, each in job.named.items()}
        inputs |= {name: [stack.enter_context(opened(each)) for each in group] for name, group in gathered(job).items()}
        places = places_of(job, before)
        made = function_of(job)(settings_of(job), **inputs, **drawings(job), **places, note=note)
    check_code(job, before)
    refuse_unusable(job, made)
    beside = publish(job, places["folder"], made) if "folder" in places else {}
    write(job, made, labels_of(job), before, beside)
    if "folder" in places:
        clear_work(places["folder"])


def gathered(job: Job) -> dict[str, tuple[Job, ...]]:
    """The jobs all of whose results are opened, by kind."""
    return {name: group for name, group in job.gathered.items() if pipeline.STAGES[name].kind is None}


def drawings(job: Job) -> dict[str, list[Path]]:
    """The paths of all figures, for what reads them."""
    groups = [group for name, group in job.gathered.items() if pipeline.STAGES[name].kind is not None]
    return {"figures": [Path(each.output) for group in groups for each in group]} if groups else {}


def draw(job: Job, before: dict[str, str], note: Note) -> None:
    """Draw a figure and write it as PDF, CSV and, last, PNG with the proof."""
    chosen = drawing.shown(job)
    note(f"drawing {len(chosen)} results")
    drawn = drawing.drawn(job, chosen)
    check_code(job, before)
    paths = [Path(job.output), *map(Path, job.beside)]
    drawing.write(drawn, *paths, lambda beside: proofs.proof(job, before, beside))


def check_code(job: Job, before: dict[str, str]) -> None:
    """Fail if code or settings were edited during the run: an engine would take the result for one of the new ones."""
    edited = proofs.changed("code of", before, proofs.code_digests(job))
    now = pipeline.find(reading.read(), job.output).settings
    edited += proofs.changed("setting", proofs.leaves(job.settings), proofs.leaves(now), show=True)
    if edited:
        raise Refused(f"{job.output} is not written: {'; '.join(edited)} while it was being made. Make it again.")
