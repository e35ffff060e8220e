"""Modularity, or the number of clusters, against the strength of regularization: a panel a measure of association."""

from typing import Literal

from vestige.figures.axes import draw_spread, value_axis
from vestige.figures.drawing import Panel, apply_style, finish_layout, sheet
from vestige.figures.legends import handles, key_below
from vestige.figures.measures import Measures, choose_measures, measure_words
from vestige.figures.sweeps import (
    AXIS,
    WORDS,
    Swept,
    accurate_runs,
    draw_level,
    draw_line,
    left_out,
    level_key,
    regularizer_looks,
    runs_of_sweep,
    strengths,
    with_strengths,
)
from vestige.figures.tables import over_seeds
from vestige.figures.untrained import band_key, draw_band, untrained_rows, values_of

LABELS = {"modularity": "Modularity Q", "clusters": "Clusters (effective)"}
PAPER_BANDS = "as in the paper, one standard error, networks and layers pooled"
COLUMNS = 4


class Settings(Swept):
    """The measures of association to draw; all where left out."""

    panel: Panel = (1.7, 1.5)
    """Width and height of one panel in inches."""
    measures: Measures | None = None
    """The measures of association that are drawn; left out, all."""


def regularization_lines(
    settings: Settings,
    runs,
    beside,
    quantity: Literal["modularity", "clusters"] = "modularity",
    by_layer: bool = False,
):
    """Draw results of `clustering` at the last epoch measured: a line a regularizer, and a band of untrained networks.

    Layers are averaged in each network, or have a row of panels each. Returns the figure and its table.
    """
    runs = runs_of_sweep(runs)
    kept, count = accurate_runs(runs, beside["training"], settings.least_accuracy)
    table = over_seeds(
        kept,
        lambda run: {quantity: after_training(run[quantity], settings.measures, by_layer)},
        settings.bands,
        lambda group: pooled_errors(group, quantity, settings.measures, by_layer),
    )
    table = with_strengths(table, strengths(kept, runs))
    untrained = untrained_rows(beside["untrained"], quantity, by_layer, settings.bands == "paper")
    with apply_style():
        look = regularizer_looks(table, settings.palette)
        places = panels_of(table, by_layer)
        figure, axes = sheet(settings, len(places), columns=min(COLUMNS, table["measure"].nunique()))
        for (ax,), (layer, measure) in zip(axes, places, strict=True):
            draw_band(ax, values_of(untrained, measure, layer))
            draw(ax, part_of(table, measure, layer), look)
            ax.set_title(measure_words(measure) + (f", layer {layer}" if by_layer else ""))
        finish([ax for (ax,) in axes], table, untrained, quantity)
        named = [*handles({WORDS[name]: one for name, one in look.items()}), *level_key(table)]
        key_below(figure, named, *band_key(untrained), *left_out(count, settings.least_accuracy))
        return finish_layout(figure), with_untrained(table, untrained)


def after_training(values, measures, by_layer: bool):
    """(measure) or (measure, layer) of the network after training: the last epoch measured, layers averaged."""
    last = values.isel(epoch=-1, drop=True).sel(measure=choose_measures(values, measures))
    return last if by_layer else last.mean("layer")


def pooled_errors(group, quantity: str, measures, by_layer: bool) -> dict:
    """The half-widths that the paper drew: the standard error over all networks and layers of a condition."""
    import xarray as xr

    values = xr.concat([after_training(run[quantity], measures, True).reset_coords(drop=True) for run in group], "seed")
    over = ["seed"] if by_layer else ["seed", "layer"]
    return {quantity: values.std(over, ddof=1) / values.notnull().sum(over) ** 0.5}


def panels_of(table, by_layer: bool) -> list[tuple[str, str]]:
    """(layer, measure) of each panel: a row a layer; "" where layers are averaged."""
    measures = list(dict.fromkeys(table["measure"]))
    layers = list(dict.fromkeys(table["layer"])) if by_layer else [""]
    return [(layer, measure) for layer in layers for measure in measures]


def part_of(table, measure: str, layer: str):
    """The rows of a panel."""
    mine = table[table["measure"] == measure]
    return mine[mine["layer"] == layer] if layer else mine


def draw(ax, part, look: dict[str, dict]):
    """The lines of the regularizers, and a level for networks without any."""
    for name, one in look.items():
        line = part[part["regularizer"] == name].sort_values("x")
        draw_line(ax, 100 * line["x"], line["mean"], one)
        draw_spread(ax, line.assign(x=100 * line["x"]), one["color"], "x")
    draw_level(ax, part)


def finish(axes, table, untrained, quantity: str):
    """The same axes on all panels, from 0."""
    import pandas as pd

    bands = untrained.assign(high=untrained["mean"] + 3 * untrained["sd"]) if len(untrained) else untrained
    top = pd.concat([table[["mean", "high"]], bands.reindex(columns=["mean", "high"])])
    for ax in axes:
        ax.set_xlim(-4, 104)
        ax.set_xticks([0, 25, 50, 75, 100])
        ax.set_xlabel(AXIS if ax.xaxis.get_tick_params()["labelbottom"] else "")
    value_axis(axes, top, LABELS[quantity])


def with_untrained(table, untrained):
    """The table, and below it the rows of untrained networks."""
    import pandas as pd

    return pd.concat([table, untrained], ignore_index=True) if len(untrained) else table
