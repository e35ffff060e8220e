"""How modularity is distributed over untrained networks: a panel a measure of association, a line a layer."""

from typing import Annotated, ClassVar

from pydantic import Field

from vestige.condition import Condition
from vestige.figures.drawing import Panel, apply_style, finish_layout, sheet
from vestige.figures.legends import key, looks
from vestige.figures.measures import by_family, measure_words
from vestige.figures.regularization_lines import COLUMNS
from vestige.figures.sweeps import Swept, accurate_of, runs_of_sweep


class Settings(Swept):
    """How many bins the range of all values is divided into."""

    draws_bands: ClassVar[bool] = False

    panel: Panel = (1.7, 1.4)
    """Width and height of one panel in inches."""
    bins: Annotated[int, Field(ge=2, le=500)] = 20
    """The number of bins over the range of all values."""


def untrained_histograms(settings: Settings, runs, beside):
    """Draw the modularity of untrained networks; returns the figure and the table of it, a row a network.

    Of `runs`, results of `clustering`, networks after training without penalty and regularizer are marks above them.
    """
    kept = accurate_of(runs_of_sweep(runs), beside["training"], settings.least_accuracy)
    table, marks = values_of(beside["untrained"]), trained_values(kept)
    with apply_style():
        look = looks([f"layer {each}" for each in dict.fromkeys(table["layer"])], settings.palette)
        measures = by_family(dict.fromkeys(table["measure"]))
        figure, places = sheet(settings, len(measures), columns=min(COLUMNS, len(measures)))
        edges = edges_of(table["modularity"], settings.bins)
        for (ax,), measure in zip(places, measures, strict=True):
            draw(ax, table[table["measure"] == measure], look, edges)
            ax.set_title(measure_words(measure))
        label([ax for (ax,) in places])
        for (ax,), measure in zip(places, measures, strict=True):
            mark(ax, marks[marks["measure"] == measure], look)
        key(figure, look)
        return finish_layout(figure), join_tables(table, marks)


def values_of(untrained: list):
    """A row for each set, network, measure and layer. Raises ValueError where there are no untrained networks."""
    import pandas as pd

    if not untrained:
        raise ValueError("there are no untrained networks to draw: name a set of them under untrained")
    tables = [each["modularity"].reset_coords("set", drop=False).to_dataframe().reset_index() for each in untrained]
    table = pd.concat(tables, ignore_index=True).dropna(subset="modularity")
    return table[["set", "network", "measure", "layer", "modularity"]]


def trained_values(runs):
    """The same of networks after training to which nothing was done, a row a seed, measure and layer."""
    import pandas as pd

    plain = [run for run in runs if Condition.from_dataset(run).is_baseline]
    tables = [
        run["modularity"].isel(epoch=-1, drop=True).reset_coords(drop=True).to_dataframe().reset_index()
        for run in plain
    ]
    seeds = [table.assign(seed=run["seed"].item()) for table, run in zip(tables, plain, strict=True)]
    return pd.concat(seeds, ignore_index=True) if seeds else pd.DataFrame(columns=["measure", "layer", "modularity"])


def join_tables(table, marks):
    """One table of both; a row of a trained network has its seed in place of set and number."""
    import pandas as pd

    return pd.concat([table, marks], ignore_index=True) if len(marks) else table


def mark(ax, part, look: dict[str, dict]):
    """A mark for each trained network, near the upper edge, of its layer's colour."""
    for place, (name, one) in enumerate(look.items()):
        mine = part[part["layer"] == name.removeprefix("layer ")]
        height = ax.get_ylim()[1] * (0.96 - 0.07 * place)
        ax.scatter(mine["modularity"], [height] * len(mine), s=14, color=[one["color"]], marker=one["marker"], zorder=3)


def edges_of(values, bins: int):
    """The edges of equal bins over the range of all values."""
    import numpy as np

    low, high = min(values), max(values)
    return np.linspace(low, high, bins + 1) if high > low else [low - 0.5, low + 0.5]


def draw(ax, part, look: dict[str, dict], edges):
    """The outline of the counts of each layer's networks."""
    for name, one in look.items():
        mine = part[part["layer"] == name.removeprefix("layer ")]
        style = {"color": one["color"], "linestyle": "-" if not one["dashes"] else (0, one["dashes"])}
        ax.hist(mine["modularity"], bins=edges, histtype="step", linewidth=1.2, label=name, **style)


def label(axes):
    """The same axes on all panels."""
    top = 1.2 * max(ax.get_ylim()[1] for ax in axes)
    for ax in axes:
        ax.set_ylim(0, top)
        ax.set_xlabel("Modularity Q" if ax.xaxis.get_tick_params()["labelbottom"] else "")
        ax.set_ylabel("Networks" if ax.yaxis.get_tick_params()["labelleft"] else "")
