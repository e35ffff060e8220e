"""Entries of a folder, without what operating systems leave behind; pipes and devices are never opened."""

import os
import stat
from typing import NamedTuple

from vestige.data.shards.faults import Faults
from vestige.foundation.external_paths import is_leftover

SUFFIXES = (".jpeg", ".jpg", ".png")


class Entry(NamedTuple):
    """A regular file or a folder; links are followed."""

    name: str
    is_folder: bool
    size: int  # bytes


def is_image(name: str) -> bool:
    """Whether a file's name is one of an image."""
    return name.lower().endswith(SUFFIXES)


def is_leftover_path(path: str) -> bool:
    """Whether a member of a tar is a left-over, or lies in a folder that is one."""
    return any(is_leftover(part) for part in path.split("/") if part not in ("", ".", ".."))


def list_entries(folder: str, shown: str, faults: Faults) -> list[Entry]:
    """Files and folders in a folder, sorted by name; everything else becomes a fault or a note.

    `shown` is how messages name the folder: its path relative to the root, or "" for the root itself.
    """
    entries = []
    try:
        with os.scandir(folder) as found:
            for each in found:
                _add_entry(each, shown, entries, faults)
    except OSError as fault:
        faults.add("unreadable", shown or ".", fault.strerror or "")
    return sorted(entries)


def _add_entry(each: os.DirEntry, shown: str, entries: list[Entry], faults: Faults) -> None:
    name = each.name
    if is_leftover(name):
        faults.note("leftover", join(shown, name))
        return
    try:
        status = each.stat()
    except OSError as fault:
        faults.add("dangling_link" if each.is_symlink() else "unreadable", join(shown, name), fault.strerror or "")
        return
    if stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode):
        entries.append(Entry(name, stat.S_ISDIR(status.st_mode), status.st_size))
    else:
        faults.add("irregular", join(shown, name))


def join(folder: str, name: str) -> str:
    """A path with forward slashes."""
    return f"{folder}/{name}" if folder else name
