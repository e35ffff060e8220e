"""Accuracy and norms of weights against the strength of each regularizer: six rows, a column a regularizer."""

from typing import Annotated

from pydantic import Field

from vestige.figures.axes import draw_spread, in_percent
from vestige.figures.drawing import Figure, Panel, apply_style, finish_layout, sheet
from vestige.figures.legends import key_below
from vestige.figures.sweeps import (
    LOGARITHMIC,
    WORDS,
    draw_level,
    draw_line,
    level_key,
    name_of,
    regularizer_looks,
    runs_of_sweep,
    strengths,
    with_strengths,
)
from vestige.figures.tables import over_seeds

ROWS = {
    "train_accuracy": "Training accuracy (%)",
    "val_accuracy": "Validation accuracy (%)",
    "squares": "Sum of squares",
    "magnitudes": "Sum of sizes",
    "small": "Weights near 0 (%)",
    "nuclear": "Nuclear norm",
}
PERCENT = ("train_accuracy", "val_accuracy", "small")
ACCURACIES = ("train_accuracy", "val_accuracy")
STRENGTH = {"l2": "L2 (factor)", "l1": "L1 (factor)", "dropout": "Dropout (share)"}


class Settings(Figure):
    """Where the axis of accuracies begins; the paper's is 0.8, and networks below lie beneath it."""

    panel: Panel = (2.1, 1.1)
    """Width and height of one panel in inches."""
    lowest: Annotated[float, Field(ge=0, lt=1)] = 0.8
    """The accuracy at which the axis begins; the paper has 0.8. Networks below it are drawn beneath the axis."""


def performance_and_norms(settings: Settings, runs, beside):
    """Draw results of `norms` at the last epoch measured, beside accuracies then; returns the figure and its table."""
    trained, runs = {name_of(each): each for each in beside["training"]}, runs_of_sweep(runs)

    def measure_network(run) -> dict:
        found = accuracies(trained[name_of(run)], run["epoch"].values[-1]) | norms(run)
        return {name: value.expand_dims(network=["trained"]) for name, value in found.items()}  # tables need an axis

    table = with_strengths(over_seeds(runs, measure_network, settings.bands).drop(columns="network"), strengths(runs))
    if not (table["regularizer"] != "").any():
        raise ValueError("no condition sets one regularizer alone: dropout, l1 or l2")
    with apply_style():
        look = regularizer_looks(table, settings.palette)
        figure, places = sheet(settings, len(ROWS) * len(look), columns=len(look))
        for number, quantity in enumerate(ROWS):
            axes = [ax for (ax,) in places[number * len(look) : (number + 1) * len(look)]]
            draw(axes, table[table["quantity"] == quantity], look)
            label(axes, quantity, settings.lowest, is_last=quantity == [*ROWS][-1])
        for (ax,), name in zip(places[: len(look)], look, strict=True):
            ax.set_title(WORDS[name] if name != "dropout" else "Dropout")
        for (ax,), name in zip(places[-len(look) :], look, strict=True):
            ax.set_xlabel(STRENGTH[name])
        key_below(figure, level_key(table))
        return finish_layout(figure), table


def accuracies(training, epoch: int) -> dict:
    """Accuracies of the network that is measured: in training, over the pass that it ends, and on validation images."""
    return {name: training[name].sel(epoch=epoch, drop=True) for name in ACCURACIES}


def norms(run) -> dict:
    """Over all weights: sums, the share of those near 0, and the sum of nuclear norms; NaN where a weight is none."""
    last = run.isel(epoch=-1, drop=True)
    small = (last["small"] * last["size"]).sum("weight", skipna=False) / last["size"].sum("weight")
    sums = {name: last[name].sum("weight", skipna=False) for name in ("squares", "magnitudes")}
    nuclear = last["nuclear"].sum("weight", min_count=1)  # of matrices alone: others have none
    return sums | {"nuclear": nuclear.where(sums["squares"].notnull()), "small": small}


def draw(axes, part, look: dict[str, dict]):
    """A line a regularizer over its strengths, each on a panel of its own, and a level for networks without any."""
    for ax, (name, one) in zip(axes, look.items(), strict=True):
        line = part[part["regularizer"] == name].sort_values("value")
        draw_line(ax, line["value"], line["mean"], one)
        draw_spread(ax, line, one["color"], "value")
        draw_level(ax, part)
        if name in LOGARITHMIC:
            ax.set_xscale("log")
            ax.minorticks_off()


def label(axes, quantity: str, lowest: float, is_last: bool):
    """The same vertical range on the panels of a row, from 0 or from the lowest accuracy shown."""
    if quantity in ACCURACIES:
        low, high = lowest, 1.0 + 0.02 * (1 - lowest)
    else:
        low, high = 0, max(ax.get_ylim()[1] for ax in axes)
    for ax in axes:
        ax.set_ylim(low, high)
        ax.set_ylabel(ROWS[quantity] if ax is axes[0] else "")
        ax.tick_params(labelbottom=is_last)
        if quantity in PERCENT:
            ax.yaxis.set_major_formatter(in_percent)
