"""The map of names that were changed on purpose, and the pairs of old and new names that follow from it."""

import re
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from comparison.records import TEXT, Difference, LeftOut, Record
from ruamel.yaml import YAML

FILE = Path(__file__).with_name("renamed.yaml")
SECTIONS = ("files", "variables", "attributes", "tensors", "columns", "keys", "values")
ADDED = "added"
Renamed = dict[str, dict[str, Any]]


def load_renamed(path: Path = FILE) -> Renamed:
    """The map, every section of it. Raises ValueError for a section that does not exist."""
    given = YAML(typ="safe").load(path.read_text(encoding="utf-8")) or {}
    added = given.get(ADDED) or {}
    if unknown := sorted((given.keys() | added.keys()) - {*SECTIONS, ADDED}):
        raise ValueError(f"{path}: unknown section {unknown[0]!r}; allowed: {', '.join((*SECTIONS, ADDED))}")
    whole = {section: given.get(section) or {} for section in SECTIONS}
    return whole | {ADDED: {section: added.get(section) or [] for section in SECTIONS}}


def find_new(renamed: Renamed, section: str, old: str, found: Collection[str] = ()) -> str | None:
    """The new name of an old one: its own, or that of the first pattern that fits; None where it is gone.

    Of a list of new names it is the first of those that are found on the new side, or the first of all.
    """
    for pattern, new in renamed[section].items():
        if fits := match(pattern, old):
            names = [each and fill(each, fits.groups()) for each in (new if isinstance(new, list) else [new])]
            return next((name for name in names if name in found), names[0])
    return old


def fill(pattern: str, parts: Iterable[str]) -> str:
    """A pattern with the parts of a name in the places of its stars."""
    left = iter(parts)
    return re.sub(r"\*", lambda star: next(left), pattern)


def match(pattern: str, name: str) -> re.Match | None:
    """Whether a name fits a pattern, in which each * stands for one character or more."""
    return re.fullmatch("(.+?)".join(map(re.escape, pattern.split("*"))), name)


def pair_names(
    renamed: Renamed, section: str, old: Collection[str], new: Collection[str], kind: str = "missing"
) -> tuple[list[tuple[str, str]], list[Record]]:
    """The pairs of an old and a new name, and what is missing on a side or left out on purpose.

    Raises ValueError where the map gives two old names one new one.
    """
    named = {name: find_new(renamed, section, name, new) for name in old}
    kept = [name for name in named.values() if name is not None]
    if twice := sorted(name for name in kept if kept.count(name) > 1):
        raise ValueError(f"{FILE.name}, {section}: two old names become {twice[0]!r}")
    records: list[Record] = [LeftOut(f"{section}: {name}", "gone on purpose") for name in named if named[name] is None]
    added = [name for name in new if name not in kept]
    meant = [name for name in added if any(match(pattern, name) for pattern in renamed[ADDED][section])]
    records += [LeftOut(f"{section}: {name}", "added on purpose") for name in meant]
    records += [Difference(kind, name, ("the old side lacks it",)) for name in added if name not in meant]
    gone = [name for name, other in named.items() if other is not None and other not in new]
    records += [Difference(kind, name, ("the new side lacks it",)) for name in gone]
    return [(name, other) for name, other in named.items() if other in new], records


def pair_texts(renamed: Renamed, section: str, old: dict, new: dict) -> tuple[list[tuple[str, str]], list[Record]]:
    """The same for tables, in which a missing text is no missing number."""
    pairs, records = pair_names(renamed, section, old, new)
    both = old | new
    return pairs, [
        each._replace(kind=TEXT) if isinstance(each, Difference) and isinstance(both[each.item], str) else each
        for each in records
    ]
