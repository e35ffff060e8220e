"""Former results, as DVC remembers them: in dvc.lock, in that of the last commit, in its run-cache."""

import hashlib
import json
import os
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from vestige.engines import dvc_lock
from vestige.pipeline import Job
from vestige.provenance import hashing, proofs
from vestige.provenance.filled_folders import list_files

MAKES = re.compile(r"^- vestige make (\S+)$", re.MULTILINE)  # among the commands of an entry of the run-cache


@dataclass(frozen=True)
class Former:
    """What dvc.lock or the run-cache says of a result: settings, and the digests of deps and outs."""

    job: Job
    said: dict[str, Any]
    cache: Path
    source: Path | None  # the file that says it; None for the last commit's

    @cached_property
    def outs(self) -> dict[str, str]:
        """DVC's digest of each out, by path."""
        return dvc_lock.digests_of(self.said, "outs")

    @property
    def result(self) -> Path:
        """The result itself, in the cache."""
        return object_of(self.cache, self.outs[self.job.output])

    @property
    def is_whole(self) -> bool:
        """Whether the cache holds all of it."""
        return all(map(Path.is_file, (path for digest in self.outs.values() for path in objects(self.cache, digest))))

    def names_in(self, folder: str) -> set[str]:
        """The names of the files in a folder that is an out; none where the cache does not hold its list."""
        listed = object_of(self.cache, self.outs[folder]) if folder in self.outs else None
        try:
            return {each["relpath"] for each in json.loads(listed.read_bytes())} if listed else set()
        except (OSError, ValueError, TypeError, KeyError):
            return set()

    @property
    def proof(self) -> tuple[dict[str, Any] | None, bool]:
        """The proof that it carries, and whether it is as it was written."""
        return proofs.found_in(self.result, Path(self.job.output).suffix)


def object_of(cache: Path, digest: str) -> Path:
    """The file of the cache that has a digest."""
    return cache / "files" / "md5" / digest[:2] / digest[2:]


def objects(cache: Path, digest: str) -> Iterator[Path]:
    """The files of the cache in which an out lies: for a folder its list, and whatever is on it."""
    listed = object_of(cache, digest)
    yield listed
    if digest.endswith(".dir") and listed.is_file():
        try:
            yield from [object_of(cache, each["md5"]) for each in json.loads(listed.read_bytes())]
        except (ValueError, TypeError, KeyError):  # damaged: then the cache does not hold it
            yield listed / "files"


class Formers:
    """All former results, by their command."""

    def __init__(self, cache: Path):
        self.cache = cache
        self.locks = [(dvc_lock.FILE, dvc_lock.read()), (None, read_committed())]
        self.runs: dict[str, list[Path]] = defaultdict(list)
        for path in sorted((cache / "runs").glob("*/*/*"), key=lambda path: -path.stat().st_mtime):
            found = MAKES.search(dvc_lock.unfold_lines(read_text(path)))
            self.runs[found[1] if found else ""].append(path)

    def results_of(self, job: Job) -> Iterator[Former]:
        """Those of a job made with its very settings, as they say: what dvc.lock says first, then the latest."""
        locked = ((source, lock.get(dvc_lock.stage_of(job))) for source, lock in self.locks)
        for path, text in [*locked, *((path, indent_entry(path)) for path in self.in_runs(job))]:
            try:
                said = dvc_lock.entry(text or "")
            except RuntimeError:
                continue  # sync writes a damaged entry anew
            if dvc_lock.claims(said, job) and job.output in dvc_lock.digests_of(said, "outs"):
                yield Former(job, said, self.cache, path)

    def in_runs(self, job: Job) -> list[Path]:
        """What the run-cache says of a job, with whatever settings."""
        return self.runs.get(job.output, [])


def indent_entry(path: Path) -> str:
    """An entry of the run-cache as it would stand in dvc.lock."""
    return "".join(f"    {line}" for line in read_text(path).splitlines(keepends=True))


def read_text(path: Path) -> str:
    """The text of a file; none where it holds none."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def read_committed() -> dict[str, str]:
    """What the dvc.lock of the last commit says; nothing without git, or where it is no such file."""
    try:
        shown = subprocess.run(["git", "show", f"HEAD:./{dvc_lock.FILE}"], capture_output=True, text=True)
        return dvc_lock.read(shown.stdout) if shown.returncode == 0 else {}
    except (OSError, RuntimeError, ValueError):
        return {}


def md5(path: Path) -> str | None:
    """DVC's digest of a file; None where there is none."""
    return hashing.of_file(path, "md5")


def holds(cache: Path, path: Path) -> bool:
    """Whether the cache has a file's content."""
    digest = md5(path)
    return digest is not None and object_of(cache, digest).is_file()


def files_in(folder: Path) -> Iterator[Path]:
    """The files in a folder, but for those that DVC is told to ignore."""
    return (Path(each) for each in list_files(str(folder)) if os.path.isfile(each))


def md5_of_folder(folder: Path) -> str:
    """DVC's digest of a folder: that of the list of all files in it, but for those that it is told to ignore."""
    inside = {each.relative_to(folder).as_posix(): each for each in files_in(folder)}
    listed = [{"md5": md5(inside[name]), "relpath": name} for name in sorted(inside)]
    return hashlib.md5(json.dumps(listed, sort_keys=True).encode()).hexdigest() + ".dir"
