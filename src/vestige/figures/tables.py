"""From the results of single runs to one tidy table of means over seeds."""

import math

from vestige.condition import PENALTY, facts, is_penalised, strength
from vestige.figures.condition_labels import beyond_strength, labels
from vestige.figures.drawing import default_bands, single_columns

CONFIDENCE = 0.95
PRINTED = ("slope",)  # numbers in a figure's text, which have the interval over networks whatever lines have
# Between what a quantity can lie, and so can the mean of it: an interval is cut there.
POSSIBLE = {
    **dict.fromkeys(("train_accuracy", "val_accuracy", "accuracy", "silent", "selectivity", "small"), (0.0, 1.0)),
    **dict.fromkeys(("area", "over_representation", "clusters", "squares", "magnitudes", "nuclear"), (0.0, math.inf)),
    "modularity": (-0.5, 1.0),
    "cka": (-1.0, 1.0),
}
VALUES = ["mean", "low", "high", "seeds"]


def over_seeds(runs, measured, bands=None, paper_bands=None):
    """A row for each condition, quantity and place on its axes: mean over seeds, interval, and how many seeds.

    `measured(run)` gives the DataArray of each quantity. Rows come in the order of the runs; those without any value
    are left out. `low` and `high` are the ends of what `bands` draws around the mean (see `ends`), empty where one seed
    alone has a value; `seeds`, which is also what None means for up to five seeds a condition, adds a column for each
    seed. `paper_bands(runs of a condition)` gives half-widths for quantities whose bands in the paper had a formula of
    their own.
    """
    import pandas as pd

    if not runs:
        raise ValueError("there is no run to draw: `select` of this figure leaves none of those that the study has")
    words, groups = labels(runs), by_condition(runs)
    bands = bands or default_bands(max(map(len, groups.values())))
    parts = [
        add_columns(table_of(group, measured, bands, paper_bands), condition_columns(group[0], words[name]))
        for name, group in groups.items()
    ]
    table = pd.concat(parts, ignore_index=True)
    single = single_columns(table)
    return table[[*table.columns.difference([*VALUES, *single], sort=False), *VALUES, *single]]


def table_of(group, measured, bands=None, paper_bands=None):
    """The rows of one condition, of what was measured in each of its runs."""
    import pandas as pd

    bands = bands or default_bands(len(group))
    halves = paper_bands(group) if bands == "paper" and paper_bands else {}
    names = [f"seed_{run['seed'].item()}" for run in group]
    measures = stack_seeds([measured(run) for run in group])
    quantities = {quantity: values.assign_coords(seed=names) for quantity, values in measures.items()}
    parts = [intervals(name, values, bands, halves.get(name)) for name, values in quantities.items()]
    return pd.concat(parts, ignore_index=True).dropna(subset="mean").reset_index(drop=True)


def by_condition(runs) -> dict[str, list]:
    """Condition -> its runs, in the order of the runs."""
    names = dict.fromkeys(run["condition"].item() for run in runs)
    return {name: [run for run in runs if run["condition"].item() == name] for name in names}


def stack_seeds(measures: list) -> dict:
    """Quantity -> its values in several runs along a new dimension `seed`, without the coordinates of single runs.

    A run that ended before the others, because it diverged, has no value (NaN) at later epochs.
    """
    import xarray as xr

    along = {"dim": "seed", "join": "exact", "coords": "minimal", "compat": "override"}
    found = {quantity: [drop_scalars(one[quantity]) for one in measures] for quantity in measures[0]}
    return {quantity: xr.concat(as_long(values), **along) for quantity, values in found.items()}


def as_long(values: list) -> list:
    """Arrays that all have the epochs that any has."""
    import xarray as xr

    others = {name for one in values for name in one.dims if name != "epoch"}
    return xr.align(*values, join="outer", exclude=others, copy=False)


def drop_scalars(values):
    """The array without its coordinates that have no dimension."""
    return values.drop_vars([name for name, value in values.coords.items() if value.ndim == 0])


def intervals(quantity: str, values, bands: str, half=None):
    """One quantity (seed, ...) -> a table of its other dimensions with mean, low, high, seeds and each seed's value.

    `low` and `high` do not leave what is possible, but for the paper's bands, which are what it drew.
    """
    values = values.transpose(..., "seed")
    place = values.isel(seed=0, drop=True)
    around = "networks" if quantity in PRINTED else bands
    mean, low, high = ends(values.values, around, None if half is None else half.transpose(*place.dims).values)
    least, most = POSSIBLE.get(quantity if around != "paper" else "", (-math.inf, math.inf))
    low, high = low.clip(least), high.clip(max=most)
    columns = {"mean": mean, "low": low, "high": high, "seeds": values.notnull().sum("seed").values}
    if bands == "seeds":
        columns |= {name: values.sel(seed=name).values for name in values["seed"].values.tolist()}
    filled = place.to_dataset(name="mean").assign({name: place.copy(data=column) for name, column in columns.items()})
    table = filled.to_dataframe(dim_order=list(place.dims)).reset_index()
    table.insert(0, "quantity", quantity)
    return table


def ends(values, bands: str, half=None):
    """(..., seeds) -> mean, low and high, each (...): low and high are NaN where nothing is drawn around the mean.

    They are those of the t interval ("networks") or of the paper's band ("paper"), either of the half-width if one is
    given, of one standard deviation to either side ("sd"), or the lowest and the highest seed ("seeds").
    """
    import numpy as np

    from vestige.metrics.intervals import moments, paper_interval, student_interval

    count, mean, variance = moments(values)
    several = np.where(count > 1, 1.0, np.nan)
    if bands == "seeds":
        return mean, several * np.fmin.reduce(values, axis=-1), several * np.fmax.reduce(values, axis=-1)
    if bands == "sd":
        half = np.sqrt(variance)
    elif bands == "none":
        half = np.full_like(mean, np.nan)
    elif half is None:
        half = student_interval(values, CONFIDENCE)[1] if bands == "networks" else paper_interval(values)[1]
    return mean, mean - half, mean + half


def condition_columns(run, label: str) -> dict:
    """What every row says of a condition: its name, its label and its penalty."""
    said = facts(run)
    return {"condition": said["condition"], "label": label} | {name: said[name] for name in PENALTY}


def add_columns(table, front: dict):
    """The table with the same value in front of all rows, a column each."""
    for place, (name, value) in enumerate(front.items()):
        table.insert(place, name, value)
    return table


def split_labels(table):
    """The table with what its labels say in two columns, `strength` and `period`; both are "" where alpha is 0.

    Rows come by the strength of the penalty, then by its onset, the longest period first.
    """
    said = list(zip(table["label"], table["alpha"], strict=True))
    return (
        table.assign(
            strength=[strength(alpha) if is_penalised(alpha) else "" for _, alpha in said],
            period=[beyond_strength(label, alpha) if is_penalised(alpha) else "" for label, alpha in said],
            size=table["alpha"].abs(),
            end=-table["stop"],
        )
        .sort_values(["size", "start", "end"], kind="stable")
        .drop(columns=["size", "end"])
    )
