"""Similarity of every two layers over epochs."""

from itertools import combinations

from vestige.figures.axes import lines
from vestige.figures.drawing import Figure, Panel, apply_style, finish_layout, sheet, with_narrow_panels
from vestige.figures.layer_pairs import similarities, similarity_axes
from vestige.figures.legends import corner_key, line_looks
from vestige.figures.tables import over_seeds


class Settings(Figure):
    """No keys beside those of every such figure."""

    panel: Panel = (1.7, 1.4)
    """Width and height of one panel in inches."""


def similarity_of_all_layers(settings, runs):
    """Draw results of `cka`, a triangle of panels; returns the figure and the table of what it shows."""
    layers = [int(name) if name.isdigit() else name for name in runs[0]["layer"].values.tolist()]
    pairs = list(combinations(layers, 2))
    table = over_seeds(runs, lambda run: similarities(run, pairs), settings.bands)
    with apply_style():
        side = len(layers) - 1
        figure, places = sheet(with_narrow_panels(settings, side), side**2, columns=side)
        look = line_looks(table.assign(line=table["label"]), settings.palette)
        at = [places[(layers.index(other) - 1) * side + layers.index(one)][0] for one, other in pairs]
        for ax, (pair, part) in zip(at, table.groupby("pair", sort=False), strict=True):
            lines(ax, part, "label", look)
            ax.set_title(pair)
        for ax in [ax for place in places for ax in place if ax not in at]:
            ax.remove()
        similarity_axes(at, table)
        corner_key(figure, look)
        return finish_layout(figure), table
