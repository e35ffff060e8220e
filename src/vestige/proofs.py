"""The proof that each result carries: what made it, and what it says."""

import json
from functools import partial
from pathlib import Path
from typing import Any

from vestige import carriers, code, digests, machine
from vestige.pipeline import Job, begins, canonical, stated

CONTENT = "content"  # the key of the digest of what the result says


def proof(job: Job, made_by: dict[str, str], inputs: dict[str, str], beside: dict[str, str]) -> dict[str, Any]:
    """What made a result: code, settings, inputs, what lies beside it; and notes that never make it stale."""
    return {
        "result": job.output,
        "code": made_by,
        "settings": job.settings,
        "inputs": inputs,
        "behind": behind(job),
        "beside": beside,
        "versions": machine.versions(job.code),
        "hardware": machine.hardware(job.settings.get("device")),
    }


def stamped(stamp: dict[str, Any], content: str) -> str:
    """The text of a proof that also says what the result says."""
    return canonical(stamp | {CONTENT: content})


def code_digests(job: Job) -> dict[str, str]:
    """The digest of each file that makes a result, as it stands now."""
    return {file: code.file_digest(code.PACKAGE / file) for file in job.code}


def behind(job: Job) -> dict[str, Any]:
    """The code, by stage, and the settings of all from which a result comes: what to know of it if it is gone."""
    made_by: dict[str, dict[str, str]] = {}
    for begun in {begins(each.study, each.stage, each.names): each for each in job.upstream}.values():
        made_by.setdefault(begun.stage.name, {}).update(code_digests(begun))
    return {"code": made_by, "settings": stated(job.study, {key for each in job.upstream for key in each.keys})}


def input_digests(job: Job) -> dict[str, str | None]:
    """The sha256 of each result that is read, as it stands now; None where it is absent."""
    return {each.output: digests.sha256(Path(each.output)) for each in job.inputs}


def found_in(path: Path, kind: str = "") -> tuple[dict[str, Any] | None, str]:
    """The proof that a result carries, None where it has none or cannot be read, and the sha256 of what it says.

    `kind` is the suffix that says what kind of file it is, where its name does not.
    """
    try:
        text, content = digests.remembered(f"seen{kind}", path, partial(carriers.seen, kind=kind))
        given = json.loads(text)
        return (given if isinstance(given, dict) else None), content
    except (OSError, KeyError, ValueError, AttributeError, RuntimeError, IndexError):
        return None, ""


def read_proof(path: Path) -> dict[str, Any] | None:
    """The proof that a result carries; None where it has none or cannot be read."""
    return found_in(path)[0]


def changed(what: str, then: dict[str, Any], now: dict[str, Any], show: bool = False) -> list[str]:
    """The differences of two tables, a line each."""
    return [
        f"{what} {key}" + (f" was {said(then.get(key))}, is {said(now.get(key))}" if show else " changed")
        for key in sorted(then.keys() | now.keys())
        if then.get(key) != now.get(key)
    ]


def said(value: Any) -> str:
    """A setting as a reason shows it."""
    return "absent" if value is None else canonical(value)


def leaves(value: Any, path: str = "") -> dict[str, Any]:
    """A nest of settings as one table of dotted paths; a list is one leaf."""
    if not isinstance(value, dict):
        return {path: value}
    nested = (leaves(each, f"{path}.{key}" if path else key) for key, each in value.items())
    return {key: each for table in nested for key, each in table.items()}
