"""Reads the values of a row of paper.yaml; what is refused is named with the file, the row and the key."""

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

FILE = "src/vestige/claims/paper.yaml"


class RowRefused(ValueError):
    """A row of paper.yaml that says no claim."""


@dataclass(frozen=True)
class Row:
    """Keys and values that stand together in the file, and what a message calls them."""

    name: str
    values: Mapping[str, Any]

    def __post_init__(self):
        if not isinstance(self.values, Mapping):
            raise RowRefused(f"{FILE}: {self.name}: found {self.values!r}; allowed: keys with values")

    def refusal(self, key: str, says: str) -> RowRefused:
        """What is raised of a key."""
        return RowRefused(f"{FILE}: {self.name}, {key}: {says}")

    def check_keys(self, needed: Collection[str], optional: Collection[str] = ()) -> None:
        """Refuse keys that are missing or unknown."""
        known = [*needed, *optional]
        for key in self.values:
            if key not in known:
                raise self.refusal(str(key), f"there is no such key; {nearest(key, known)}")
        for key in needed:
            if key not in self.values:
                raise self.refusal(key, "it is missing")

    def text(self, key: str) -> str:
        """The text at a key."""
        value = self.values[key]
        if not isinstance(value, str):
            raise self.refusal(key, f"found {value!r}; allowed: a text, in quotation marks where it looks like another")
        if not value.strip():
            raise self.refusal(key, "the text is missing")
        return value

    def number(self, key: str) -> float:
        """The number at a key."""
        value = self.values[key]
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            raise self.refusal(key, f"found {value!r}; allowed: a number")
        return float(value)

    def choice(self, key: str, allowed: Collection[str]) -> str:
        """The one of some words that stands at a key."""
        value = self.values[key]
        if not isinstance(value, str) or value not in allowed:
            raise self.refusal(key, f"found {value!r}; {nearest(value, allowed)}")
        return value

    def section(self, key: str, name: str | None = None) -> "Row":
        """The row at a key, of which there may be none."""
        return Row(name or f"{self.name}, {key}", self.values.get(key, {}))


def nearest(given: Any, allowed: Collection[str]) -> str:
    """What is allowed, after the nearest spelling."""
    hint = "".join(f"did you mean {near!r}? " for near in difflib.get_close_matches(str(given), allowed, n=1))
    return f"{hint}allowed: {', '.join(allowed)}" if allowed else "none is allowed"
