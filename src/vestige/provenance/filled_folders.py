"""Which files are a result's own in the folder that it fills, such as checkpoints, and which others lie there."""

import fnmatch
import os
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from vestige.foundation.external_paths import is_leftover
from vestige.foundation.files import read_regular
from vestige.pipeline import Job
from vestige.provenance import external_checkpoints, hashing, proofs, retention, scratch

IGNORED = Path(".dvcignore")


def is_own(job: Job, path: str) -> bool:
    """Whether a path is that of a file that a result may have beside it: one of its row, or in the folder it fills."""
    folder, _, name = path.rpartition("/")
    return path in job.files_beside or bool(job.folder) and folder == job.folder and is_own_name(name)


def is_own_name(name: str) -> bool:
    """Whether a file of this name may be one of a folder that a stage fills."""
    return retention.EPOCH.fullmatch(name) is not None


def find_alien(job: Job, beside: Collection[str]) -> str:
    """The first path that a proof lists beside a result and that is none of its own; empty where there is none."""
    return next((path for path in beside if not is_own(job, path)), "")


def list_strangers(job: Job) -> list[str]:
    """The paths of all files in the folder of a result that are none of it.

    Its own are those that its proof lists; where the proof is of other settings, code or inputs, also those that a
    killed `vestige make` has put there, which scratch still has. Without a proof nobody knows more than a file's name.
    """
    if not job.folder:
        return []
    proof = proofs.read_proof(Path(job.output))
    if not proof or proof.get("result") != job.output:
        return [path for path in list_files(job.folder) if not is_own(job, path)]
    others = [path for path in list_files(job.folder) if path not in proof["beside"]]
    is_complete = bool(others) and is_made_as_now(job, proof)
    return [path for path in others if is_complete or not is_own(job, path) or not is_left_by_run(job, path)]


def is_made_as_now(job: Job, proof: Mapping[str, Any]) -> bool:
    """Whether a proof says that its result was made of the text, the code and the inputs of now."""
    now = {"text": job.text, "code": proofs.code_digests(job), "inputs": proofs.input_digests(job)}
    return all(proof.get(part) == value for part, value in now.items())


def list_files(folder: str) -> Iterator[str]:
    """All that lies in a folder and is no folder itself, by path, without what DVC is told to ignore."""
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not is_ignored(name))
        links = [name for name in folders if os.path.islink(os.path.join(here, name))]
        yield from (os.path.join(here, name) for name in sorted([*files, *links]) if not is_ignored(name))


def is_left_by_run(job: Job, path: str) -> bool:
    """Whether the very bytes of a file lie where its run takes or leaves them: then a killed job has put it there."""
    digest = hashing.sha256(Path(path))
    if digest is None:
        return False
    try:
        left = any(name.endswith(f"-{digest}.safetensors") for name in os.listdir(scratch.trajectories(job.study)))
        work = hashing.sha256(scratch.workplace(job) / Path(path).name)
    except (scratch.ScratchRefused, OSError):
        left, work = False, None
    return left or digest == work or digest in external_checkpoints.read_contents(job).values()


def describe_strangers(strangers: Collection[str]) -> list[str]:
    """What to say of files that are none of a result, in a line; nothing of none."""
    if not strangers:
        return []
    first, *others = strangers
    more = f" and {len(others)} more are" if others else " is"
    return [f"{first}{more} none of it: move such a file elsewhere, or `vestige prune` removes it"]


def is_ignored(name: str) -> bool:
    """Whether a file or folder was left behind by a system, and DVC is told to ignore it by its name."""
    return is_leftover(name) and any(fnmatch.fnmatchcase(name, pattern) for pattern in ignored_patterns())


def ignored_patterns() -> tuple[str, ...]:
    """The patterns of names, without a folder, that DVC is told to ignore anywhere; none where nothing is said."""
    try:
        return read_ignored(str(IGNORED.absolute()), os.stat(IGNORED).st_mtime_ns)
    except (OSError, ValueError):
        return ()


@cache
def read_ignored(path: str, *mark: int) -> tuple[str, ...]:
    """The same, remembered while the file stays the same."""
    lines = [line.strip() for line in read_regular(path).decode().splitlines()]
    return tuple(line for line in lines if line and "/" not in line and not line.startswith(("#", "!")))
