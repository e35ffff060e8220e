"""Compares two tables of figures (CSV) cell by cell, and two files of claims (JSON) value by value."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from comparison.records import FIRST, TEXT, Compared, Difference, Record, compare_plain, show_change
from comparison.renamed import Renamed, find_new, pair_names

CONCLUSIONS = ("verdict", "verdicts")  # keys whose texts are as good as numbers


def compare_csv(old: Path, new: Path, renamed: Renamed) -> Iterator[Record]:
    """All cells of two tables, column by column."""
    (columns, rows), (others_columns, others_rows) = load_csv(old), load_csv(new)
    yield from compare_plain("number", "rows", len(rows), len(others_rows))
    pairs, missing = pair_names(renamed, "columns", columns, others_columns)
    yield from missing
    for name, others_name in pairs:
        one = [row[columns.index(name)] for row in rows]
        yield Compared("cells", len(one))
        if len(rows) == len(others_rows):
            yield from compare_column(name, one, [row[others_columns.index(others_name)] for row in others_rows])


def load_csv(path: Path) -> tuple[list[str], list[list[str]]]:
    """The names of the columns, and the rows."""
    with path.open(newline="", encoding="utf-8") as file:
        first, *rows = csv.reader(file)
    return first, rows


def compare_column(name: str, old: list[str], new: list[str]) -> Iterator[Record]:
    """Two columns of one length, numbers apart from texts."""
    for kind in ("number", TEXT):
        differ = [
            row for row, both in enumerate(zip(old, new, strict=True)) if both[0] != both[1] and kind_of(*both) == kind
        ]
        if differ:
            first = tuple(show_change(old[row], new[row], f"row {row + 1}") for row in differ[:FIRST])
            yield Difference(kind, name, first, len(differ), len(old))


def kind_of(old: str, new: str) -> str:
    """Whether two cells are texts, or one of them is a number or empty: that is a number too, which there is not."""
    return "number" if any(each == "" or is_number(each) for each in (old, new)) else TEXT


def is_number(cell: str) -> bool:
    """Whether a cell holds a number."""
    try:
        float(cell)
    except ValueError:
        return False
    return True


def compare_json(old: Path, new: Path, renamed: Renamed) -> Iterator[Record]:
    """All values of two JSON files."""
    one, other = (json.loads(path.read_text(encoding="utf-8")) for path in (old, new))
    yield from compare_nested("", one, other, renamed)


def compare_nested(path: str, old: Any, new: Any, renamed: Renamed) -> Iterator[Record]:
    """Two values: tables key by key, lists place by place, anything else as it is."""
    if isinstance(old, list) and isinstance(new, list):
        old, new = ({f"[{place}]": each for place, each in enumerate(values)} for values in (old, new))
    if isinstance(old, dict) and isinstance(new, dict):
        pairs, missing = pair_names(renamed, "keys", old, new)
        yield from (
            each._replace(item=f"{path}{each.item}") if isinstance(each, Difference) else each for each in missing
        )
        for key, others_key in pairs:
            yield from compare_nested(f"{path}{key}.", old[key], new[others_key], renamed)
    else:
        yield Compared("values", 1)
        texts = isinstance(old, str) and isinstance(new, str)
        kind = TEXT if texts else "number"
        if texts and path.rstrip(".").rpartition(".")[2] in CONCLUSIONS:
            kind = "verdict"
        yield from compare_plain(kind, path.rstrip("."), find_new(renamed, "values", old) if texts else old, new)
