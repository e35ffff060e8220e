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

from vestige.foundation import source
from vestige.foundation.files import whole

MEMORY = Path("work", "digests.json")
SETTLED = 2e9  # nanoseconds: of a file changed less long ago, a later change might not show in its times

# By what and path: what the file was like, what was found, and whether it had settled then.
known: dict[str, tuple[list[int], Any, bool]] = {}


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
    before, mark, key = time.time_ns(), list(source.identity(path)), f"{what} {os.path.abspath(path)}"
    found = known.get(key) or kept(os.getcwd()).get(key)
    if found is None or found[0] != mark:
        found = (mark, find(path), max(mark[:2]) < before - SETTLED)
    known[key] = found
    return found[1]


@cache
def kept(folder: str) -> dict[str, list]:
    """What former processes have left in a project's folder; nothing where that cannot be read."""
    try:
        said = json.loads(Path(folder, MEMORY).read_text())
        known = said["known"] if said["by"] == by() else {}
        return {key: found for key, found in known.items() if isinstance(found, list) and len(found) == 3}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def keep() -> None:
    """Leave what is known of settled files to the next process; where that cannot be written, it computes it again."""
    said = kept(os.getcwd()) | {key: found for key, found in known.items() if found[2]}
    said = {key: found for key, found in said.items() if os.path.exists(key.partition(" ")[2])}
    with suppress(OSError), whole(MEMORY) as file:
        file.write(json.dumps({"by": by(), "known": said}, separators=(",", ":")).encode())


def by() -> list[str]:
    """The code that finds what is remembered: what other code has found is not asked."""
    files = ("hashing.py", "embedding.py", "trajectories.py", "described.py")
    return [source.file_digest(source.PACKAGE / "provenance" / file) for file in files]
