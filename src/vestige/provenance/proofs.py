"""The proof that each result carries: what made it, and what it says."""

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from vestige.config.study import Study
from vestige.foundation import file_cache, source_hash
from vestige.foundation.canonical_json import canonical
from vestige.foundation.file_cache import find_remembered
from vestige.job_text import is_job_text
from vestige.pipeline import Job, begins, jobs
from vestige.provenance import embedding, environment, hashing

LONGEST = 200  # characters of a setting that a reason shows
FEW = 8  # texts of jobs behind a result are held as they are, if there are no more
Code = TypeVar("Code")
CodeOf = Callable[[Job], dict[str, str]]  # the digest of each file that makes a result


def proof(
    job: Job, made_by: dict[str, str], inputs: dict[str, str], behind: dict[str, Any], beside: dict[str, str]
) -> dict[str, Any]:
    """What made a result: code, text, inputs, what lies behind and beside it; notes that never make it stale."""
    return {
        "result": job.output,
        "code": made_by,
        "text": job.text,
        "inputs": inputs,
        "behind": behind,
        "beside": beside,
        "versions": environment.versions(job.code),
        "hardware": environment.hardware(job.study.device if job.stage.networks else None),
    }


def code_digests(job: Job) -> dict[str, str]:
    """The digest of each file that makes a result, as it stands now."""
    return digest_files(job.code)


def digest_files(files: Iterable[str]) -> dict[str, str]:
    """The digest of each of some files of the package that are there, as it stands now."""
    paths = {file: source_hash.PACKAGE / file for file in files}
    return {file: source_hash.file_digest(path) for file, path in paths.items() if path.is_file()}


def note_code(study: Study) -> None:
    """Leave what the code of all jobs of a study is to the processes that make them: each need not look for itself."""
    code_of = remember_by_code(code_digests)
    for job in jobs(study):
        with suppress(source_hash.SourceRefused, OSError):  # whoever makes this job says so
            code_of(job)
    file_cache.keep()


def remember_by_code(code_of: Callable[[Job], Code]) -> Callable[[Job], Code]:
    """The same function, which looks only once at the code of jobs that have it in common."""
    known: dict[tuple[str, ...], Code] = {}

    def code_of_begun(job: Job) -> Code:
        begun = begins(job.study, job.stage, job.names)
        if begun not in known:
            known[begun] = code_of(job)
        return known[begun]

    return code_of_begun


def describe_behind(job: Job) -> dict[str, Any]:
    """What to know of all from which a result comes, should it be gone.

    That is the code, by stage; the text of each job, or where there are many the sha256 of each; and the sha256 of the
    results that its inputs came from.
    """
    made_by: dict[str, dict[str, str]] = {}
    for begun in {begins(each.study, each.stage, each.names): each for each in job.upstream_jobs}.values():
        made_by.setdefault(begun.stage.name, {}).update(code_digests(begun))
    results: dict[str, str] = {}
    for given in filter(None, (read_proof(Path(each.output)) for each in job.inputs)):
        results |= given["behind"]["results"] | given["inputs"]
    texts = {each.output: each.text for each in job.upstream_jobs}
    if len(texts) > FEW:
        texts = {path: hashing.of_text(text) for path, text in texts.items()}
    return {"code": made_by, "texts": texts, "results": results}


def input_digests(job: Job) -> dict[str, str | None]:
    """The sha256 of each result that is read, as it stands now; None where it is absent."""
    return {each.output: hashing.sha256(Path(each.output)) for each in job.inputs}


def found_in(path: Path, kind: str = "") -> tuple[dict[str, Any] | None, bool]:
    """The proof that a result carries, None where it has none or cannot be read; whether it is as it was written.

    `kind` is the suffix that says what kind of file it is, where its name does not.
    """
    try:
        text, unchanged = find_remembered(f"seen{kind}", path, partial(embedding.read_embedded, kind=kind))
        given = json.loads(text)
        if "\\ud" in text.lower():  # half of a character, which no terminal and no file takes, is a ValueError
            json.dumps(given, ensure_ascii=False).encode()
        return (given if complete(given) else None), unchanged
    except (OSError, KeyError, ValueError, TypeError, AttributeError, RuntimeError, IndexError):  # too deep, for one
        return None, False


def complete(given: Any) -> bool:
    """Whether a proof has the parts that it must have: tables of texts, and where it is of now the text of its job."""
    if not isinstance(given, dict) or not isinstance(behind := given.get("behind"), dict):
        return False
    made_by = behind.get("code")
    texts = [given.get("code"), given.get("inputs"), given.get("beside"), behind.get("results")]
    texts += made_by.values() if isinstance(made_by, dict) else [None]
    texts += [] if is_former(given) else [behind.get("texts")]
    if not all(isinstance(each, dict) for each in texts):
        return False
    if not all(key.isprintable() and isinstance(said, str) for each in texts for key, said in each.items()):
        return False
    held = [] if is_former(given) else [given["text"], *(each for each in behind["texts"].values() if each[:1] == "{")]
    return all(map(is_job_text, held))


def is_former(given: dict[str, Any]) -> bool:
    """Whether a proof is of the form that proofs had before they held the text of their job."""
    return not isinstance(given.get("text"), str)


def read_proof(path: Path) -> dict[str, Any] | None:
    """The proof that a result carries; None where it has none or cannot be read."""
    return found_in(path)[0]


def table_changes(what: str, then: dict[str, Any], now: dict[str, Any], show: bool = False) -> list[str]:
    """The differences of two tables, a line each; `show` says from what to what, unless that is long."""
    keys = differing_keys(then, now)
    both = [(key, format_setting(then.get(key)), format_setting(now.get(key))) for key in keys] if show else []
    from_to = {key: f" was {old}, is {new}" for key, old, new in both if max(len(old), len(new)) <= LONGEST}
    return [f"{what} {key}{from_to.get(key, ' changed')}" for key in keys]


def differing_keys(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """The keys at which two tables differ, sorted."""
    return [key for key in sorted(then.keys() | now.keys()) if then.get(key) != now.get(key)]


def format_setting(value: Any) -> str:
    """A setting as a reason shows it."""
    return "absent" if value is None else canonical(value)


def leaves(value: Any, path: str = "") -> dict[str, Any]:
    """A nest of settings as one table of dotted paths; a list is one leaf."""
    if not isinstance(value, dict):
        return {path: value}
    nested = (leaves(each, f"{path}.{key}" if path else key) for key, each in value.items())
    return {key: each for table in nested for key, each in table.items()}
