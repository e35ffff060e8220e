"""Makes a study in one process with whatever package it finds, and says what came out and which lines were run.

`python remade.py LINES`, in a folder that holds params.yaml alone. A line of JSON: the digest of the content of each
file, decoded and without its proof; with LINES, also the lines of the package that were run, by file.
"""

import hashlib
import inspect
import json
import os
import re
import sys
from collections import defaultdict
from pathlib import Path

ran: dict[str, set[int]] = defaultdict(set)


def follow(frame, event, argument):
    """Note each line of the package's functions that is run."""
    file = frame.f_code.co_filename
    if "/vestige/" not in file or "site-packages" in file or not frame.f_code.co_flags & inspect.CO_OPTIMIZED:
        return None  # the bodies of modules and classes are run by any import

    def note(frame, event, argument):
        ran[file].add(frame.f_lineno)
        return note

    return note(frame, event, argument)


def make_all() -> None:
    """Make every result of the study here."""
    from vestige import pipeline
    from vestige.commands.make import make
    from vestige.config import loading

    for job in pipeline.jobs(loading.read()):
        make(job)


def content(path: Path) -> str:
    """The digest of what a file says, but for its proof and its seal."""
    if path.suffix == ".nc":
        import xarray as xr

        with xr.open_dataset(path) as opened:
            opened.attrs.pop("proof", None)
            said = [repr(opened.to_dict()), repr([(name, each.dtype.str) for name, each in opened.variables.items()])]
            return hashlib.sha256("".join(said).encode()).hexdigest()
    if path.suffix == ".png":
        from PIL import Image

        with Image.open(path) as opened:
            opened.load()
            opened.text.pop("proof", None)
            return hashlib.sha256(opened.tobytes() + repr(sorted(opened.text.items())).encode()).hexdigest()
    if path.suffix == ".html":  # but for its proof, hashes of source files, and the pictures, which are compared
        page, _, _ = path.read_text(encoding="utf-8").rpartition("<script")
        return re.sub(r"[0-9a-f]{64}|base64,[^\"']*", "", page)
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    if sys.argv[1:] == ["LINES"]:
        sys.settrace(follow)
    os.environ.pop("VESTIGE_PLAN", None)
    make_all()
    sys.settrace(None)
    files = sorted(path for path in Path("results").rglob("*.*") if path.is_file() and ".partial" not in path.parts)
    print(
        json.dumps(
            {"made": {str(path): content(path) for path in files}, "ran": {k: sorted(v) for k, v in ran.items()}}
        )
    )
