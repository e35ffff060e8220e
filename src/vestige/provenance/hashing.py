"""Digests of files, computed once while they stay the same files."""

import hashlib
from pathlib import Path

from vestige.foundation.file_cache import find_remembered
from vestige.foundation.files import open_regular


def sha256(path: Path) -> str | None:
    """The sha256 of a file; None where there is none."""
    return of_file(path, "sha256")


def of_file(path: Path, kind: str) -> str | None:
    """A digest of a file, by the name of its kind; None where there is no file."""
    try:
        return find_remembered(kind, path, lambda path: of_bytes(path, kind))
    except OSError:
        return None


def of_bytes(path: Path, kind: str) -> str:
    """A digest of a file's bytes."""
    with open_regular(path) as file:
        return hashlib.file_digest(file, kind).hexdigest()


def of_text(text: str) -> str:
    """The sha256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()
