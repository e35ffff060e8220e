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
from vestige.foundation.canonical_json import canonical, plain
from vestige.foundation.external_paths import is_leftover
from vestige.foundation.files import read_regular, write_whole
from vestige.pipeline import PLAN, Job
from vestige.provenance import hashing

FOLDER = Path("work", "listings")
SHOWN = 3  # names of what has changed

Listing = dict[str, str]  # a file or a folder at a place -> a digest of what it is like, and all files in it


def list_image_files(study: Study) -> Listing:
    """What lies at a study's places, and how it is read; empty where it has none, or they are not here.

    Raises ValueError for a path with a variable that is not set.
    """
    images, found = study.images, {}
    for key in images.places:
        listed = list_folder(str(images.path(key).absolute()))
        found |= {f"{key}: {name}": digest for name, digest in listed.items()}
    read = {key: canonical(plain(getattr(images, key))) for key in images.listed_with}
    return found and found | read


@cache
def list_folder(folder: str) -> Listing:
    """Each file in a folder, and each folder in it with all that it holds; empty where it cannot be read."""
    return {entry.name: describe_entry(entry) for entry in entries_of(folder)}


def entries_of(folder: str) -> list[os.DirEntry]:
    """What lies in a folder, by name, without what systems leave behind; nothing where it cannot be read."""
    try:
        with os.scandir(folder) as found:
            return sorted((entry for entry in found if not is_leftover(entry.name)), key=lambda entry: entry.name)
    except OSError:
        return []


def describe_entry(entry: os.DirEntry) -> str:
    """A digest of the size, the times and the place on the disk of a file, or of all files in a folder."""
    found = hashlib.sha256()
    for path, stat in files_in(entry.path) if is_folder(entry) else stat_of(entry):
        identity = [path, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size, stat.st_ino]
        found.update(json.dumps(identity).encode())
    return found.hexdigest()


def files_in(folder: str, inside: str = "", above: frozenset = frozenset()) -> Iterator[tuple[str, os.stat_result]]:
    """Path in the folder and state of each file, in a fixed order; of links that lead back up, nothing."""
    try:
        own = os.stat(folder)
    except OSError:
        return
    if (place := (own.st_dev, own.st_ino)) in above:
        return
    for entry in entries_of(folder):
        path = f"{inside}/{entry.name}"
        if is_folder(entry):
            yield from files_in(entry.path, path, above | {place})
        else:
            yield from ((path, stat) for _, stat in stat_of(entry))


def is_folder(entry: os.DirEntry) -> bool:
    """Whether an entry is a folder; a link to itself, or to what may not be seen, is none."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def stat_of(entry: os.DirEntry) -> list[tuple[str, os.stat_result]]:
    """Name and state of a file; nothing of one that is gone, or a link to nowhere."""
    try:
        return [(entry.name, entry.stat())]
    except OSError:
        return []


def note_made(job: Job, listing: Listing) -> None:
    """Note what lay at the places from which the images of a result were taken: what lies there now, if nothing did."""
    if not listing and job.stage.lists_places:  # they may have been downloaded
        list_folder.cache_clear()
        listing = list_image_files(job.study)
    if listing:
        with write_whole(note_of(job)) as file:
            file.write(json.dumps({"result": hashing.sha256(Path(job.output)), "listing": listing}).encode())


def note_of(job: Job) -> Path:
    """Where that is noted."""
    return FOLDER / f"{job.study.study}.json"


def changes(job: Job) -> list[str]:
    """What has changed at the places since a result was made, in a line; none where that is not known here.

    A job that an engine started does not look: whoever started the engine has.
    """
    if not job.stage.lists_places or is_started_by_engine():
        return []
    try:
        noted = json.loads(read_regular(note_of(job)))
        then = noted["listing"] if noted["result"] == hashing.sha256(Path(job.output)) else {}
        now = list_image_files(job.study)
    except (OSError, ValueError, KeyError, TypeError):
        return []
    changed = [key for key in sorted(then.keys() | now.keys()) if then.get(key) != now.get(key)]
    if not then or not now or not changed:
        return []
    read = {*job.study.images.listed_with}
    if not (then.keys() & now.keys()) - read:
        return [
            f"what lies at images.{' and images.'.join(job.study.images.places)} has other names, and so has changed"
        ]
    more = f" and {len(changed) - SHOWN} more" if len(changed) > SHOWN else ""
    return [f"what lies at images.{', '.join(changed[:SHOWN])}{more} has changed"]


def is_started_by_engine() -> bool:
    """Whether a Snakemake has planned this process: on a node, files may have other times and places."""
    return PLAN in os.environ
