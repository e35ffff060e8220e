"""Where one training works, and how its checkpoints come among the results: all of them or none."""

import os
import shutil
from pathlib import Path
from typing import Any

from vestige.pipeline import Job
from vestige.provenance import hashing, scratch, trajectories


def workplace(job: Job) -> dict[str, Any]:
    """The empty folder that a training fills with its checkpoints, and what is common to all runs of its trajectory."""
    from vestige.training.resume import Trajectory

    folder, shared = scratch.workplace(job), scratch.trajectories(job.study)
    shutil.rmtree(folder, ignore_errors=True)
    scratch.make(folder, shared)
    return {"folder": folder, "trajectory": Trajectory(shared, trajectories.keys(job), trajectories.lasting(job))}


def clear_work(folder: Path, trajectory) -> None:
    """Remove the work on a result that is written, and the states from which no other run goes on."""
    from vestige.training import resume

    resume.forget(trajectory, len(trajectory.keys))
    shutil.rmtree(folder, ignore_errors=True)


def publish(job: Job, folder: Path, dataset) -> dict[str, str]:
    """Replace the run's checkpoints by the finished ones; their digests. The work stays until the result is written."""
    from vestige.training import resume

    final = Path(job.folder).resolve()
    fresh = final.with_name(f".{final.name}.partial")  # on the disk where the checkpoints are, wherever that is
    shutil.rmtree(fresh, ignore_errors=True)
    names = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    for name in names:
        resume.place(folder / name, fresh / name)
    final.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(final, ignore_errors=True)
    os.rename(fresh, final)
    return {f"{job.folder}/{name}": hashing.sha256(final / name) for name in names}
