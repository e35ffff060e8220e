"""Means of agreement over networks, for panels of matrices: over all, by strength of regularization, by layer."""

from typing import NamedTuple

from vestige.figures.measures import is_upstream
from vestige.figures.sweeps import LOGARITHMIC, WORDS, strengths

MOST = 4  # strengths of a regularizer that are shown


class Panel(NamedTuple):
    """(measures, measures) a mean over so many networks with floor and ceiling, or a difference of two means."""

    title: str
    values: object
    expected: object
    ceiling: object
    networks: int
    is_difference: bool = False


def over_all(settings, kept, _, untrained, names) -> list[list[Panel]]:
    """After training, untrained, and the difference."""
    trained = panel_of("after training", of_trained(kept), settings.statistic, names)
    return [[trained, *against_untrained(trained, settings.statistic, names, untrained)]]


def per_strength(settings, kept, configured, _, names) -> list[list[Panel]]:
    """A row a regularizer, a panel a strength: four evenly spaced ones where there are more."""
    found, rows = strengths(kept, configured), []
    for regularizer in WORDS:
        mine = sorted((each.value, name) for name, each in found.items() if each.regularizer == regularizer)
        if mine:
            rows.append([
                panel_of(
                    f"{WORDS[regularizer]} {value_words(regularizer, value)}",
                    of_trained([run for run in kept if run["condition"].item() == name]),
                    settings.statistic,
                    names,
                )
                for value, name in pick_evenly(mine)
            ])  # fmt: skip
    if not rows:
        raise ValueError("no condition sets one regularizer alone: dropout, l1 or l2")
    return rows


def per_layer(settings, kept, _, untrained, names) -> list[list[Panel]]:
    """A row a layer: after training, untrained, and the difference (to untrained ones of that layer, or the first)."""
    rows, layers = [], [str(each) for each in kept[0]["layer"].values]
    for layer in layers:
        trained = panel_of(f"layer {layer}", of_trained(kept, layer), settings.statistic, names)
        other = layers[0] if settings.subtract == "first_layer" else layer
        rows.append([trained, *against_untrained(trained, settings.statistic, names, untrained, other)])
    return rows


def of_trained(runs, layer: str | None = None):
    """(network, layer, ...) the agreement in networks after training: at the last epoch measured."""
    import xarray as xr

    last = [run.isel(epoch=-1, drop=True).reset_coords(drop=True) for run in runs]
    both = xr.concat(last, "network")
    return both if layer is None else both.sel(layer=[layer])


def against_untrained(trained: Panel, statistic: str, names, untrained, layer: str | None = None) -> list[Panel]:
    """The panel of untrained networks, and of what training adds; none where there are none."""
    import xarray as xr

    if not untrained:
        return []
    found = xr.concat([each.reset_coords(drop=True) for each in untrained], "network")
    found = found if layer is None else found.sel(layer=[layer])
    where = "" if layer is None else f", layer {layer}"
    plain = panel_of(f"untrained{where}", found, statistic, names)
    added = trained.values - plain.values
    change = Panel(f"{trained.title} − untrained", added, None, None, trained.networks, True)
    return [plain, change]


def panel_of(title: str, found, statistic: str, names: list[str]) -> Panel:
    """The means over networks, layers averaged in each network before."""
    chosen = found.sel(measure=names, measure_other=names)

    def mean(quantity: str):
        return chosen[quantity].mean("layer").mean("network").transpose("measure", "measure_other").values

    return Panel(title, mean(statistic), mean("expected"), mean("ceiling"), found.sizes["network"])


def average_bounds(panels: list[list[Panel]], names: list[str]) -> dict[str, float]:
    """What chance and two searches by one measure give in the first panel, mean over measures of different families."""
    import numpy as np

    family = np.array([is_upstream(name) for name in names])
    across, first = family[:, None] != family, panels[0][0]
    if not across.any():
        across = ~np.eye(len(names), dtype=bool)
    return {"chance": float(np.nanmean(first.expected[across])), "ceiling": float(np.nanmean(first.ceiling[across]))}


def pick_evenly(values: list) -> list:
    """At most four of some values, evenly spaced, both ends among them."""
    if len(values) <= MOST:
        return values
    return [values[round(place * (len(values) - 1) / (MOST - 1))] for place in range(MOST)]


def value_words(regularizer: str, value: float) -> str:
    """A strength as a title says it; of L1 and L2 as a power of ten."""
    import math

    return f"$10^{{{math.log10(value):.3g}}}$" if regularizer in LOGARITHMIC else f"{value:g}"


def table_of(panels: list[list[Panel]], names: list[str], statistic: str):
    """A row for each panel and two measures."""
    import pandas as pd

    rows = [
        {
            "panel": each.title.replace("$", "").replace("{", "").replace("}", ""),
            "measure": one,
            "measure_other": other,
            statistic: each.values[i, j],
            "expected": None if each.is_difference else each.expected[i, j],
            "ceiling": None if each.is_difference else each.ceiling[i, j],
            "networks": each.networks,
        }
        for row in panels
        for each in row
        for i, one in enumerate(names)
        for j, other in enumerate(names)
    ]
    return pd.DataFrame(rows)
