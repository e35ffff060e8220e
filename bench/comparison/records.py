"""What a comparison of two files yields: differences, how much was compared, and what was left out for which reason."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

FIRST = 3  # differences of an item that are shown
TEXT = "text"  # the kind of difference that is listed, and does not make a comparison fail


class Difference(NamedTuple):
    """What differs in one item of a file: a variable, a tensor, a column; `count` of `total` values."""

    kind: str
    item: str
    first: tuple[str, ...]
    count: int = 1
    total: int = 1

    @property
    def fails(self) -> bool:
        """Whether it is more than another wording."""
        return self.kind != TEXT


class Compared(NamedTuple):
    """How much of something was compared."""

    what: str
    count: int


class LeftOut(NamedTuple):
    """What was not compared, and why."""

    what: str
    reason: str


Record = Difference | Compared | LeftOut


def compare_plain(kind: str, item: str, old, new) -> Iterator[Record]:
    """Two plain values, or two texts: by how they are spelt, by which a NaN equals itself and -0.0 is not 0.0."""
    if repr(old) != repr(new):
        yield Difference(kind, item, (show_change(old, new),))


def show_change(old, new, where: str = "") -> str:
    """An old and a new value on a line."""
    return f"{where + ': ' if where else ''}{shorten(old)} -> {shorten(new)}"


def shorten(value) -> str:
    """A value as it is shown: floats with all their digits, long texts cut."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 160 else f"{text[:157]}..."


def merge(records: Iterable[Record]) -> tuple[list[Difference], list[Compared], list[LeftOut]]:
    """Records sorted by what they are."""
    found = list(records)
    return tuple([each for each in found if isinstance(each, kind)] for kind in (Difference, Compared, LeftOut))
