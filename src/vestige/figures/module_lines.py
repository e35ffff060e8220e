"""Mean selectivity of each module over epochs, with the share of silent units where there are any."""

from typing import Literal

from vestige.figures.axes import epoch_axis, value_axis
from vestige.figures.drawing import Figure, Panel, apply_style, finish_layout
from vestige.figures.legends import key
from vestige.figures.panels import condition_panels, mark_penalty
from vestige.figures.tables import over_seeds

QUANTITIES = ("selectivity", "silent")
PAPER_BANDS = (
    "as in the paper, twice the standard deviation over the blocks of a module of their standard deviations over "
    "channels and networks, divided by the root of the number of blocks (no confidence interval)"
)


class Selective(Figure):
    """How a silent unit counts in a mean of selectivity: as 0 (the paper's way) or not at all."""

    silent_units: Literal["zero", "omit"] = "zero"
    """How a unit whose largest class response is 0 counts in a mean of selectivity: zero (the paper's way) or omit."""


class Settings(Selective):
    """No keys beside those of every such figure."""

    panel: Panel = (3.2, 1.8)
    """Width and height of one panel in inches."""


def module_table(runs, settings: Selective):
    """Means over seeds of every module's mean selectivity and of its share of silent units, epoch by epoch."""
    from vestige.metrics.summaries import module_means

    silent_units = settings.silent_units
    return over_seeds(
        runs,
        lambda run: module_means(run, silent_units),
        settings.bands,
        lambda group: paper_bands(group, silent_units),
    )


def paper_bands(group, silent_units: str) -> dict:
    """The half-widths (module, epoch) that the paper drew around the mean of a module over one condition's networks."""
    from vestige.metrics.intervals import module_band

    spreads = pool_networks(group, silent_units)["spread"].groupby("module")
    return {"selectivity": spreads.reduce(lambda values, axis: module_band(values.swapaxes(axis, -1)), dim="place")}


def pool_networks(group, silent_units: str):
    """(place, epoch) `spread` of the selectivity of each block's units in all networks of one condition."""
    import xarray as xr

    from vestige.metrics.intervals import pooled_spread
    from vestige.metrics.summaries import block_means

    blocks = [block_means(run, silent_units) for run in group]
    means, spreads = (
        xr.concat([one[name] for one in blocks], "seed", join="outer") for name in ("selectivity", "spread")
    )
    means, spreads = (values.transpose("place", "epoch", "seed") for values in (means, spreads))
    return means.isel(seed=0).copy(data=pooled_spread(means.values, spreads.values)).to_dataset(name="spread")


def module_lines(settings: Settings, runs):
    """Draw results of `selectivity`, a panel for each condition; returns the figure and the table of what it shows.

    Beneath each panel is a low one for silent units where any condition has them.
    """
    table = module_table(runs, settings)
    with apply_style():
        shown, heights = storeys(table)
        figure, panels, look = condition_panels(settings, name_lines(table), "line", shown, heights)
        label_axes(list(panels.values()), table)
        key(figure, look, *mark_penalty(panels, table))
        return finish_layout(figure), table


def name_lines(table):
    """The table with the name of each row's line."""
    return table.assign(line=[f"module {module}" for module in table["module"]])


def storeys(table) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """The quantities to draw one above the other, and the heights of their panels."""
    silent = table.loc[table["quantity"] == "silent", "mean"].any()
    return (QUANTITIES, (1.0, 0.4)) if silent else (QUANTITIES[:1], (1.0,))


def label_axes(places, table):
    """Ranges and names of the axes of panels for selectivity and, where there are any, for silent units."""
    selectivity, silent = (table[table["quantity"] == name] for name in QUANTITIES)
    epoch_axis([ax for place in places for ax in place], table)
    value_axis([place[0] for place in places], selectivity, "Mean class selectivity", most=1.02)
    if len(places[0]) > 1:
        value_axis([place[1] for place in places], silent, "Silent\nunits (%)", percent=True, most=1.02)
