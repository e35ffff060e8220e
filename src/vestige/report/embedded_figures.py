"""The figures as the report embeds them: picture, caption, downloads and the numbers behind."""

import base64
import csv
import io
import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from vestige.foundation.papers import ARTICLES
from vestige.report.evidence import text_of
from vestige.report.wording import format_list, number

ROWS = 200  # of a figure's table on the page; its CSV has all
NUMBERED = re.compile(r"Figures? (?P<number>[^.]{1,40}?) of the paper\.\s*")
FIRST = ARTICLES[0]  # the paper of figures whose rows say none
POINTS, PIXELS = 72, 96  # an inch of a page on paper, and on a screen
ENLARGED = 1.3  # on a screen, lettering made for paper is read from further away


@dataclass(frozen=True)
class Plate:
    """One figure; `width` and `height` are in pixels of a screen, and `proof` is empty where the picture has none."""

    name: str
    proof: dict[str, Any]
    description: str
    width: int
    height: int
    png: str
    pdf: str
    csv: str
    table: tuple[tuple[str, ...], ...]

    @cached_property
    def job_values(self) -> dict[str, Any]:
        """What the text in its proof says that it was made with."""
        return text_of(self.proof)

    @property
    def kind(self) -> str:
        """The kind of results that it shows: its proof holds its settings as `figures.KIND.NAME`; empty without."""
        keys = [key.split(".") for key in self.job_values.get("settings", {}) if key.startswith("figures.")]
        return keys[0][1] if keys else ""

    @property
    def article(self) -> str:
        """The paper whose figure it is, or on which it is: what the figure's row says."""
        return self.job_values.get("rows", {}).get(self.name, {}).get("article", FIRST)

    @cached_property
    def number(self) -> str:
        """The paper's figure, such as 6a; empty where it answers none."""
        found = NUMBERED.match(self.description)
        return found["number"] if found else ""

    @cached_property
    def caption(self) -> tuple[str, str]:
        """The caption's first sentence, and the rest."""
        first, stop, rest = NUMBERED.sub("", self.description, count=1).partition(". ")
        return first + stop.strip(), rest

    @property
    def title(self) -> str:
        """The figure's name as a heading."""
        return self.name.replace("_", " ").capitalize()

    @property
    def columns(self) -> list[tuple[str, list[str]]]:
        """(name, values) of the columns of its table."""
        header, *rows = self.table or ((),)
        return list(zip(header, (list(column) for column in zip(*rows, strict=True)), strict=True)) if rows else []

    @property
    def constant(self) -> list[tuple[str, str]]:
        """(column, value) of the columns in which all rows agree; empty columns are left out."""
        return [(name, format_cell(values[0])) for name, values in self.columns if is_constant(values) and values[0]]

    @cached_property
    def table_to_show(self) -> tuple[list[tuple[str, bool]], list[list[str]]]:
        """The head, (column, whether it holds numbers), and at most `ROWS` rows of the columns that vary."""
        varying = [(name, values) for name, values in self.columns if not is_constant(values)]
        head = [(name, all(is_numeric(value) for value in values)) for name, values in varying]
        columns = [[format_cell(value) for value in values[:ROWS]] for _, values in varying]
        return head, [list(row) for row in zip(*columns, strict=True)]

    @property
    def rows(self) -> int:
        """How many rows its CSV has."""
        return max(len(self.table) - 1, 0)

    @property
    def alternative(self) -> str:
        """What the picture shows, for those who do not see it."""
        labels = dict.fromkeys(next((values for name, values in self.columns if name == "label"), []))
        of = f" Conditions: {format_list(labels)}." if labels else ""
        return f"Plot: {self.caption[0].rstrip('.')}.{of} Its numbers are in the table that follows."


def plate(path: Path) -> Plate:
    """The figure in a PNG, with the PDF and the CSV beside it."""
    from PIL import Image

    with Image.open(path) as image:
        texts, size, dpi = image.text, image.size, image.info.get("dpi", (PIXELS, PIXELS))[0]
    width, height = (round(side * PIXELS * ENLARGED / dpi) for side in size)
    pdf, table = path.with_suffix(".pdf").read_bytes(), path.with_suffix(".csv").read_bytes()
    rows = tuple(tuple(row) for row in csv.reader(io.StringIO(table.decode("utf-8"))) if row)
    data = (base64.b64encode(each).decode() for each in (path.read_bytes(), pdf, table))
    proof = json.loads(texts.get("proof", "{}"))
    return Plate(path.stem, proof, texts.get("Description", ""), width, height, *data, rows)


def plates_of(paths) -> list[Plate]:
    """The figures in the order of the papers."""
    return sorted((plate(Path(path)) for path in paths), key=order)


def order(plate: Plate) -> tuple[bool, bool, int, str, str]:
    """First by paper, then by its number, then by its letter, then by name; figures without a number come last."""
    digits = re.search(r"\d+", plate.number)
    return plate.article != FIRST, digits is None, int(digits[0]) if digits else 0, plate.number, plate.name


def is_constant(values: list[str]) -> bool:
    """Whether a column of more than one row says the same in each."""
    return len(values) > 1 and len(set(values)) == 1


def is_numeric(text: str) -> bool:
    """Whether a cell is empty or a number."""
    return re.fullmatch(r"|-?(\d+\.?\d*(e[-+]?\d+)?|inf|nan)", text) is not None


def format_cell(text: str) -> str:
    """A cell as the page shows it: numbers to four digits."""
    return number(float(text), 4) if text and is_numeric(text) else text
