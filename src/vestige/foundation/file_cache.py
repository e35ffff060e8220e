"""What was found in files, remembered while they stay the same files: in this process, and in `work/` for the next."""

import hashlib
import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from vestige.foundation.file_identity import identity
from vestige.foundation.files import read_regular, write_whole

MEMORY = Path("work", "found_in_files")
SETTLED = 2e9  # nanoseconds: of a file changed less long ago, a later change might not show in its times
FINDERS = (  # the code that finds what is remembered: a memory written by other code is ignored
    *("foundation/canonical_json.py", "foundation/comments.py", "foundation/file_identity.py"),
    *("foundation/file_cache.py", "foundation/files.py", "foundation/source_hash.py", "config/rows.py"),
    *("provenance/result_facts.py", "provenance/embedding.py", "provenance/equivalences.py"),
    *("provenance/hashing.py", "provenance/trajectories.py"),
)

# By what is found and where: what the file was like, what was found, and whether it had settled then.
known: dict[str, tuple[list[int], Any, bool]] = {}


def find_remembered(what: str, path: Path, find: Callable[[Path], Any]) -> Any:
    """What is to be found in a file, looked for anew only if the file has changed. Raises what `find` raises.

    It must be what JSON can hold; in a later process a tuple comes back as a list.
    """
    before, mark, key = time.time_ns(), list(identity(path)), f"{what} {os.path.abspath(path)}"
    found = known.get(key) or left_by_others(key)
    if found is None or found[0] != mark:
        found = (mark, find(path), max(mark[:2]) < before - SETTLED)
        if list(identity(path)) != mark:  # another file by now, and who knows which of them was read
            return found[1]
    known[key] = found
    return found[1]


def left_by_others(key: str) -> tuple[list[int], Any, bool] | None:
    """What former processes have left under a key in the project's folder; None where that cannot be read."""
    with suppress(OSError, TypeError):  # of a folder that is gone; where nothing is left under the key
        mark, found = json.loads(read_kept(os.getcwd()).get(json.dumps(key)))
        return mark, found, True
    return None


@cache
def read_kept(folder: str) -> dict[str, str]:
    """The lines that former processes left in a project's folder, by key, both as JSON; none where that is damaged.

    There may be very many, of which a process needs a few: none is read before it is asked for.
    """
    try:
        head, _, body = read_regular(Path(folder, MEMORY)).decode().partition("\n")
    except (OSError, ValueError):
        return {}
    if head != head_of(body):
        return {}
    return {key: found for key, tab, found in (line.partition("\t") for line in body.split("\n")) if tab}


def head_of(body: str) -> str:
    """The first line of a memory: what found all that stands below it, and the digest of that."""
    return json.dumps([*FOUND_BY, hashlib.sha256(body.encode()).hexdigest()])


def keep() -> None:
    """Leave what is known of settled files to the next process; where that cannot be written, it computes it again."""
    new = {json.dumps(key): json.dumps(found[:2], separators=(",", ":")) for key, found in known.items() if found[2]}
    with suppress(OSError):
        before = read_kept(os.getcwd())
        if new.items() <= before.items():
            return
        all_known = (before | new).items()
        body = "\n".join(f"{key}\t{found}" for key, found in all_known if os.path.exists(path_in(key)))
        with write_whole(MEMORY) as file:
            file.write(f"{head_of(body)}\n{body}".encode())


def path_in(key: str) -> str:
    """The path in a key as it stands in a line."""
    return json.loads(key).partition(" ")[2]


def describe_finders() -> list:
    """What finds what is remembered: the interpreter, when a package was last installed, the text of each file."""
    package = Path(__file__).resolve().parents[1]
    installed = [
        Path(each).stat().st_mtime_ns for each in sys.path if each.endswith("site-packages") and os.path.isdir(each)
    ]
    texts = [hashlib.sha256((package / file).read_bytes()).hexdigest() for file in FINDERS]
    return [sys.version, *installed, *texts]


FOUND_BY = describe_finders()  # as this process has loaded it: a file that is edited later finds nothing here
