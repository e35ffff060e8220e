"""Training and validation accuracy over epochs, beside each other or in a column for each group of conditions."""

from typing import Annotated, Literal

from pydantic import Field

from vestige.condition import is_penalised
from vestige.figures.axes import epoch_axis, lines, value_axis
from vestige.figures.drawing import GREY, Figure, apply_style, finish_layout, sheet, with_narrow_panels
from vestige.figures.legends import key, line_looks
from vestige.figures.tables import over_seeds, split_labels

PANELS = {"train_accuracy": "Training", "val_accuracy": "Validation"}
FATES = {False: "(a) penalty kept on", True: "(b) penalty lifted"}
MOST = 6  # columns beside each other on a page, narrow ones if need be
Group = Literal["strength", "period", "fate"]  # what tells penalties apart


class Settings(Figure):
    """The accuracy (a fraction) at which the vertical axis begins; 0 where left out."""

    lowest: Annotated[float, Field(gt=0, lt=1)] | None = None
    """The accuracy at which the axis begins; left out, 0."""


def accuracy(
    settings: Settings,
    runs,
    columns: Group | None = None,
    lines: Group | Literal["label"] = "label",
    by_strength: bool = False,
):
    """Draw results of `training`; returns the figure and the table of what it shows.

    Penalties are told apart in columns and lines by their strength, their period or their fate (kept on or lifted);
    without `columns`, training and validation have one panel each. Rows of the table come in the order of the runs, or
    by strength and period where one of these is named or `by_strength` is set.
    """
    table = accuracy_table(runs, settings)
    parts = split_labels(table) if by_strength or {"strength", "period"} & {columns, lines} else table
    parts = with_fate(parts) if "fate" in (columns, lines) else parts
    plain = ~is_penalised(parts["alpha"])
    parts = parts.assign(line=parts[lines].where(~plain, parts["label"]), column=parts[columns] if columns else "")
    draw = draw_columns if columns else draw_panels
    return draw(settings, runs, parts), parts[table.columns]


def with_fate(table):
    """The table with a column `fate`, by which its rows come: what becomes of the penalty, "" where there is none."""
    lifted = table["stop"] < table.groupby("condition")["epoch"].transform("max")
    fates = lifted.map(FATES).where(is_penalised(table["alpha"]), "")
    return table.assign(fate=fates).sort_values("fate", kind="stable")


def accuracy_table(runs, settings: Settings):
    """Means over seeds of training and validation accuracy, epoch by epoch; a network that diverged is at chance."""
    from vestige.metrics.summaries import accuracies

    return over_seeds(runs, lambda run: accuracies(run, run.sizes["class"]), settings.bands)


def draw_panels(settings, runs, table):
    """A panel for training, one for validation, in both every `line` of the table."""
    with apply_style():
        figure, places = sheet(settings, len(PANELS))
        axes = [ax for place in places for ax in place]
        look = line_looks(table, settings.palette)
        for ax, (quantity, title) in zip(axes, PANELS.items(), strict=True):
            lines(ax, table[table["quantity"] == quantity], "line", look)
            ax.set_title(title)
        epoch_axis(axes, table)
        value_axis(axes, table, "Top-1 accuracy (%)", limits=(settings.lowest or 0, 1.02), percent=True)
        key(figure, look, *mark_chance(axes, runs[0].sizes["class"], settings.lowest or 0))
        return finish_layout(figure)


def draw_columns(settings, runs, table):
    """Training above validation accuracy, in the columns and lines of the table; no penalty is in every column."""
    with apply_style():
        plain = ~is_penalised(table["alpha"])
        titles = list(dict.fromkeys(table.loc[~plain, "column"])) or [""]
        columns = min(len(titles), MOST)
        figure, places = sheet(
            with_narrow_panels(settings, columns), len(titles), columns, heights=(1.0,) * len(PANELS)
        )
        look = line_looks(table, settings.palette)
        for title, place in zip(titles, places, strict=True):
            shown = table[plain | (table["column"] == title)]
            place[0].set_title(title)
            for ax, quantity in zip(place, PANELS, strict=True):
                lines(ax, shown[shown["quantity"] == quantity], "line", look)
        axes = [ax for place in places for ax in place]
        epoch_axis(axes, table)
        for storey, name in enumerate(PANELS.values()):
            label = f"{name} accuracy (%)"
            value_axis([place[storey] for place in places], table, label, (settings.lowest or 0, 1.02), percent=True)
        changes = mark_changes(dict(zip(titles, places, strict=True)), table)
        key(figure, look, *changes, *mark_chance(axes, runs[0].sizes["class"], settings.lowest or 0))
        return finish_layout(figure)


def mark_changes(places: dict, table) -> list:
    """A line where a penalty begins or ends in the course of training; returns what belongs into the key."""
    ends = table.groupby("condition")["epoch"].transform("max")
    penalised = table.assign(last=ends)[is_penalised(table["alpha"])]
    drawn = [
        ax.axvline(epoch, color=GREY, linewidth=0.8, linestyle=(0, (4, 2)), zorder=1, label="penalty begins or ends")
        for title, part in penalised.groupby("column", sort=False)
        for epoch in sorted({*part.loc[part["start"] > 0, "start"], *part.loc[part["stop"] < part["last"], "stop"]})
        for ax in places[title]
    ]
    return drawn[:1]


def mark_chance(axes, classes: int, lowest: float) -> list:
    """A line at the accuracy of guessing, unless it lies outside the axis; returns what belongs into the key."""
    if 1 / classes < lowest:
        return []
    label = f"chance ({classes} classes)"
    return [ax.axhline(1 / classes, color=GREY, linestyle=":", linewidth=1, zorder=1, label=label) for ax in axes][:1]
