"""Where one training works, and how its checkpoints come among the results: all of them or none."""

import errno
import os
import shutil
from pathlib import Path
from typing import Any

from vestige import digests, scratch, trajectories
from vestige.pipeline import Job

ASIDE = Path("work", "set-aside")  # what `restore` found in a place, until what it put there is proven


def aside_of(job: Job) -> Path:
    """Where lies what a restore has found in the place of a result."""
    return ASIDE / Path(job.output).relative_to("results")


def remove(path: Path) -> None:
    """Remove a file, a link or a folder, if it is there."""
    shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)


def relocate(source: Path, target: Path) -> None:
    """Move a file or a folder, onto another disk too; a kill leaves it whole in one of the two places."""
    try:
        os.rename(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        partial, gone = target.with_name(f".{target.name}.partial"), gone_from(source)
        remove(partial)
        shutil.copytree(source, partial) if source.is_dir() else shutil.copy2(source, partial)
        os.rename(partial, target)
        os.rename(source, gone)
        remove(gone)


def gone_from(path: Path) -> Path:
    """What is left of a file or a folder that has been moved onto another disk, until it is removed."""
    return path.with_name(f".{path.name}.gone")


def workplace(job: Job) -> dict[str, Any]:
    """The empty folder that a training fills with its checkpoints, and what is common to all runs of its trajectory."""
    from vestige.apparatus.resumption import Trajectory

    folder, shared = scratch.workplace(job), scratch.trajectories(job.study)
    shutil.rmtree(folder, ignore_errors=True)
    scratch.make(folder, shared)
    return {"folder": folder, "trajectory": Trajectory(shared, trajectories.keys(job), trajectories.lasting(job))}


def clear_work(folder: Path, trajectory) -> None:
    """Remove the work on a result that is written, and the states from which no other run goes on."""
    from vestige.apparatus import resumption

    resumption.forget(trajectory, len(trajectory.keys))
    shutil.rmtree(folder, ignore_errors=True)


def publish(job: Job, folder: Path, dataset) -> dict[str, str]:
    """Replace the run's checkpoints by the finished ones; their digests. The work stays until the result is written."""
    from vestige.apparatus import checkpoints, resumption

    final = Path(job.checkpoints).resolve()
    fresh = final.with_name(f".{final.name}.partial")  # on the disk where the checkpoints are, wherever that is
    shutil.rmtree(fresh, ignore_errors=True)
    names = [checkpoints.name(int(epoch)) for epoch in dataset["epoch"].values]
    for name in names:
        resumption.place(folder / name, fresh / name)
    final.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(final, ignore_errors=True)
    os.rename(fresh, final)
    return {f"{job.checkpoints}/{name}": digests.sha256(final / name) for name in names}
