"""Where a stage fills a folder, as training does with checkpoints, and how it comes among the results: whole or not."""

import os
import shutil
from pathlib import Path
from typing import Any

from vestige.foundation.files import place
from vestige.pipeline import Job
from vestige.provenance import hashing, scratch, trajectories
from vestige.provenance.filled_folders import is_own_name


def workplace(job: Job) -> dict[str, Any]:
    """The empty folder that a stage fills; where it resumes, also what is common to all runs of its trajectory."""
    folder = scratch.workplace(job)
    shutil.rmtree(folder, ignore_errors=True)
    scratch.make(folder)
    return {"folder": folder} | (trajectory_of(job) if job.stage.resumes else {})


def trajectory_of(job: Job) -> dict[str, Any]:
    """What is common to all runs that begin alike."""
    from vestige.training.resume import SAVE_MINUTES, Trajectory

    shared = scratch.trajectories(job.study)
    scratch.make(shared)
    often = 60 * (job.study.save_minutes or SAVE_MINUTES)
    run = scratch.digest_of(job)
    return {"trajectory": Trajectory(shared, trajectories.keys(job), trajectories.lasting_epochs(job), often, run)}


def clear_work(folder: Path, trajectory=None, **others: Path) -> None:
    """Remove the work on a result that is written, and the states from which no other run goes on, within passes all.

    The newest stays: of a run that diverged it is not the last that was planned.
    """
    if trajectory is not None:
        from vestige.training import resume, within_epoch

        within_epoch.forget(trajectory, range(len(trajectory.keys) - 1))
        resume.forget(trajectory, max((epoch for epoch, _ in trajectory.own_states()), default=0))
    shutil.rmtree(folder, ignore_errors=True)


def publish(job: Job, folder: Path) -> dict[str, str]:
    """Replace the folder by the one that is filled; its files' digests. The work stays until the result is written."""
    final = Path(job.folder).resolve()
    fresh = final.with_name(f".{final.name}.partial")  # on the disk where the checkpoints are, wherever that is
    shutil.rmtree(fresh, ignore_errors=True)
    found = sorted(path for path in folder.iterdir() if not path.name.startswith("."))  # others are half-written
    if strange := [path.name for path in found if not path.is_file()]:
        raise ValueError(
            f"{job.stage.name} filled its folder with {strange[0]}, which is no file: files alone are kept"
        )
    names = [path.name for path in found]
    if strange := [name for name in names if not is_own_name(name)]:
        raise ValueError(f"{job.stage.name} filled its folder with {strange[0]}: its files are epoch-NNN.safetensors")
    fresh.mkdir(parents=True)
    for name in names:
        place(folder / name, fresh / name)
    final.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(final, ignore_errors=True)
    os.rename(fresh, final)
    return {f"{job.folder}/{name}": hashing.sha256(final / name) for name in names}
