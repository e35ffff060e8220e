"""Refuses what a study asks for that its images and its network do not allow, before anything is trained."""

from pathlib import Path

from vestige import pipeline
from vestige.config import loading
from vestige.config.image_validation import Known, misfits
from vestige.config.study import Study
from vestige.provenance import described, status


def check_made(study: Study) -> None:
    """Hold the study against its images and its network, as far as these are described. Raises StudyRefused."""
    if images := proven(study, "images"):
        network = proven(study, "network")
        layers = described.layers(network) if network else ()
        loading.refuse([*misfits(study, Known(*described.counts(images), layers))], study.file)


def proven(study: Study, stage: str) -> Path | None:
    """The study's only result of a stage; None unless it is proven."""
    job = pipeline.job(study, stage)
    there = Path(job.output).is_file() and status.of(job, beside=False).state == status.PROVEN
    return Path(job.output) if there else None
