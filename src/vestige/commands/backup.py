"""What `restore` finds in the place of a result is set aside, and a kill loses none of it."""

import errno
import os
import shutil
from contextlib import suppress
from pathlib import Path

from vestige.commands.job_log import lock_result
from vestige.pipeline import Job
from vestige.provenance import status
from vestige.provenance.status import PROVEN

ASIDE = Path("work", "set-aside")  # what `restore` found in a place, until what it put there is proven
ALL = "all"  # in a folder of what was set aside: that nothing of it is left in its place


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
        copy(source, partial)
        os.rename(partial, target)
        os.rename(source, gone)
        remove(gone)


def copy(source: Path, target: Path) -> None:
    """Copy a file, a folder or a link, which stays one."""
    if source.is_dir() and not source.is_symlink():
        shutil.copytree(source, target, symlinks=True)
    else:
        shutil.copy2(source, target, follow_symlinks=False)


def gone_from(path: Path) -> Path:
    """What is left of a file or a folder that has been moved onto another disk, until it is removed."""
    return path.with_name(f".{path.name}.gone")


def places(job: Job) -> list[Path]:
    """All that a job makes: its result, what lies beside it, and the folder that it fills."""
    filled = (job.folder,) if job.folder else ()
    return [Path(each) for each in (job.output, *job.files_beside, *filled)]


def set_aside(job: Job) -> Path:
    """Move what a job has made out of the way; the folder where it lies."""
    aside = aside_of(job)
    aside.mkdir(parents=True, exist_ok=True)
    for path in places(job):
        if os.path.lexists(path):
            relocate(path, aside / path.name)
    (aside / ALL).touch()
    return aside


def finish(aside: Path) -> None:
    """Remove what was set aside: it counts no more from the first moment on, even if this is killed."""
    (aside / ALL).unlink(missing_ok=True)
    shutil.rmtree(aside, ignore_errors=True)  # what somebody has open may stay on a network disk


def recover(job: Job) -> None:
    """Put back what a killed restore had set aside, unless what has come there since is proven."""
    if aside_of(job).exists():
        with lock_result(job):
            put_right(job)


def put_right(job: Job) -> None:
    """The same, of a result whose lock is held."""
    aside = aside_of(job)
    if aside.exists():
        vain = (aside / ALL).exists() and status.judge_one(job).state != PROVEN
        swap(job, aside) if vain else move_back(job, aside)
        for path in places(job):
            with suppress(OSError):
                remove(gone_from(path))
        finish(aside)


def swap(job: Job, aside: Path) -> None:
    """Put what was set aside back in the place of what has come there, which the cache holds."""
    for path in places(job):
        remove(path)
    (aside / ALL).unlink()  # what has come back must not be removed again, if this is killed
    move_back(job, aside)


def move_back(job: Job, aside: Path) -> None:
    """Put what was set aside back where nothing is."""
    for path in places(job):
        if os.path.lexists(aside / path.name) and not os.path.lexists(path):
            relocate(aside / path.name, path)
