"""Digests of files, remembered while they stay the same files: in this process, and in `work/` for the next one."""

import hashlib
import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from vestige import code
from vestige.apparatus.writing import whole

MEMORY = Path("work", "digests.json")
SETTLED = 2e9  # nanoseconds: of a file changed less long ago, a later change might not show in its times

known: dict[str, tuple[list[int], Any]] = {}  # by what and path: what the file was like, and what was found


def sha256(path: Path) -> str | None:
    """The sha256 of a file; None where there is none."""
    return of_file(path, "sha256")


def of_file(path: Path, kind: str) -> str | None:
    """A digest of a file, by the name of its kind; None where there is no file."""
    try:
        return remembered(kind, path, lambda path: of_bytes(path, kind))
    except OSError:
        return None


def of_bytes(path: Path, kind: str) -> str:
    """A digest of a file's bytes."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, kind).hexdigest()


def of_text(text: str) -> str:
    """The sha256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def remembered(what: str, path: Path, find: Callable[[Path], Any]) -> Any:
    """What is to be found in a file, looked for anew only if the file has changed. Raises what `find` raises."""
    mark, key = list(code.identity(path)), f"{what} {os.path.abspath(path)}"
    found = known.get(key) or kept(os.getcwd()).get(key)
    if found is None or list(found[0]) != mark:
        found = (mark, find(path))
    known[key] = found
    return found[1]


@cache
def kept(folder: str) -> dict[str, list]:
    """What former processes have left in a project's folder; nothing where that cannot be read."""
    try:
        said = json.loads(Path(folder, MEMORY).read_text())
        return {key: found for key, found in said.items() if isinstance(found, list) and len(found) == 2}
    except (OSError, ValueError, AttributeError):
        return {}


def keep() -> None:
    """Leave what is known of settled files to the next process; where that cannot be written, it computes it again."""
    settled = time.time_ns() - SETTLED
    said = kept(os.getcwd()) | {key: found for key, found in known.items() if max(found[0][:2]) < settled}
    said = {key: found for key, found in said.items() if os.path.exists(key.partition(" ")[2])}
    with suppress(OSError), whole(MEMORY) as file:
        file.write(json.dumps(said, separators=(",", ":")).encode())
