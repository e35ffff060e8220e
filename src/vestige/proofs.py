"""The proof that each result carries: what made it, and whether that is still what the study and the code ask for."""

import hashlib
import json
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from vestige import code
from vestige.pipeline import Job, canonical

ATTRIBUTE = "proof"
PAGE = "page"  # the key of a page's own digest in its proof
SCRIPT = f'<script type="application/json" id="{ATTRIBUTE}">'
# Packages whose import name is not the name under which they are installed.
DISTRIBUTIONS = {"sklearn": "scikit-learn", "PIL": "pillow", "mpl_toolkits": "matplotlib"}


def proof(job: Job, digests: dict[str, str], beside: dict[str, str]) -> dict[str, Any]:
    """What made a result: code, settings, inputs, what lies beside it; and notes that never make it stale."""
    return {
        "result": job.output,
        "code": digests,
        "settings": job.settings,
        "inputs": {each.output: sha256(Path(each.output)) for each in job.inputs},
        "beside": beside,
        "versions": versions(job.code),
        "hardware": hardware(job.settings.get("device")),
    }


def code_digests(job: Job) -> dict[str, str]:
    """The digest of each file that makes a result, as it stands now."""
    return {file: code.file_digest(code.PACKAGE / file) for file in job.code}


def staleness(job: Job) -> list[str]:
    """Why a result is not what the study and the code ask for, a line a reason; empty where it is current.

    What lies behind it must be current too, as far as it is here: a result can stand without that from which it came.
    """
    behind = {each.output: faults(each, beside=False) for each in job.upstream if Path(each.output).is_file()}
    return faults(job) + [f"{path}, from which it comes, is stale: {why[0]}" for path, why in behind.items() if why]


def faults(job: Job, beside: bool = True) -> list[str]:
    """Why a result does not agree with its own settings, code and inputs.

    `beside` also checks the files written beside it (for a training result, every checkpoint).
    """
    path = Path(job.output)
    if not path.is_file():
        return ["it is missing"]
    given = read_proof(path)
    if given is None or given.get("result") != job.output:
        return ["it carries no proof of its own" if given is None else f"it is a copy of {given.get('result')}"]
    reasons = [
        *changed("code of", given.get("code", {}), code_digests(job)),
        *changed("setting", leaves(given.get("settings", {})), leaves(job.settings), show=True),
        *changed("input", given.get("inputs", {}), {each.output: sha256(Path(each.output)) for each in job.inputs}),
    ]
    reasons += (
        [f"{path} was changed after it was written"] if PAGE in given and given[PAGE] != page_digest(path) else []
    )
    return reasons + (files_changed(given.get("beside", {})) if beside else [])


def page_digest(path: Path) -> str:
    """The sha256 of a page without the script that holds its proof."""
    text = path.read_text(encoding="utf-8")
    start, begin, rest = text.rpartition(SCRIPT)
    return digest_of_text(start + rest.partition("</script>")[2])


def files_changed(beside: dict[str, str]) -> list[str]:
    """Which of the files beside a result are not those that were written with it."""
    return changed("file", beside, {path: sha256(Path(path)) for path in beside})


def changed(what: str, then: dict[str, Any], now: dict[str, Any], show: bool = False) -> list[str]:
    """The differences of two tables, a line each; an input that is absent now proves nothing either way."""
    lines = []
    for key in sorted(then.keys() | now.keys()):
        old, new = then.get(key), now.get(key)
        if old != new and not (what == "input" and new is None and key in now):
            lines.append(f"{what} {key}" + (f" was {said(old)}, is {said(new)}" if show else " changed"))
    return lines


def said(value: Any) -> str:
    """A setting as a reason shows it."""
    return "absent" if value is None else canonical(value)


def leaves(value: Any, path: str = "") -> dict[str, Any]:
    """A nest of settings as one table of dotted paths; a list is one leaf."""
    if not isinstance(value, dict):
        return {path: value}
    nested = (leaves(each, f"{path}.{key}" if path else key) for key, each in value.items())
    return {key: each for table in nested for key, each in table.items()}


def read_proof(path: Path) -> dict[str, Any] | None:
    """The proof that a result carries; None where it has none or cannot be read."""
    try:
        return proof_in(path, *code.identity(path))
    except OSError:
        return None


@cache
def proof_in(path: Path, *identity: int) -> dict[str, Any] | None:
    """The proof in a file, remembered while it stays the same file."""
    try:
        given = json.loads(proof_text(path))
        return given if isinstance(given, dict) else None
    except (OSError, KeyError, ValueError, AttributeError, SyntaxError):
        return None


def proof_text(path: Path) -> str:
    """The proof's JSON, from a NetCDF attribute, a PNG text chunk or a page's last script."""
    if path.suffix == ".html":
        return path.read_text(encoding="utf-8").rpartition(SCRIPT)[2].partition("</script>")[0]
    if path.suffix == ".png":
        from PIL import Image

        with Image.open(path) as image:
            return image.text[ATTRIBUTE]
    import netCDF4

    with netCDF4.Dataset(path) as opened:
        return opened.getncattr(ATTRIBUTE)


def sha256(path: Path) -> str | None:
    """The sha256 of a file; None where there is none."""
    try:
        return digest_of(path, *code.identity(path))
    except OSError:
        return None


@cache
def digest_of(path: Path, *identity: int) -> str:
    """The sha256 of a file, remembered while it stays the same file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest_of_text(text: str) -> str:
    """The sha256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def versions(files: tuple[str, ...]) -> dict[str, str]:
    """Versions of the installed packages that the code imports."""
    names = (DISTRIBUTIONS.get(name, name) for name in code.packages(*files))
    return {name: version(name) for name in sorted(names)}


def hardware(device: str | None) -> dict[str, str]:
    """The model of the processor, and of the accelerator where the study computes on one."""
    named = {"cpu": processor()}
    if device == "cuda":
        import torch

        named["gpu"] = torch.cuda.get_device_name()
    return named


def processor() -> str:
    """The processor's model as the system names it."""
    import platform

    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()
