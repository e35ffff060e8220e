"""Jobs of the tiny study with other values, and records of what they cost."""

from pathlib import Path

from engines import TINY

from vestige import pipeline
from vestige.commands import cost_records
from vestige.config import loading

PLAIN = loading.parse_yaml(TINY.read_text(), TINY)


def study_with(**changes):
    """The tiny study with other values of some of its top keys."""
    return loading.validate_study(PLAIN | changes)


def job_of(stage: str, study=None, condition: str = "baseline", seed: int = 0) -> pipeline.Job:
    """A job of one run."""
    return pipeline.job(study or study_with(), stage, condition=condition, seed=seed)


def record(job: pipeline.Job, seconds: float, before: int = 0, size: int = 0) -> cost_records.Record:
    """What a job that took so long would have left."""
    of = cost_records.passes(job.study, job.stage, cost_records.length(job))
    said = {"result": job.output, "stage": job.stage.name, "study": job.study.study, "settings": job.settings}
    said |= {"seconds": seconds, "passes": of - before, "of": of, "bytes": size}
    return cost_records.Record(**said, memory={"process": 1}, hardware={"cpu": "a processor"})


def write(path: Path, size: int) -> None:
    """A file of some size."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(size))
