"""Modularity of units' associations over epochs, above their class selectivity: a panel a condition."""

from vestige.figures.axes import epoch_axis, value_axis
from vestige.figures.drawing import Figure, Panel, apply_style, finish_layout
from vestige.figures.legends import key
from vestige.figures.measures import Measures, by_family, measure_words
from vestige.figures.panels import condition_panels, mark_penalty
from vestige.figures.tables import by_condition, over_seeds

QUANTITIES, HEIGHTS = ("modularity", "adjusted", "selectivity"), (1.0, 0.8, 0.6)
LABELS = {"modularity": "Modularity Q", "adjusted": "Agreement with preferred classes", "selectivity": "Selectivity"}
SELECTIVITY = "class selectivity"


class Settings(Figure):
    """The measures of association to draw."""

    panel: Panel = (2.4, 1.5)
    """Width and height of one panel in inches."""
    measures: Measures = ("input_gradient", "output_gradient")
    """The measures of association that are drawn."""


def modularity_and_selectivity(settings: Settings, runs):
    """Draw results of `cluster_classes`, layers averaged; returns the figure and the table of what it shows.

    At the epochs that all networks of a condition have: those that stop early have a last one of their own.
    """
    from functools import partial

    import pandas as pd

    shared = {name: shared_epochs(group) for name, group in by_condition(runs).items()}
    chosen = [run.sel(epoch=shared[run["condition"].item()]) for run in runs]
    of_measures = over_seeds(chosen, partial(curves, measures=settings.measures), settings.bands)
    of_units = over_seeds(chosen, lambda run: {"selectivity": run["selectivity"].mean("layer")}, settings.bands)
    table = pd.concat([of_measures, of_units], ignore_index=True)
    words = {name: measure_words(name) for name in by_family(settings.measures)}
    parts = table.assign(line=table["measure"].map(words).fillna(SELECTIVITY))
    with apply_style():
        figure, panels, look = condition_panels(settings, parts, "line", QUANTITIES, HEIGHTS)
        places = list(panels.values())
        epoch_axis([ax for place in places for ax in place], table)
        for storey, name in enumerate(QUANTITIES):
            part = table[table["quantity"] == name]
            top = 1.08 * part[["mean", "high"]].max(axis=None)
            ends = min(0, 1.08 * part[["mean", "low"]].min(axis=None)), top if top > 0 else 1
            value_axis([place[storey] for place in places], part, LABELS[name], ends)
        key(figure, look, *mark_penalty(panels, table))
        return finish_layout(figure), table


def shared_epochs(group) -> list[int]:
    """The epochs that all results have."""
    shared = sorted(set.intersection(*(set(run["epoch"].values.tolist()) for run in group)))
    if len(shared) < 2:
        name, said = group[0]["condition"].item(), ", ".join(map(str, shared)) or "none"
        raise ValueError(f"networks of {name} share few epochs ({said}): list more under association.epochs, or all")
    return shared


def curves(run, measures) -> dict:
    """(measure, epoch) modularity, and how far clusters agree with preferred classes beyond chance."""
    known = [str(name) for name in run["measure"].values]
    if strange := sorted(set(measures) - {*known}):
        raise ValueError(f"measures: no measure {', '.join(strange)}; the results hold {', '.join(known)}")
    chosen = run.sel(measure=by_family(measures))
    return {name: chosen[name].mean("layer").transpose("measure", "epoch") for name in ("modularity", "adjusted")}
