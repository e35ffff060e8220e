"""Makes one result: opens its inputs, calls its stage, labels, stamps and writes what it returns."""

import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self

from vestige import pipeline
from vestige.commands import backup, figure_drawing
from vestige.commands.check import check_made
from vestige.commands.checkpoint_publishing import clear_work, publish
from vestige.commands.cost_records import record_cost
from vestige.commands.job_log import Note, capture_log, lock_result
from vestige.commands.result_writing import write
from vestige.commands.stage_call import check_result, folders_of, load, settings_of
from vestige.config import loading
from vestige.engines import dvc_lock, dvc_repo, plans
from vestige.foundation import source_hash
from vestige.foundation.call import Call
from vestige.foundation.files import describe_irregular
from vestige.pipeline import Job
from vestige.provenance import differences, filled_folders, hashing, image_files, proofs, results, retention, status
from vestige.provenance.status import FOREIGN, MISSING, PROVEN, STALE, Judgement

Stamp = Callable[[dict[str, str]], dict[str, Any]]  # the proof of a result, given the digests of what lies beside it


class Refused(RuntimeError):
    """A result that cannot be made as things stand; the message names the remedy."""


def make(job: Job) -> str:
    """Make one result unless it is proven; say which. Raises Refused, or what the stage raises."""
    loaded = proofs.code_digests(job)  # a part of the code is loaded by now, and the lock may take hours
    with lock_result(job):
        backup.put_right(job)
        results.make_folders(job.study)
        behind = status.judge_upstream(job)
        if status.judge_result(job, behind).state == PROVEN:
            return f"{job.output} is current"
        check_plan(job)
        check_inputs(job, behind)
        if job.stage.networks:
            check_made(job.study)
        check_place(job)
        with capture_log(job) as note, record_cost(job):
            began, before = time.monotonic(), Before.read_now(job, loaded)
            lying = image_files.list_image_files(job.study) if job.stage.lists_places else {}
            stamp = partial(proofs.proof, job, before.code, before.inputs, proofs.describe_behind(job))
            load(job)
            refuse_edited(job)
            (draw if job.stage.kind else compute)(job, Call(job.text), before, stamp, note)
            image_files.note_made(job, lying)
            took = f"{time.monotonic() - began:.1f} s"
            note(f"done in {took}")
            return f"{job.output} made in {took}"


@dataclass(frozen=True)
class Before:
    """What a result is made from, as it stood when its making began."""

    code: dict[str, str]
    inputs: dict[str, str]
    beside: dict[str, str | None]  # files written with figures, which the report reads too

    @classmethod
    def read_now(cls, job: Job, code: dict[str, str] | None = None) -> Self:
        """As it stands now; `code` where that is known."""
        drawn = (path for each in job.inputs if each.stage.kind for path in each.files_beside)
        beside = {path: hashing.sha256(Path(path)) for path in drawn}
        return cls(code or proofs.code_digests(job), proofs.input_digests(job), beside)


def refuse_edited(job: Job) -> None:
    """Refuse if a source file was edited since this command was started: who knows which of the two was loaded."""
    outlived = list(filter(None, map(source_hash.stale_bytecode, job.code)))
    for bytecode in outlived:
        bytecode.unlink()
    if outlived:
        raise Refused(f"{outlived[0]} is of a former text, and was loaded: it is removed, start again.")
    edited = [file for file in (*job.code, job.stage.rows) if file and source_hash.is_edited(file)]
    if edited:
        raise Refused(f"{source_hash.PREFIX}{edited[0]} was edited after this command was started: start it again.")


def check_plan(job: Job) -> None:
    """Refuse if the job's text is another than when its engine planned, which would note the former one."""
    if not plans.is_planned(job):
        files = " or ".join([job.study.file, *([source_hash.PREFIX + job.stage.rows] if job.stage.rows else [])])
        raise Refused(
            f"what {job.output} is made with in {files} was edited after snakemake had started: start it again."
        )
    if dvc_repo.STAGE in os.environ and not dvc_lock.has_text(job):
        raise Refused(
            f"{job.text_file}, by which DVC knows what {job.output} is made with, is not what that would be made with "
            "now: params.yaml or the code was edited since the check. Say `vestige check`, and start DVC again."
        )


def check_place(job: Job) -> None:
    """Refuse where no file lies at the path of one that is to be written, and where a folder holds files of others."""
    for path in (job.output, *job.files_beside):
        if irregular := describe_irregular(path):
            raise Refused(f"{path} is {irregular}, where a file is to be written: remove it, or move it elsewhere.")
    folder = Path(job.folder)
    if job.folder and folder.is_symlink() and folder.resolve().is_relative_to(Path("results").resolve()):
        raise Refused(f"{job.folder} is a link to {os.readlink(job.folder)}, which would be replaced: remove the link.")
    if strange := filled_folders.describe_strangers(filled_folders.list_strangers(job)):
        raise Refused(f"{job.output} is not made, for its folder is replaced by another then: {strange[0]}.")


def check_inputs(job: Job, behind: dict[str, Judgement]) -> None:
    """Refuse to measure what is missing or comes from other settings, code or images; the first cause is named."""
    read = {each.output for each in job.inputs}
    for path, each in behind.items():
        if each.state in (STALE, FOREIGN) or each.state == MISSING and path in read:
            raise Refused(
                f"{job.output} is made from {path}, but {'; '.join(each.reasons[:3])}.\n"
                f"Make it first: {job.study.command} make {path}"
            )
    for each in job.read_jobs.values():  # else what opens them says so, one by one
        if each.stage.resumes and job.study.keep in retention.RELEASING and (absent := status.files_beside(each)[0]):
            raise Refused(f"{job.output} reads {absent[0]}, and `keep: {job.study.keep}` let it go.\n{remedy(each)}")


def remedy(training: Job) -> str:
    """How checkpoints that were let go come back."""
    path, command = training.output, training.study.command
    return f"Bring it back: `{command} restore {path}`; or train it again: `{command} make {path}`"


def compute(job: Job, call: Call, before: Before, stamp: Stamp, note: Note) -> None:
    """Call a stage and write the Dataset, or the page, that it returns."""
    function = call.function
    folders = folders_of(job, call)  # before inputs are open: a second handle may crash netCDF4
    with ExitStack() as stack:

        def open_inputs(path: str):
            return stack.enter_context(results.open_dataset(path))

        inputs = {name: open_inputs(each["result"]) for name, each in call["reads"].items()}
        if groups := gathered_paths(call):
            inputs["results"] = {kind: [open_inputs(path) for path in group] for kind, group in groups.items()}
        check_unchanged(job, before)  # what is loaded and opened by now is what will be used, edited or not
        made = function(settings_of(job, call), **inputs, **drawings(call), **folders, note=note)
    check_unchanged(job, before)
    check_result(job, call, made)
    if job.stage.lists_places and is_current_otherwise(job):
        others = differing_variables(job, made)
        note(describe_images(job, others))
        if not others:
            return
    beside = publish(job, folders["folder"]) if job.stage.folder else {}
    write(job, call, made, stamp, beside)
    if job.stage.folder:
        clear_work(**folders)


def is_current_otherwise(job: Job) -> bool:
    """Whether nothing is wrong with a result but that the files at the places of its study have changed."""
    return status.judge_by_own_proof(job)[1] == image_files.changes(job)


def differing_variables(job: Job, made) -> list[str]:
    """The variables of a Dataset that the result of a job does not hold with the same values."""
    with results.open_dataset(job.output) as former:
        return [
            name
            for name, each in made.variables.items()
            if name not in former.variables or not former[name].variable.equals(each)
        ]


def describe_images(job: Job, others: list[str]) -> str:
    """What to note of images from a place where something has changed, given the variables that differ."""
    if not others:
        return f"they are those of {job.output}, which stays"
    again = "" if "count" in others else "; as many of each class as before: the same ones, encoded again?"
    return (
        f"they are not those of {job.output}, which is made anew, and what follows ({', '.join(others)} differ{again})"
    )


def gathered_paths(call: Call) -> dict[str, list[str]]:
    """The paths of the results that are opened all of a kind, by kind."""
    return {name: group for name, group in call["gathers"].items() if not pipeline.STAGES[name].kind}


def drawings(call: Call) -> dict[str, list[Path]]:
    """The paths of all figures, for what reads them."""
    groups = [group for name, group in call["gathers"].items() if pipeline.STAGES[name].kind]
    return {"figures": [Path(path) for group in groups for path in group]} if groups else {}


def draw(job: Job, call: Call, before: Before, stamp: Stamp, note: Note) -> None:
    """Draw a figure and write it as PDF, CSV and, last, PNG with the proof."""
    check_unchanged(job, before)  # what is loaded by now is what will be used
    chosen = [*call["shown"]]
    note(f"drawing {len(chosen)} results")
    others = {kind: paths for kind, paths in call["gathers"].items() if kind != job.stage.kind}
    drawn = figure_drawing.draw_figure(call, chosen, others)
    check_unchanged(job, before)
    paths = [Path(job.output), *map(Path, job.files_beside)]
    figure_drawing.write(drawn, *paths, stamp)


def check_unchanged(job: Job, before: Before) -> None:
    """Fail if code, inputs or settings changed meanwhile: an engine would take the result for one of the new ones."""
    now, study = Before.read_now(job), loading.read(job.study.file)
    read_before, read_now = before.inputs | before.beside, now.inputs | now.beside
    edited = proofs.table_changes("code of", before.code, now.code)
    edited += proofs.table_changes("input", read_before, read_now)
    asked = {each.output: each for each in pipeline.jobs(study)}.get(job.output)
    edited += differences.text_changes(job.text, asked.text) if asked else ["it is no result of the study any more"]
    if edited:
        raise Refused(f"{job.output} is not written: {'; '.join(edited)} while it was being made. Make it again.")
