"""Classes of images: their names, the numbers of labels, and checks that every split has them all."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from vestige.data.shards.byte_ranges import Listing
from vestige.data.shards.faults import Faults

MOST = 2**31  # labels are smaller


class LabelNumbers:
    """Numbers the classes while labels are read, which are either all whole numbers or all text."""

    def __init__(self):
        self._texts: dict[str, int] = {}
        self._number: str | None = None  # a file in which a label is a number
        self._text: str | None = None  # a file in which a label is a text

    def number(self, label: int | str, file: str, faults: Faults) -> int | None:
        """The number of a label until all are read; None, and a fault, if the label cannot be one."""
        if isinstance(label, str) and not is_utf8(label):
            faults.add("label_damaged", file, "not UTF-8")
            return None
        if isinstance(label, str):
            self._text = self._text or file
            return self._texts.setdefault(label, len(self._texts))
        if not 0 <= label < MOST:
            faults.add("label_outside", file, f"{label}; allowed: whole numbers from 0 on")
            return None
        self._number = self._number or file
        return label

    def resolve(self, splits: dict[str, Listing], faults: Faults) -> tuple[str, ...] | None:
        """Bring the labels of the splits to their final numbers, in place; returns the names, if labels are text.

        The classes are the sorted distinct texts. Adds a fault if some labels are numbers, or if a split lacks a class.
        """
        if self._number is not None and self._text is not None:
            faults.add("label_types", self._number, "whole number")
            faults.add("label_types", self._text, "text")
            return None
        names = tuple(sorted(self._texts)) or None
        if names:
            find_alike(names, faults)
            final = np.empty(len(names), np.int32)
            final[[self._texts[name] for name in names]] = np.arange(len(names))
            for listing in splits.values():
                listing.label[:] = final[listing.label]
        find_absent(names, splits, faults)
        return names


def parse_label(text: str) -> int | str:
    """A whole number, or the text itself."""
    text = text.strip()
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) < 100 else text


def is_utf8(name: str) -> bool:
    """Whether a name is UTF-8; Python holds other bytes as surrogates."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def find_alike(names: Iterable[str], faults: Faults) -> None:
    """Add a fault for names that a person cannot tell apart: they differ only in case or in Unicode form."""
    alike = defaultdict(set)
    for name in names:
        alike[unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())].add(name)
    for group in alike.values():
        if len(group) > 1:
            faults.add("alike_classes", ", ".join(map(ascii, sorted(group))))


def find_absent(names: tuple[str, ...] | None, splits: dict[str, Listing], faults: Faults) -> None:
    """Add a fault for each split that has images, but none of some class."""
    labels = {split: np.unique(listing.label) for split, listing in splits.items() if len(listing)}
    count = len(names) if names else max((present[-1] + 1 for present in labels.values()), default=0)
    for split, present in labels.items():
        absent = np.setdiff1d(np.arange(min(count, len(present) + 4)), present)[:4]
        if len(absent):
            shown = [names[label] if names else str(label) for label in absent]
            rest = count - len(present) - len(shown)
            faults.add("class_in_one_split", split, f"lacks {', '.join(shown)}" + (f" and {rest} more" if rest else ""))
