"""Training and validation accuracy over epochs, beside each other or in a column for each group of conditions."""

from typing import Annotated

from pydantic import Field

from vestige.figures.axes import epoch_axis, lines, value_axis
from vestige.figures.drawing import GREY, Figure, finished, sheet, styled
from vestige.figures.keys import key, line_looks
from vestige.figures.tables import over_seeds

PANELS = {"train_accuracy": "Training", "val_accuracy": "Validation"}


class Settings(Figure):
    """The accuracy (a fraction) at which the vertical axis begins; 0 where left out."""

    lowest: Annotated[float, Field(gt=0, lt=1)] | None = None


def accuracy_table(runs, settings: Settings):
    """Means over seeds of training and validation accuracy, epoch by epoch."""
    return over_seeds(runs, lambda run: run[list(PANELS)], settings.bands)


def accuracy_figure(settings, runs, table):
    """A panel for training, one for validation, a line in both for each label of the table."""
    with styled():
        figure, places = sheet(settings, len(PANELS))
        axes = [ax for place in places for ax in place]
        look = line_looks(table.assign(line=table["label"]), settings.palette)
        for ax, (quantity, title) in zip(axes, PANELS.items(), strict=True):
            lines(ax, table[table["quantity"] == quantity], "label", look)
            ax.set_title(title)
        epoch_axis(axes, table)
        value_axis(axes, table, "Top-1 accuracy (%)", limits=(settings.lowest or 0, 1.02), percent=True)
        key(figure, look, *mark_chance(axes, runs[0].sizes["class"], settings.lowest or 0))
        return finished(figure), table


def accuracy_columns(settings, runs, table, panel: str, line: str):
    """Training above validation accuracy, a column for each value of `panel`, a line for each value of `line`.

    Both are columns of the table. Where nothing is penalised, both are the label; such lines are in every column.
    """
    with styled():
        plain = table["alpha"] == 0
        parts = table.assign(line=table[line].where(~plain, table["label"]))
        titles = list(dict.fromkeys(table.loc[~plain, panel])) or [""]
        figure, places = sheet(settings, len(titles), heights=(1.0,) * len(PANELS))
        look = line_looks(parts, settings.palette)
        for title, place in zip(titles, places, strict=True):
            shown = parts[plain | (table[panel] == title)]
            place[0].set_title(title)
            for ax, quantity in zip(place, PANELS, strict=True):
                lines(ax, shown[shown["quantity"] == quantity], "line", look)
        axes = [ax for place in places for ax in place]
        epoch_axis(axes, table)
        for storey, name in enumerate(PANELS.values()):
            label = f"{name} accuracy (%)"
            value_axis([place[storey] for place in places], table, label, (settings.lowest or 0, 1.02), percent=True)
        changes = mark_changes(dict(zip(titles, places, strict=True)), table.assign(panel=table[panel]))
        key(figure, look, *changes, *mark_chance(axes, runs[0].sizes["class"], settings.lowest or 0))
        return finished(figure), table.drop(columns=table.columns.intersection([panel, line]).difference(["label"]))


def mark_changes(places: dict, table) -> list:
    """A line where a penalty begins or ends in the course of training; returns what belongs into the key."""
    ends = table.groupby("condition")["epoch"].transform("max")
    penalised = table.assign(last=ends)[table["alpha"] != 0]
    drawn = [
        ax.axvline(epoch, color=GREY, linewidth=0.8, linestyle=(0, (4, 2)), zorder=1, label="penalty begins or ends")
        for title, part in penalised.groupby("panel", sort=False)
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
