"""Refuses what a study asks for that its images and its network do not allow, before anything is trained."""

import os
import sys
from pathlib import Path

from vestige import pipeline
from vestige.config import loading
from vestige.config.claim_rows import check_claims
from vestige.config.image_validation import Known, list_image_faults
from vestige.config.study import Study
from vestige.engines import dvc_lock
from vestige.provenance import external_checkpoints, image_files, result_facts, status


def accept(study: Study) -> None:
    """Check a study as a whole, and only then write what DVC is to run its stages with. Raises what the checks raise.

    What is refused reaches no command of DVC.
    """
    check_claims()
    if os.path.isdir("results"):
        refuse_moved(study)
        check_made(study)
    check_given(study)
    dvc_lock.write_texts(study)


def check_made(study: Study) -> None:
    """Hold the study against its images and its network, as far as these are described. Raises StudyRefused."""
    if images := proven(study, "images"):
        network = proven(study, "network")
        layers = result_facts.layers(network) if network else ()
        loading.refuse([*list_image_faults(study, Known(*result_facts.counts(images), layers))], study.file)


def refuse_moved(study: Study) -> None:
    """Refuse to plan with images whose files have changed: whether they are the same, one command tells.

    Raises ImagesMoved, and ValueError for a path with a variable that is not set.
    """
    for key in study.images.places:
        path = study.images.path(key)
        if not os.path.exists(path) and not getattr(study.images, "download", None):
            print(f"vestige: nothing lies at images.{key} here, which is {path}", file=sys.stderr)
    job = pipeline.job(study, "images")
    if found := image_files.changes(job):
        raise ImagesMoved(
            f"{found[0]} since {job.output} was made. Say `{study.command} make {job.output}`: if these are the same "
            "images, all else stays current; if not, what follows from them is made again."
        )


def check_given(study: Study) -> None:
    """Look at checkpoints from elsewhere: say which are not here, or have changed since results were made of them.

    Raises CheckpointsRefused where files are missing or named otherwise, and ValueError for a variable that is not set.
    """
    for each in external_checkpoints.list_trainings(study):
        if not external_checkpoints.checkpoint_path(each).exists():
            where = f"{external_checkpoints.checkpoint_path(each)}{external_checkpoints.hint_of_seeds(each)}"
            print(
                f"vestige: nothing lies at {external_checkpoints.key_of(each)} here, which is {where}", file=sys.stderr
            )
            continue
        external_checkpoints.list_files(each)
        then = external_checkpoints.noted_hashes(each)
        for line in external_checkpoints.describe_changes(each, then) if then else ():
            due = f"{each.output} is due; before `dvc repro` say `vestige sync`"
            print(f"vestige: {line}: {due}", file=sys.stderr)


class ImagesMoved(RuntimeError):
    """Images whose files are not those from which a result was made; the message names the remedy."""


def proven(study: Study, stage: str) -> Path | None:
    """The study's only result of a stage; None unless it is proven."""
    job = pipeline.job(study, stage)
    there = Path(job.output).is_file() and status.judge_one(job, beside=False).state == status.PROVEN
    return Path(job.output) if there else None
