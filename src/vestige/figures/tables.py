"""From the results of single runs to one tidy table of means over seeds."""

from vestige.figures.wording import facts, labels

CONFIDENCE = 0.95
VALUES = ["mean", "low", "high", "seeds"]


def over_seeds(runs, measured):
    """A row for each condition, quantity and place on its axes: mean over seeds, interval, and how many seeds.

    `measured(run)` gives the DataArray of each quantity. Rows come in the order of the runs. `low` and `high` are empty
    where one seed alone has a value; rows without any value are left out.
    """
    import pandas as pd

    if not runs:
        raise ValueError("there is no run to draw: `select` of this figure leaves none of those that the study has")
    words = labels(runs)
    parts = [
        described(intervals(quantity, values), group[0], words[name])
        for name, group in by_condition(runs).items()
        for quantity, values in beside([measured(run) for run in group]).items()
    ]
    table = pd.concat(parts, ignore_index=True).dropna(subset="mean").reset_index(drop=True)
    return table[[*table.columns.difference(VALUES, sort=False), *VALUES]]


def by_condition(runs) -> dict[str, list]:
    """Condition -> its runs, in the order of the runs."""
    names = dict.fromkeys(run["condition"].item() for run in runs)
    return {name: [run for run in runs if run["condition"].item() == name] for name in names}


def beside(measures: list) -> dict:
    """Quantity -> its values in several runs along a new dimension `seed`, without the coordinates of single runs."""
    import xarray as xr

    along = {"dim": "seed", "join": "exact", "coords": "minimal", "compat": "override"}
    return {quantity: xr.concat([bare(one[quantity]) for one in measures], **along) for quantity in measures[0]}


def bare(values):
    """The array without its coordinates that have no dimension."""
    return values.drop_vars([name for name, value in values.coords.items() if value.ndim == 0])


def intervals(quantity: str, values):
    """One quantity (seed, ...) -> a table of its other dimensions with mean, low, high and seeds."""
    from vestige.formulas.intervals import student_interval

    values = values.transpose(..., "seed")
    mean, half = student_interval(values.values, CONFIDENCE)
    place = values.isel(seed=0)
    columns = {"mean": mean, "low": mean - half, "high": mean + half, "seeds": values.notnull().sum("seed").values}
    filled = place.to_dataset(name="mean").assign({name: place.copy(data=column) for name, column in columns.items()})
    table = filled.to_dataframe(dim_order=list(place.dims)).reset_index()
    table.insert(0, "quantity", quantity)
    return table


def described(table, run, label: str):
    """The table with the condition, its label and its penalty in front."""
    said = facts(run)
    front = {"label": label, **{name: said[name] for name in ("alpha", "start", "stop", "modules")}}
    for place, (name, value) in enumerate({"condition": said["condition"], **front}.items()):
        table.insert(place, name, value)
    return table
