"""Former results that DVC remembers, and which of them are those that the study asks for."""

import json
import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from vestige import code, digests, proofs
from vestige.changes import behind_changed, inputs_changed, own_changes
from vestige.fronts import lockfile
from vestige.judgements import FOREIGN, PROVEN, STALE, Judgement
from vestige.pipeline import Job


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
        return lockfile.digests_of(self.said, "outs")

    @property
    def result(self) -> Path:
        """The result itself, in the cache."""
        return object_of(self.cache, self.outs[self.job.output])

    @property
    def whole(self) -> bool:
        """Whether the cache holds all of it."""
        return all(map(Path.is_file, (path for digest in self.outs.values() for path in objects(self.cache, digest))))

    @property
    def found(self) -> tuple[dict[str, Any] | None, bool]:
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
        self.locks = [(lockfile.FILE, lockfile.read()), (None, committed())]
        self.runs: dict[str, list[Path]] = defaultdict(list)
        for path in sorted((cache / "runs").glob("*/*/*"), key=lambda path: -path.stat().st_mtime):
            first, _, _ = lockfile.unfolded(written(path)).partition("\n")
            self.runs[first.strip()].append(path)

    def of(self, job: Job) -> Iterator[Former]:
        """Those of a job made with its very settings, as they say: what dvc.lock says first, then the latest."""
        locked = ((source, lock.get(lockfile.stage_of(job))) for source, lock in self.locks)
        for path, text in [*locked, *((path, indented(path)) for path in self.in_runs(job))]:
            try:
                said = lockfile.entry(text or "")
            except RuntimeError:
                continue  # sync writes a damaged entry anew
            if lockfile.claims(said, job) and job.output in lockfile.digests_of(said, "outs"):
                yield Former(job, said, self.cache, path)

    def in_runs(self, job: Job) -> list[Path]:
        """What the run-cache says of a job, with whatever settings."""
        return self.runs.get(f"cmd: vestige make {job.output}", [])


def indented(path: Path) -> str:
    """An entry of the run-cache as it would stand in dvc.lock."""
    return "".join(f"    {line}" for line in written(path).splitlines(keepends=True))


def written(path: Path) -> str:
    """The text of a file; none where it holds none."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def committed() -> dict[str, str]:
    """What the dvc.lock of the last commit says; nothing without git, or where it is no such file."""
    try:
        shown = subprocess.run(["git", "show", f"HEAD:./{lockfile.FILE}"], capture_output=True, text=True)
        return lockfile.read(shown.stdout) if shown.returncode == 0 else {}
    except (OSError, RuntimeError, ValueError):
        return {}


def fits(former: Former, inputs: Mapping[str, str | None], gone: Mapping[str, Job]) -> bool:
    """Whether a former result in the cache would be proven, where the results that it reads have these digests.

    `gone` are the jobs behind it of which nothing is here.
    """
    if unlike(former) or differing_inputs(former, inputs):
        return False
    return not behind_changed(former.found[0], tuple(gone.values()))[0]


def unlike(former: Former) -> bool:
    """Whether a former result is damaged, another result, or made with other settings or code than now."""
    job, (given, unchanged) = former.job, former.found
    if (
        given is None
        or given.get("result") != job.output
        or own_changes(job, given, unchanged, proofs.code_digests(job))[0]
    ):
        return True
    beside = {
        path: digests.sha256(object_of(former.cache, former.outs[path])) for path in job.beside if path in former.outs
    }
    return any(found not in (None, given["beside"].get(path)) for path, found in beside.items())


def differing_inputs(former: Former, inputs: Mapping[str, str | None]) -> bool:
    """Whether a former result, which is sound itself, was made from others; one that is absent proves nothing."""
    return bool(
        inputs_changed(former.found[0]["inputs"], {each.output: inputs.get(each.output) for each in former.job.inputs})
    )


def chosen(found: Mapping[str, Judgement], formers: Formers, usable: Callable) -> dict[str, Former]:
    """For each result that is not proven, the former one that would be; `usable` says which are at hand.

    Upstream first: what reads a result that is stale and stays so has no former result that would be proven.
    """
    will: dict[str, str | None] = {}  # the digest of each result as it will be
    gone: dict[str, dict[str, Job]] = {}  # of each result the jobs of it and of what lies behind it, if it is absent
    unsound: set[str] = set()
    picked: dict[str, Former] = {}
    for path, each in found.items():
        reads = {near.output for near in each.job.inputs}
        former = None
        absent = {name: one for near in reads for name, one in gone[near].items()}
        if each.state != PROVEN and not reads & unsound:
            former = next((one for one in formers.of(each.job) if usable(one) and fits(one, will, absent)), None)
        if former is not None:
            picked[path], will[path], gone[path] = former, digests.sha256(former.result), {}
            continue
        will[path] = digests.sha256(Path(path))
        gone[path] = {} if will[path] else {path: each.job} | absent
        if reads & unsound or each.state in (STALE, FOREIGN):
            unsound.add(path)
    return picked


def md5(path: Path) -> str | None:
    """DVC's digest of a file; None where there is none."""
    return digests.of_file(path, "md5")


def same_code(former: Former) -> bool:
    """Whether a former result claims to be made by the source files as they are now, byte for byte."""
    then = lockfile.digests_of(former.said, "deps")
    return all(then.get(code.PREFIX + file) == md5(Path(code.PREFIX + file)) for file in former.job.code)


def poisoned(former: Former) -> bool:
    """Whether DVC would take a former result for one of the settings and the code of now, and is wrong."""
    if not former.result.is_file() or not same_code(former):
        return False
    now = {each.output: digests.sha256(Path(each.output)) for each in former.job.inputs}
    then = lockfile.digests_of(former.said, "deps")
    read = {path: digest for path, digest in now.items() if then.get(path) == md5(Path(path))}
    return unlike(former) or differing_inputs(former, read)


def sound(former: Former) -> bool:
    """Whether the file of the cache in which a former result lies has the digest by which it is named."""
    return md5(former.result) == former.outs[former.job.output]
