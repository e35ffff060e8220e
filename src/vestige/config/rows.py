"""Reads the rows of figures and claims, which stages are handed by value, and each file of YAML once."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from vestige.foundation import source_hash
from vestige.foundation.file_cache import find_remembered
from vestige.foundation.file_identity import identity
from vestige.foundation.files import read_regular


class RowsRefused(ValueError):
    """A file of rows that cannot be read; the message names it."""


def load_rows(file: str) -> dict[str, Any]:
    """The rows of a file of the package, such as figures/paper.yaml, by name. Raises RowsRefused."""
    path = source_hash.PACKAGE / file
    try:
        return parse_rows(path, *identity(path))
    except (OSError, UnicodeDecodeError) as error:
        raise RowsRefused(f"{source_hash.PREFIX}{file} cannot be read: {error}") from None


@cache
def parse_rows(path: Path, *mark: int) -> dict[str, Any]:
    """The rows of a file, remembered while it stays the same file."""
    shown = f"{source_hash.PREFIX}{path.parent.name}/{path.name}"
    try:
        rows = plain_values(path)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise RowsRefused(f"{shown}{line}: this is not YAML: {problem}") from None
    if not isinstance(rows, dict):
        raise RowsRefused(f"{shown}: it holds no rows; each has its name as key")
    try:
        json.dumps(rows, allow_nan=False)
    except (TypeError, ValueError) as error:  # a date, for instance
        raise RowsRefused(f"{shown}: texts, numbers, lists and keys are allowed, and {error}: quote it") from None
    return rows


def plain_values(path: Path) -> Any:
    """The plain values of a file of YAML, parsed once while it stays the same file. Raises YAMLError and OSError."""
    text = find_remembered("rows", path.resolve(), as_json)
    return parse(path) if text is None else json.loads(text)


def as_json(path: Path) -> str | None:
    """The plain values of a file of YAML as JSON; None where JSON would change them, as it does a date."""
    values = parse(path)
    try:
        text = json.dumps(values, allow_nan=False)
    except (TypeError, ValueError):
        return None
    return text if json.loads(text) == values else None


def parse(path: Path) -> Any:
    """The plain values of a file of YAML."""
    return YAML(typ="safe", pure=True).load(read_regular(path).decode("utf-8"))
