"""Access to DVC: its own view of this project, under its lock; where its cache lies, whether there is a remote."""

import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from vestige.engines import dvc_shortcuts, internals
from vestige.foundation.disk import nearest_folder
from vestige.foundation.files import read_regular

DVC = internals.Engine("DVC", "dvc", tested="3.67.1")
MEMBERS = (
    "dvc.exceptions:DvcException",
    "dvc.lock:Lock.__enter__(self)",
    "dvc.lock:Lock.__exit__(self, kind, error, trace)",
    "dvc.lock:LockError",
    "dvc.lock:make_lock(path, tmp_dir=, hardlink_lock=)",
    "dvc.repo:Repo(root_dir)",
    "dvc.repo:Repo.__enter__(self)",
    "dvc.repo:Repo.__exit__(self, kind, error, trace)",
    "dvc.repo:Repo.config",
    "dvc.repo:Repo.tmp_dir",
    "dvc.repo:lock_repo(repo)",
    "dvc.scm:SCMError",
)
OF_THE_TRY = (
    "dvc.fs:generic.test_links(links, from_fs, from_path, to_fs, to_path)",
    "dvc.fs:LocalFileSystem()",
)
OF_A_REPO = ("dvc.repo:Repo.cache.legacy.path",)

HERE = Path(".dvc")
STAGE = "DVC_STAGE"  # the environment variable in which DVC tells a command which stage it is run for


class Absent(RuntimeError):
    """There is no DVC here."""


@contextmanager
def open_repo() -> Iterator[Any]:
    """DVC's own view of this project, locked against DVC's commands. Raises Absent, or RuntimeError if one runs."""
    check()
    from dvc.exceptions import DvcException
    from dvc.lock import LockError
    from dvc.repo import Repo, lock_repo
    from dvc.scm import SCMError

    logging.getLogger("dvc").setLevel(logging.ERROR)  # that a file is empty, and the like, is no news here
    try:
        with Repo(os.curdir) as repo, lock_repo(repo), dvc_shortcuts.use_shortcuts():
            refuse_beside(repo)
            yield repo
    except SCMError as error:
        raise Absent(str(error)) from None
    except LockError:
        raise RuntimeError("a dvc command is running in this folder: wait for it, or stop it") from None
    except DvcException as error:
        raise RuntimeError(f"DVC: {error}") from error


def check() -> None:
    """Find out that there is a DVC, and that it has what is needed. Raises Absent, or MemberMissing."""
    if not HERE.is_dir():
        raise Absent("there is no .dvc folder: `dvc init`, or copy it from the repository")
    internals.check(DVC, MEMBERS)


def is_damaged() -> bool:
    """Whether a DVC was killed while it noted what it reads and writes; none starts then, and `open_repo` mends it."""
    try:
        json.loads(read_regular(Path(HERE, "tmp", "rwlock")))
    except ValueError:
        return True
    except OSError:
        pass
    return False


def refuse_beside(repo) -> None:
    """Refuse while `dvc repro` runs a stage: it lets go of its lock meanwhile, but notes what it writes."""
    from dvc.lock import make_lock

    noted = Path(repo.tmp_dir, "rwlock")
    with make_lock(
        f"{noted}.lock", tmp_dir=repo.tmp_dir, hardlink_lock=repo.config["core"].get("hardlink_lock", False)
    ):
        try:
            owners = list(json.loads(read_regular(noted)).get("write", {}).values())
            others = [owner for owner in owners if owner["pid"] != os.getpid() and is_alive(owner["pid"])]
            running = [f"`{owner['cmd']}` is running in this folder (process {owner['pid']})" for owner in others]
        except FileNotFoundError:
            return
        except (ValueError, TypeError, KeyError, AttributeError):
            return noted.unlink()  # of a DVC that was killed while it wrote this: it would refuse to go on
    if running:
        raise RuntimeError(f"{running[0]}: wait for it")


def is_alive(process: int) -> bool:
    """Whether there is a process with a number."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True


def glimpse() -> tuple[Path, bool]:
    """Where the cache lies, and whether there is a remote, without any lock. Raises Absent, or RuntimeError."""
    check()
    from dvc.exceptions import DvcException
    from dvc.repo import Repo
    from dvc.scm import SCMError

    try:
        with Repo(os.curdir) as repo:
            return root(repo), remote(repo)
    except (DvcException, SCMError, OSError) as error:  # also where .dvc cannot be written to
        raise RuntimeError(f"DVC: {error}") from error


def find_sharing(results: Path) -> tuple[Path, str]:
    """Where the cache lies, and how it comes to hold a result: `reflink` or `copy`, by DVC's own try on the disks here.

    Results that are noted are put there by no other link, whatever `cache.type` says. Two small files are written for
    the try and removed. Raises Absent, or RuntimeError.
    """
    cache, _ = glimpse()
    internals.check(DVC, OF_THE_TRY)
    from dvc.fs import LocalFileSystem, generic

    disk = LocalFileSystem()
    try:
        ours, theirs = nearest_folder(results), nearest_folder(cache) / "try"
        works = generic.test_links(["reflink"], disk, str(ours), disk, str(theirs))
    except OSError:  # where nothing can be written
        works = []
    return cache, "reflink" if works else "copy"


def root(repo) -> Path:
    """Where the cache lies. Raises MemberMissing."""
    internals.check_instance(DVC, OF_A_REPO, repo)
    return Path(os.path.relpath(repo.cache.legacy.path))


def remote(repo) -> bool:
    """Whether results can be fetched from elsewhere."""
    return bool(repo.config["core"].get("remote"))
