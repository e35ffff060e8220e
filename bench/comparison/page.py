"""Compares two reports (HTML): the text that a reader sees, line by line, and the drawings in it."""

import difflib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from comparison.records import TEXT, Compared, Difference, LeftOut, Record, show_change
from comparison.renamed import Renamed

UNSEEN = ("script", "style")
DRAWING = "svg"
SHOWN = 12  # lines of a difference of texts


class Page(HTMLParser):
    """The lines of text of a page, and the parts of its drawings."""

    def __init__(self):
        super().__init__()
        self.inside: list[str] = []
        self.lines: list[str] = []
        self.drawn: list[str] = []

    def handle_starttag(self, tag, attributes):
        if tag in (*UNSEEN, DRAWING):
            self.inside.append(tag)
        if DRAWING in self.inside:
            self.drawn.append(f"{tag} {' '.join(f'{key}={value}' for key, value in attributes)}")

    def handle_startendtag(self, tag, attributes):
        if DRAWING in self.inside:
            self.drawn.append(f"{tag} {' '.join(f'{key}={value}' for key, value in attributes)}")

    def handle_endtag(self, tag):
        if self.inside and tag == self.inside[-1]:
            self.inside.pop()

    def handle_data(self, data):
        if not set(UNSEEN) & set(self.inside):
            self.lines += [line for line in (" ".join(each.split()) for each in data.splitlines()) if line]


def load_page(path: Path) -> Page:
    """A page, read."""
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    page.close()
    return page


def compare_html(old: Path, new: Path, renamed: Renamed) -> Iterator[Record]:
    """What two pages say, and what they draw themselves."""
    one, other = load_page(old), load_page(new)
    yield Compared("lines of text", len(one.lines))
    yield Compared("parts of drawings", len(one.drawn))
    yield LeftOut("pictures in the report", "they are those of the figures, which are compared as files")
    yield LeftOut("the proof in the report", "it holds hashes of the source, which differs on purpose")
    changed = [line for line in list_changes(one.lines, other.lines) if line[0] in "+-"]
    if changed:
        yield Difference(TEXT, "text", tuple(changed[:SHOWN]), len(changed), len(one.lines) + len(other.lines))
    if one.drawn != other.drawn:
        both = zip([*one.drawn, ""], [*other.drawn, ""], strict=False)
        differ = [pair for pair in both if pair[0] != pair[1]]
        yield Difference("drawing", "drawings", (show_change(*differ[0]),), len(differ), len(one.drawn))


def list_changes(old: list[str], new: list[str]) -> list[str]:
    """The lines of a unified difference, without its header."""
    return list(difflib.unified_diff(old, new, lineterm="", n=1))[2:]


def write_changes(old: Path, new: Path, path: Path) -> None:
    """Write the whole difference of what two pages say to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(list_changes(load_page(old).lines, load_page(new).lines)) + "\n", encoding="utf-8")
