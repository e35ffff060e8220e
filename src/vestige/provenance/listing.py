"""The files at the places from which a study takes its images: when one changes, so may they.

No path of a place is part of a proof, and neither is this: images that come out the same leave all else current.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from vestige.config.study import Study
from vestige.foundation import source
from vestige.foundation.files import whole
from vestige.pipeline import Job
from vestige.provenance import hashing

FOLDER = Path("work", "listings")
SHOWN = 3  # names of what has changed

Listing = dict[str, str]  # a file or a folder at a place -> a digest of what it is like, and all files in it


def list_places(study: Study) -> Listing:
    """What lies at a study's places; empty where it has none, or they are not here. Raises ValueError."""
    found: Listing = {}
    for key in study.images.places:
        path = study.images.path(key)
        found |= {f"{key}: {name}": digest for name, digest in list_folder(str(path.absolute())).items()}
    return found


@cache
def list_folder(folder: str) -> Listing:
    """Each file in a folder, and each folder in it with all that it holds; empty where there is no such folder."""
    if not os.path.isdir(folder):
        return {}
    with os.scandir(folder) as found:
        return {entry.name: digest_of(entry.path) for entry in sorted(found, key=lambda entry: entry.name)}


def digest_of(path: str) -> str:
    """A digest of the size, the times and the place on the disk of a file, or of all files in a folder."""
    found = hashlib.sha256()
    for each in files_in(path) if os.path.isdir(path) else filter(os.path.exists, [path]):
        found.update(json.dumps([os.path.relpath(each, path), *source.identity(Path(each))]).encode())
    return found.hexdigest()


def files_in(folder: str) -> Iterator[str]:
    """The paths of all files in a folder, in a fixed order."""
    for here, folders, names in os.walk(folder, followlinks=True):
        folders.sort()
        yield from (path for name in sorted(names) if os.path.exists(path := os.path.join(here, name)))


def note_made(job: Job, listing: Listing) -> None:
    """Note what lay at the places from which the images of a result were taken, if anything did."""
    if listing:
        with whole(note_of(job)) as file:
            file.write(json.dumps({"result": hashing.sha256(Path(job.output)), "listing": listing}).encode())


def note_of(job: Job) -> Path:
    """Where that is noted."""
    return FOLDER / f"{job.study.study}.json"


def changes(job: Job) -> list[str]:
    """What has changed at the places since a result was made, in a line; none where that is not known here."""
    if not job.stage.lists_places:
        return []
    try:
        noted = json.loads(note_of(job).read_text())
        then = noted["listing"] if noted["result"] == hashing.sha256(Path(job.output)) else {}
    except (OSError, ValueError, KeyError, TypeError):
        return []
    now = list_places(job.study)
    changed = [key for key in sorted(then.keys() | now.keys()) if then.get(key) != now.get(key)]
    if not then or not now or not changed:
        return []
    more = f" and {len(changed) - SHOWN} more" if len(changed) > SHOWN else ""
    return [f"what lies at images.{', '.join(changed[:SHOWN])}{more} has changed"]
