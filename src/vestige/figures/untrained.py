"""What untrained networks have of a quantity: rows of a table, and a grey band behind lines."""

from typing import NamedTuple

GREYS = ("0.82", "0.89", "0.945")  # of one, two and three standard deviations
LABEL = "untrained networks"


class Band(NamedTuple):
    """Mean and standard deviation over untrained networks."""

    mean: float
    sd: float


def untrained_rows(untrained: list, quantity: str, by_layer: bool, pooled: bool):
    """A row for each measure (and layer): mean, standard deviation and number of untrained networks.

    Layers are averaged in each network before, or (`pooled`, as in the paper) counted as networks of their own.
    """
    import pandas as pd
    import xarray as xr

    if not untrained:
        return pd.DataFrame(columns=["quantity", "measure", "label", "mean", "sd", "networks"])
    values = xr.concat([each[quantity].reset_coords(drop=True) for each in untrained], "network")
    over = ["network", "layer"] if pooled and not by_layer else ["network"]
    values = values if by_layer or pooled else values.mean("layer")
    found = xr.Dataset({"mean": values.mean(over), "sd": values.std(over, ddof=1), "networks": values.count(over)})
    return found.to_dataframe().reset_index().assign(quantity=quantity, label=LABEL)


def values_of(rows, measure: str, layer: str = "") -> Band | None:
    """The band of a measure (and layer), if there are untrained networks."""
    mine = rows[rows["measure"] == measure]
    mine = mine[mine["layer"] == layer] if layer else mine
    return Band(*mine.iloc[0][["mean", "sd"]]) if len(mine) else None


def draw_band(ax, band: Band | None):
    """Shade one, two and three standard deviations to either side of the mean of untrained networks."""
    if band is None:
        return
    for several, grey in reversed([*enumerate(GREYS, start=1)]):
        ends = band.mean - several * band.sd, band.mean + several * band.sd
        ax.axhspan(*ends, color=grey, linewidth=0, zorder=0.1 - 0.01 * several)


def band_key(rows) -> list:
    """The entry of the key for the band."""
    from matplotlib.patches import Patch

    return [Patch(facecolor=GREYS[0], label=f"{LABEL}, mean ± 1, 2, 3 s.d.")] if len(rows) else []
