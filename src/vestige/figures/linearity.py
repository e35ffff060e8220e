"""Similarity of layers over epochs, high while the network is close to linear."""

from vestige.figures.drawing import Figure, Panel, apply_style, finish_layout
from vestige.figures.layer_pairs import Pairs, modules_of, similarities, similarity_axes
from vestige.figures.legends import key
from vestige.figures.panels import condition_panels, mark_penalty
from vestige.figures.tables import over_seeds


class Settings(Figure):
    """The pairs of layers to draw, by module number, and the head by its name (of the shipped families, "fc")."""

    panel: Panel = (3.2, 2.0)
    """Width and height of one panel in inches."""
    pairs: Pairs
    """The pairs of layers that are drawn: a module by its number, the head by its name (fc)."""

    @property
    def modules(self) -> tuple[int, ...]:
        """The modules of the network that it speaks of."""
        return modules_of(self.pairs)


def linearity(settings, runs):
    """Draw results of `cka`, a panel for each condition; returns the figure and the table of what it shows."""
    table = over_seeds(runs, lambda run: similarities(run, settings.pairs), settings.bands)
    with apply_style():
        figure, panels, look = condition_panels(settings, table, "pair", ("cka",))
        similarity_axes([ax for place in panels.values() for ax in place], table)
        key(figure, look, *mark_penalty(panels, table))
        return finish_layout(figure), table
