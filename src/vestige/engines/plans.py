"""What an engine planned its jobs with: their texts, in a file that each job compares with its own."""

import json
import os
import time
from functools import cache
from pathlib import Path

from vestige.config.study import Study
from vestige.engines.dvc_lock import write_changed
from vestige.foundation.files import read_regular
from vestige.pipeline import PLAN, Job, jobs
from vestige.provenance import hashing

FOLDER = Path("work", "plans")
ABANDONED = 60 * 24 * 3600  # seconds after which nobody runs by a plan that was made so long ago


def note_plan(study: Study) -> None:
    """Write what all jobs of a study are planned with, and name the file to the jobs of this process.

    The file is named by what it holds. One that was named by a process above this one stays.
    """
    if PLAN in os.environ:
        return
    text = json.dumps({job.output: hashing.of_text(job.text) for job in jobs(study)}, indent=0)
    path = FOLDER / f"{hashing.of_text(text)[:32]}.json"
    write_changed(path, text.encode())
    os.utime(path)
    for each in FOLDER.glob("*.json"):
        if each.stat().st_mtime < time.time() - ABANDONED:
            each.unlink(missing_ok=True)
    os.environ[PLAN] = str(path.absolute())


def is_planned(job: Job) -> bool:
    """Whether a job has the text with which it was planned; where nothing planned it, it has. Raises PlanLost."""
    path = os.environ.get(PLAN)
    return path is None or read_plan(path).get(job.output) == hashing.of_text(job.text)


class PlanLost(RuntimeError):
    """A plan that cannot be read any more; the message names the remedy."""


@cache
def read_plan(path: str) -> dict[str, str]:
    """The sha256 of each job's text, by result. Raises PlanLost."""
    try:
        plan = json.loads(read_regular(path))
    except (OSError, ValueError):
        plan = None
    if not isinstance(plan, dict):
        raise PlanLost(f"{path}, in which Snakemake noted what it had planned, is gone or damaged: start it again")
    return plan
