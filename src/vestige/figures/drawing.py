"""What all figures share: their settings and style, a sheet of panels, the caption, and the bytes of a file."""

import io
import math
import re
import textwrap
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from vestige.foundation.settings import Values

PAGE = 6.8  # inches: about the width of a page of text, which a row of panels does not exceed
NARROWEST = 2.5  # inches: a figure that has room for the entries of its key
GREY = "0.45"
WARNING = "#b2182b"
LETTERS = 15.5  # of the style's size, on an inch
MARGIN = 0.12  # inches, left of wide labels
BELOW = 0.15  # inches, and below them
STRIP = 0.2  # inches, for a mark above a figure
FEW = 5  # so many networks are drawn one by one
SINGLE = ("seed_", "pair_")  # begin the names of columns that hold the values of single networks, or of pairs

Palette = Literal[
    "colorblind", "deep", "muted", "bright", "dark", "pastel", "Set2", "Dark2", "tab10",
    "viridis", "cividis", "rocket", "mako", "flare", "crest",
]  # fmt: skip


Inches = Annotated[float, Field(ge=0.5, le=30)]
Panel = Annotated[tuple[Inches, Inches], Field(strict=False)]  # width and height


def one_spelling(values: tuple) -> tuple:
    """Whole numbers without a point: 0.0 selects what 0 does, and is recorded as the same."""
    return tuple(int(each) if isinstance(each, float) and each.is_integer() else each for each in values)


Selected = Annotated[
    tuple[bool | int | float | str, ...], Field(strict=False, min_length=1), AfterValidator(one_spelling)
]


class Figure(Values):
    """Settings of every figure: which runs (coordinate -> values, all where left out), colours, size and bands.

    `bands` says what is drawn around the mean over networks: each network as a thin line ("seeds"), the 95 % Student t
    interval of that mean ("networks"), one standard deviation over networks ("sd"), what the paper drew ("paper"), or
    nothing ("none"). Left out, it is "seeds" while no condition has more than five networks, else "networks".
    """

    draws_bands: ClassVar[bool] = True  # of which a caption must then say what they are

    select: dict[str, Selected] | None = None
    """The runs that the figure shows: lists of values of alpha, start, stop, modules or keys of training (of pairs also
    of `pair`, and with _first or _second behind). Runs without a penalty fit any value of what belongs to a penalty.
    Left out: all runs."""
    palette: Palette = "colorblind"
    """The colours, by the name of a seaborn palette."""
    panel: Panel = (3.2, 2.3)
    """Width and height of one panel in inches."""
    dpi: Annotated[int, Field(ge=20, le=2400)] = 200
    """Dots per inch of the PNG."""
    bands: Literal["seeds", "networks", "sd", "paper", "none"] | None = None
    """What is drawn around the mean over networks: seeds (each network as a thin line), networks (95 % Student t
    interval of the mean), sd (one standard deviation), paper (what the paper drew), or none. Left out: seeds for up to
    five networks, else networks."""


BANDS = {
    "seeds": "thin lines: single {}s",
    "networks": "bands: 95 % Student t interval of that mean",
    "sd": "bands: one standard deviation over {}s to either side",
    "paper": "bands: as in the paper, twice the standard error of that mean (from the population's standard deviation)",
    "none": "no bands",
}


def bands_words(plot, settings: Figure, most: int, one: str = "network") -> str:
    """What is drawn around means over at most so many networks (or pairs: what `one` of them is called).

    Empty where the plot draws no means; it may have words of its own for the paper's bands, which one network has too.
    """
    if not settings.draws_bands:
        return ""
    if settings.bands == "paper" and hasattr(plot, "PAPER_BANDS"):
        return f"bands: {plot.PAPER_BANDS}"
    if most < 2:
        return f"no bands: each line is of a single {one}"
    return BANDS[settings.bands or default_bands(most)].format(one)


def default_bands(most: int) -> str:
    """What is drawn around means over at most so many networks, unless the study says it."""
    return "seeds" if most <= FEW else "networks"


def single_columns(table) -> list[str]:
    """The columns that hold the values of single networks (or pairs of them); none where an interval is drawn."""
    return [name for name in table.columns if name.startswith(SINGLE)]


@contextmanager
def apply_style():
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

    if not count:
        raise ValueError("there is nothing to draw: no result has a value of what this figure shows")
    width, height = settings.panel
    rows, storeys = -(-count // (columns or max(1, int(PAGE // width)))), len(heights)
    columns = columns or -(-count // rows)
    figure = Sheet(figsize=(max(NARROWEST, width * columns), height * sum(heights) * rows), layout="constrained")
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


def with_narrow_panels(settings: Figure, columns: int) -> Figure:
    """The settings with panels of which a page has room for so many beside each other, not much higher than wide."""
    width, height = settings.panel
    if columns * width <= PAGE:
        return settings
    width = PAGE / columns
    return settings.model_copy(update={"panel": (width, min(height, 1.2 * width))})


def finish_layout(figure, wide_labels: bool = False):
    """The figure with its layout settled, so that each file written of it shows the same.

    Wide labels beside and below panels of a fixed shape stand out of what the layout reserves: they get margins.
    """
    layout = figure.get_layout_engine()
    if wide_labels:
        left, below = MARGIN / figure.get_figwidth(), BELOW / figure.get_figheight()
        layout.set(rect=(left, below, 1 - left, 1 - below))
    layout.execute(figure)
    longer = [fold(ax, figure) for ax in figure.axes]
    if any(longer):
        layout.execute(figure)
    figure.set_layout_engine("none")
    return figure


def fold(ax, figure) -> bool:
    """Break a panel's title and label into lines that it has room for; whether any is longer than one."""
    inches = ax.get_window_extent().transformed(figure.dpi_scale_trans.inverted())
    title, label = fold_text(ax.get_title(loc="left"), inches.width), fold_text(ax.get_ylabel(), inches.height)
    ax.set_title(title)
    ax.set_ylabel(label)
    return "\n" in title + label


def fold_text(text: str, inches: float) -> str:
    """The text broken into lines of a length, but neither before a number nor at "=" or "(%)"."""
    joined = re.sub(r" (?==|\(%|[\d−])|(?<==) ", "\N{NO-BREAK SPACE}", text)
    return textwrap.fill(joined, max(12, round(LETTERS * inches)), break_long_words=False)


def mark_preview(figure, text: str):
    """Say on a finished figure, in a strip above it and across it, that it is not what it will be."""
    width, height = figure.get_size_inches()
    kept = height / (height + STRIP)
    figure.set_figheight(height + STRIP)
    for ax in figure.axes:
        x, y, w, h = ax.get_position(original=True).bounds
        ax.set_position((x, y * kept, w, h * kept))
    figure.text(1 - 0.06 / width, 1, text, color=WARNING, size=8, weight="bold", ha="right", va="top")
    word, diagonal = text.partition(":")[0], math.hypot(width, height)
    across = {"rotation": math.degrees(math.atan2(height, width)), "rotation_mode": "anchor", "zorder": 10}
    size = 85 * diagonal / len(word)  # points: about three quarters of the diagonal
    figure.text(0.5, 0.5 * kept, word, color=WARNING, alpha=0.1, size=size, ha="center", va="center", **across)
    return figure


def figure_bytes(figure, kind: str, **how) -> bytes:
    """The bytes of a figure as "pdf" or "png" (`dpi`, `metadata`), without a date: the same each time."""
    undated = {"pdf": {"CreationDate": None, "Producer": None, "Creator": None}, "png": {"Software": None}}[kind]
    file = io.BytesIO()
    with apply_style():
        figure.savefig(file, format=kind, **{**how, "metadata": undated | how.get("metadata", {})})
    return file.getvalue()
