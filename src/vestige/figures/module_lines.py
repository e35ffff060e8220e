"""Mean selectivity of each module over epochs, with the share of silent units where there are any."""

from typing import Literal

from vestige.figures.drawing import Figure, epoch_axis, value_axis
from vestige.figures.panels import condition_panels
from vestige.figures.tables import over_seeds

QUANTITIES = ("selectivity", "silent")


class Settings(Figure):
    """How a silent unit counts in a module's mean: as 0 (the paper's way) or not at all."""

    silent_units: Literal["zero", "omit"]


def module_table(runs, silent_units: str):
    """Means over seeds of every module's mean selectivity and of its share of silent units, epoch by epoch."""
    return over_seeds(runs, lambda run: module_means(run, silent_units))


def module_means(run, silent_units: str):
    """(module, epoch): the mean over a block's units, then over blocks (figure 2); likewise the share that is silent.

    A silent unit (selectivity NaN) counts as 0 ("zero", the paper's way) or not at all ("omit").
    """
    import pandas as pd
    import xarray as xr

    units = pd.DataFrame(
        run["selectivity"].transpose("unit", "epoch").values,
        index=pd.MultiIndex.from_arrays([run["module"].values, run["block"].values], names=["module", "block"]),
        columns=pd.Index(run["epoch"].values, name="epoch"),
    )
    counted = units.fillna(0) if silent_units == "zero" else units
    tables = dict(zip(QUANTITIES, (counted, units.isna()), strict=True))
    over_blocks = {name: one.groupby(level=[0, 1]).mean().groupby(level=0).mean() for name, one in tables.items()}
    return xr.Dataset({name: xr.DataArray(one, dims=["module", "epoch"]) for name, one in over_blocks.items()})


def module_panels(settings, table):
    """A panel for each condition, and a low one beneath it for silent units where any condition has them."""
    selectivity, silent = (table[table["quantity"] == name] for name in QUANTITIES)
    shown, heights = (QUANTITIES, (1.0, 0.4)) if silent["mean"].any() else (QUANTITIES[:1], (1.0,))
    named = table.assign(line=[f"module {module}" for module in table["module"]])
    figure, panels, look = condition_panels(settings, named, "line", shown, heights)
    epoch_axis([ax for place in panels.values() for ax in place], table)
    value_axis([place[0] for place in panels.values()], selectivity, "Mean class selectivity", most=1.02)
    if len(shown) > 1:
        value_axis([place[1] for place in panels.values()], silent, "Silent\nunits (%)", percent=True, most=1.02)
    return figure, panels, look
