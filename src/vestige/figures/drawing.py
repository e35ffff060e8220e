"""What all figures share: their settings, their style, panels, lines with bands, axes, and the bytes of a file."""

import io
import math
import re
import textwrap
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from vestige.apparatus.values import Values

PAGE = 6.8  # inches: about the width of a page of text, which a row of panels does not exceed
GREY = "0.45"
LETTERS = 15.5  # of the style's size, on an inch

Palette = Literal[
    "colorblind", "deep", "muted", "bright", "dark", "pastel", "Set2", "Dark2", "tab10",
    "viridis", "cividis", "rocket", "mako", "flare", "crest",
]  # fmt: skip


Inches = Annotated[float, Field(ge=0.5, le=30)]


class Figure(Values):
    """Settings of every figure: which runs (coordinate -> values, all where left out), colours and size."""

    select: dict[str, Annotated[tuple[bool | int | float | str, ...], Field(strict=False, min_length=1)]] | None = None
    palette: Palette
    panel: Annotated[tuple[Inches, Inches], Field(strict=False)]
    dpi: Annotated[int, Field(ge=20, le=2400)]


@contextmanager
def styled():
    """Draw and write inside: the style holds here alone, whatever the caller's is."""
    import matplotlib.style
    import seaborn

    with matplotlib.style.context(["default", seaborn.axes_style("ticks"), Path(__file__).with_name("style.mplstyle")]):
        yield


def sheet(settings: Figure, count: int, columns: int | None = None, heights: tuple[float, ...] = (1,)):
    """A figure with `count` places, row by row, each a list of panels one above the other of the given heights.

    Only the outer panels carry the labels of epochs and of the vertical axis.
    """
    from matplotlib.figure import Figure as Sheet

    width, height = settings.panel
    rows, storeys = -(-count // (columns or max(1, int(PAGE // width)))), len(heights)
    columns = columns or -(-count // rows)
    figure = Sheet(figsize=(width * columns, height * sum(heights) * rows), layout="constrained")
    grid = figure.add_gridspec(rows * storeys, columns, height_ratios=heights * rows)
    places = [
        [figure.add_subplot(grid[i // columns * storeys + storey, i % columns]) for storey in range(storeys)]
        for i in range(count)
    ]
    for i, place in enumerate(places):
        for storey, ax in enumerate(place):
            lowest = storey == storeys - 1 and i + columns >= count
            ax.tick_params(labelbottom=lowest, labelleft=i % columns == 0)
    return figure, places


def lines(ax, table, series: str, look: dict[str, dict]):
    """Draw `mean` over `epoch`, a line and a band for each value of the column `series`."""
    import seaborn

    table = table[table[series].isin(list(look))]
    named = {key: {name: one[key] for name, one in look.items()} for key in ("color", "marker", "dashes")}
    seaborn.lineplot(
        table, x="epoch", y="mean", hue=series, style=series, palette=named["color"], markers=named["marker"],
        dashes=named["dashes"], markevery=every(table), estimator=None, legend=False, ax=ax,
    )  # fmt: skip
    for name, part in table.dropna(subset="low").groupby(series, sort=False):
        band(ax, part, look[name]["color"])


def every(table) -> int:
    """Which points get a marker, so that long runs do not become a string of beads."""
    return max(1, round(table["epoch"].nunique() / 12))


def band(ax, part, colour, across: str = "epoch", strength: float = 0.18):
    """Shade the interval around a line, or draw it as a bar where the line is a single point."""
    if len(part) == 1:
        ax.vlines(part[across], part["low"], part["high"], color=colour, linewidth=1, alpha=0.6)
    ax.fill_between(part[across], part["low"], part["high"], color=colour, alpha=strength, linewidth=0)


def epoch_axis(axes, table):
    """Whole epochs, and the same range, on every panel."""
    from matplotlib.ticker import MaxNLocator

    first, last = table["epoch"].min(), table["epoch"].max()
    margin = 0.03 * (last - first) or 0.5
    for ax in axes:
        ax.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True, min_n_ticks=1))
        ax.set_xlim(first - margin, last + margin)
        ax.set_xlabel("Epoch" if labelled(ax, "bottom") else "")


def value_axis(axes, table, label: str, limits=None, percent: bool = False, most: float = math.inf):
    """The same vertical range on every panel: the limits given, else from 0 to just above the data.

    `most` bounds a quantity that has a largest value: only the end of a wide interval lies above it.
    """
    limits = limits or (0, min(most, 1.08 * table[["mean", "high"]].max(axis=None) or 1))
    for ax in axes:
        ax.set_ylim(limits)
        ax.set_ylabel(label if labelled(ax, "left") else "")
        if percent:
            ax.yaxis.set_major_formatter(in_percent)


def in_percent(fraction: float, _place) -> str:
    """A tick's number: 0.125 -> "12.5"."""
    return f"{100 * fraction:g}"


def labelled(ax, side: str) -> bool:
    """Whether an axis of the panel shows its numbers."""
    axis = ax.xaxis if side == "bottom" else ax.yaxis
    return axis.get_tick_params()[f"label{side}"]


def finished(figure):
    """The figure with its layout settled, so that each file written of it shows the same."""
    layout = figure.get_layout_engine()
    layout.execute(figure)
    for ax in figure.axes:
        inches = ax.get_window_extent().transformed(figure.dpi_scale_trans.inverted())
        ax.set_title(folded(ax.get_title(loc="left"), inches.width))
        ax.set_ylabel(folded(ax.get_ylabel(), inches.height))
    layout.execute(figure)
    figure.set_layout_engine("none")
    return figure


def folded(text: str, inches: float) -> str:
    """The text broken into lines of a length, but neither before a number nor at "=" or "(%)"."""
    joined = re.sub(r" (?==|\(%|[\d−])|(?<==) ", "\N{NO-BREAK SPACE}", text)
    return textwrap.fill(joined, max(12, round(LETTERS * inches)), break_long_words=False)


def written(figure, kind: str, **how) -> bytes:
    """The bytes of a figure as "pdf" or "png" (`dpi`, `metadata`), without a date: the same each time."""
    undated = {"pdf": {"CreationDate": None, "Producer": None, "Creator": None}, "png": {"Software": None}}[kind]
    file = io.BytesIO()
    with styled():
        figure.savefig(file, format=kind, **{**how, "metadata": undated | how.get("metadata", {})})
    return file.getvalue()
