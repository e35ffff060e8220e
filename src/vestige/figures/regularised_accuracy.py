"""Figure 6b: training and validation accuracy over epochs, for each way of regularising selectivity."""

from typing import Annotated

from pydantic import Field

from vestige.figures.drawing import GREY, Figure, epoch_axis, finished, lines, sheet, styled, value_axis
from vestige.figures.keys import key, looks
from vestige.figures.tables import over_seeds

KIND = "training"
PAPER = "6b"
CAPTION = (
    "Top-1 accuracy throughout training, for networks whose selectivity was left alone (black) or regularised with "
    "strength α. Training accuracy is the running average over the pass that ends at the epoch. Lines: mean over "
    "networks trained from different seeds; bands: 95 % Student t interval of that mean."
)
PANELS = {"train_accuracy": "Training", "val_accuracy": "Validation"}


class Settings(Figure):
    """The accuracy (a fraction) at which the vertical axis begins; 0 where left out."""

    lowest: Annotated[float, Field(gt=0, lt=1)] | None = None


def regularised_accuracy(settings, runs):
    """Draw results of `training`, a line for each condition; returns the figure and the table of what it shows."""
    table = over_seeds(runs, lambda run: run[list(PANELS)])
    with styled():
        figure, places = sheet(settings, len(PANELS))
        axes = [ax for place in places for ax in place]
        look = condition_looks(table, settings.palette)
        for ax, (quantity, title) in zip(axes, PANELS.items(), strict=True):
            lines(ax, table[table["quantity"] == quantity], "label", look)
            ax.set_title(title)
        epoch_axis(axes, table)
        value_axis(axes, table, "Top-1 accuracy (%)", limits=(settings.lowest or 0, 1), percent=True)
        key(figure, look, *mark_chance(axes, runs[0].sizes["class"], settings.lowest or 0))
        return finished(figure), table


def condition_looks(table, palette: str) -> dict[str, dict]:
    """A look for each label; the first condition without a penalty, which the others are held against, is black."""
    labels = dict(zip(table["label"], table["alpha"], strict=True))
    plain = [label for label, alpha in labels.items() if alpha == 0][:1]
    look = looks([*plain, *(label for label in labels if label not in plain)], palette, black=len(plain))
    return {label: look[label] for label in labels}


def mark_chance(axes, classes: int, lowest: float):
    """A line at the accuracy of guessing, unless it lies outside the axis; returns what belongs into the key."""
    if 1 / classes < lowest:
        return []
    label = f"chance ({classes} classes)"
    return [ax.axhline(1 / classes, color=GREY, linestyle=":", linewidth=1, zorder=1, label=label) for ax in axes][:1]
