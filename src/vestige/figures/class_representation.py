"""How often the most predicted classes are predicted, over epochs."""

from pydantic import PositiveInt

from vestige.figures.axes import epoch_axis, lines, value_axis
from vestige.figures.drawing import GREY, Figure, Panel, apply_style, finish_layout, sheet
from vestige.figures.legends import key, line_looks
from vestige.figures.tables import over_seeds


class Settings(Figure):
    """How many of the most predicted classes to average over: 5 in the paper."""

    panel: Panel = (5.0, 2.6)
    """Width and height of one panel in inches."""
    top: PositiveInt = 5
    """How many of the classes that a network predicts most often are averaged; the paper has 5."""


def class_representation(settings, runs):
    """Draw results of `training`, a line for each condition; returns the figure and the table of what it shows."""
    classes = runs[0].sizes["class"] if runs else settings.top + 1
    if settings.top >= classes:
        allowed = f"the images have {classes} classes, of which all together are always predicted evenly"
        raise ValueError(f"top: found {settings.top}; {allowed}; allowed: 1 to {classes - 1}")
    table = over_seeds(runs, lambda run: representation(run, settings.top), settings.bands)
    with apply_style():
        figure, ((ax,),) = sheet(settings, 1)
        look = line_looks(table.assign(line=table["label"]), settings.palette)
        lines(ax, table, "label", look)
        epoch_axis([ax], table)
        images = runs[0]["predicted"].sum("class").max().item()  # fewer where an untrained network tells other classes
        most = max(1.1, 1.02 * classes / settings.top)  # where no other class is predicted at all
        highest = min(most, 1.05 * table[["mean", "high"]].max(axis=None))
        value_axis(
            [ax], table, f"Mean count of the {settings.top} most predicted classes (uniform = 1)", (0.9, highest)
        )
        label = f"uniform ({images / classes:g} images a class)"
        level = ax.axhline(1, color=GREY, linestyle=":", linewidth=1, zorder=1, label=label)
        key(figure, look, level)
        return finish_layout(figure), table


def representation(run, top: int) -> dict:
    """(epoch): the mean count of the most predicted classes, relative to an even spread."""
    from vestige.metrics.summaries import over_representation

    return {"over_representation": over_representation(run, top)}
