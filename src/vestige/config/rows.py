"""Reads the files of rows, which are handed to stages by value."""

from functools import cache
from pathlib import Path
from typing import Any

from vestige.config.loading import parsed, text_of
from vestige.foundation import source


def load_rows(file: str) -> dict[str, Any]:
    """The plain values of a YAML file of the package, by its path in it."""
    path = source.PACKAGE / file
    return _load(path, source.identity(path))


@cache
def _load(path: Path, identity: tuple) -> dict[str, Any]:
    """The same, remembered while it stays the same file."""
    return parsed(text_of(path), path)
