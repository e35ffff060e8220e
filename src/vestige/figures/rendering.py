"""Draws a figure from opened results, by its row and its settings: its picture, its table, its caption."""

import importlib
import inspect
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from vestige.figures import drawing

BESIDE = "beside"  # the parameter of a plot that is handed results of other kinds: kind -> list of them


class Drawn(NamedTuple):
    """A figure, the table of the numbers that it shows, its caption, and the dots of its PNG to an inch."""

    figure: Any
    table: Any
    caption: str
    dpi: int


def render(settings, shown: list, beside: Mapping[str, list], images: list, mark: str = "") -> Drawn:
    """A figure of some opened results, beside others by kind, marked with a text if one is given.

    `settings.rows` holds its row alone, and `settings.figure` its section of params.yaml. `images` are at most one
    result, which says how many classes there are. Raises ValueError, which names the figure, where a plot cannot draw.
    """
    [(name, row)] = settings.rows.items()
    runs = [of_classes(run, images) for run in shown]
    given = {BESIDE: dict(beside)} if BESIDE in inspect.signature(plot_of(row)).parameters else {}
    try:
        figure, table = plot_of(row)(settings.figure, runs, **given, **row.get("options", {}))
    except ValueError as error:  # a plot does not know for which figure it draws
        raise ValueError(f"figures.{row['kind']}.{name}: {error}") from error
    if mark:
        drawing.mark_preview(figure, mark)
    said = format_caption(row, settings.figure, [name_of(run) for run in shown], any("pair" in run for run in shown))
    return Drawn(figure, table, said, settings.figure.dpi)


def plot_of(row: Mapping[str, Any]):
    """The function that draws the figure of a row."""
    return getattr(importlib.import_module(f"vestige.figures.{row['plot']}"), row["plot"])


def name_of(result) -> str | None:
    """The name of the pair, or of the condition, of an opened result; None of a study's only one."""
    name = next((key for key in ("pair", "condition") if key in result.coords), None)
    return result[name].item() if name else None


def format_caption(row: Mapping[str, Any], figure, names: Sequence[str | None], of_pairs: bool) -> str:
    """The caption, with the figure's number in the paper and what is drawn around means, of results of these names."""
    paper = str(row.get("paper", ""))
    number = f"Figure{'s' if ' ' in paper else ''} {paper} of the paper. " if paper else ""
    plot = importlib.import_module(f"vestige.figures.{row['plot']}")
    most = max(Counter(names).values(), default=0)
    around = drawing.bands_words(plot, figure, most, "pair" if of_pairs else "network")
    return number + row["caption"].format(bands=around)


def of_classes(run, images: list):
    """A run without the logits beyond the classes of the images: a network's head may have more than there are."""
    return run.isel({"class": slice(0, images[0].sizes["class"])}) if images else run


def files_of(drawn: Drawn) -> tuple[bytes, bytes, bytes]:
    """The bytes of a figure as PDF, of its table as CSV, and of its PNG; none holds a date."""
    pdf = drawing.figure_bytes(drawn.figure, "pdf", metadata={"Subject": drawn.caption})
    csv = drawn.table.to_csv(index=False, lineterminator="\n").encode()
    return pdf, csv, drawing.figure_bytes(drawn.figure, "png", dpi=drawn.dpi, metadata={"Description": drawn.caption})
