"""Similarity of layers of two networks at the same epoch."""

from vestige.figures.axes import lines
from vestige.figures.drawing import Figure, Panel, apply_style, finish_layout, sheet
from vestige.figures.layer_pairs import PairsBetween, modules_of, similarities, similarity_axes
from vestige.figures.legends import key, line_looks
from vestige.figures.pairings import over_pairs


class Settings(Figure):
    """The pairs of layers to draw, by module number, and the head by its name (of the shipped families, "fc")."""

    panel: Panel = (3.2, 2.0)
    """Width and height of one panel in inches."""
    pairs: PairsBetween
    """The pairs of layers that are drawn, one of each network: a module by its number, the head by its name (fc)."""

    @property
    def modules(self) -> tuple[int, ...]:
        """The modules of the network that it speaks of."""
        return modules_of(self.pairs)


def similarity_between_networks(settings, runs):
    """Draw results of `between`, a line for every two conditions; returns the figure and the table of it."""
    measured = lambda run: similarities(run, settings.pairs)  # noqa: E731
    table = over_pairs(runs, measured, settings.bands)
    with apply_style():
        parts = dict(list(table.groupby("pair", sort=False)))
        figure, places = sheet(settings, len(parts))
        look = line_looks(table.assign(line=table["label"], alpha=unpenalised_as_zero(table)), settings.palette)
        for place, (pair, part) in zip(places, parts.items(), strict=True):
            lines(place[0], part, "label", look)
            place[0].set_title(pair)
        similarity_axes([place[0] for place in places], table)
        key(figure, look)
        return finish_layout(figure), table


def unpenalised_as_zero(table):
    """0 where neither network of a pair had a penalty."""
    return table["alpha_first"].abs() + table["alpha_second"].abs()
