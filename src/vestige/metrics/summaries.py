"""What is read off the result of one run, for figures and claims alike."""

import numpy as np


def module_means(run, silent_units: str):
    """(module, epoch) `selectivity`: the mean over a block's units, then over blocks (figure 2); likewise `silent`.

    `silent` is the share of units that are. A silent unit (selectivity NaN) counts as 0 ("zero", the paper's way) or
    not at all ("omit").
    """
    import xarray as xr

    tables = {name: one.groupby(level="module").mean() for name, one in block_tables(run, silent_units).items()}
    means = {name: xr.DataArray(tables[name], dims=["module", "epoch"]) for name in ("selectivity", "silent")}
    return xr.Dataset(means)


def block_means(run, silent_units: str):
    """(place, epoch) `selectivity`, `spread` and `silent` of each block; on place: module, block in it, channels.

    The mean over a block's units, their standard deviation (of the population: figure 9's bands are made of it) and
    the share of them that is silent, which count as in `module_means`.
    """
    import xarray as xr

    tables = block_tables(run, silent_units)
    places = tables["selectivity"].index
    channels = run["module"].to_series().groupby([run["module"].values, run["block"].values]).size()
    on_place = {"module": places.get_level_values(0), "block": places.get_level_values(1), "channels": channels}
    return xr.Dataset(
        {name: (("place", "epoch"), one.values) for name, one in tables.items()},
        {"epoch": run["epoch"].values} | {name: ("place", np.asarray(one)) for name, one in on_place.items()},
    )


def block_tables(run, silent_units: str) -> dict:
    """Tables ((module, block), epoch) of the mean over a block's units, of their spread and of the silent share."""
    import pandas as pd

    units = pd.DataFrame(
        run["selectivity"].transpose("unit", "epoch").values,
        index=pd.MultiIndex.from_arrays([run["module"].values, run["block"].values], names=["module", "block"]),
        columns=pd.Index(run["epoch"].values, name="epoch"),
    )
    counted = (units.fillna(0) if silent_units == "zero" else units).groupby(level=[0, 1])
    silent = units.isna().groupby(level=[0, 1])
    return {"selectivity": counted.mean(), "spread": counted.std(ddof=0), "silent": silent.mean()}


def ablation_curves(run, accuracy: str = "accuracy", area: str = "integral") -> dict:
    """`accuracy` (epoch, order, point), a share of the largest on its curve, and the `area` (epoch, order, module).

    Both are means over the repeats of the order. The area is the "integral" over the fraction ablated, or the "sum"
    over the grid, as in the paper (figure 3). Two arrays and no Dataset, because `module` is on points in the one.
    """
    import xarray as xr

    over_repeats = run[accuracy].mean("repeat").transpose("epoch", "order", "point").groupby("module")
    curves = {module: share_of_largest(curve.sortby("fraction")) for module, curve in over_repeats}
    areas = [area_under(curve, area).assign_coords(module=module) for module, curve in curves.items()]
    return {"area": xr.concat(areas, "module"), "accuracy": xr.concat(curves.values(), "point")}


def share_of_largest(curve):
    """A module's accuracy as a share of the largest on each curve."""
    from vestige.metrics.ablation import normalise_accuracy

    return curve.copy(data=normalise_accuracy(curve.values))


def area_under(curve, area: str):
    """(epoch, order): the area under a module's curves."""
    from vestige.metrics.ablation import area_integral, area_sum

    values = curve.values
    found = area_sum(values) if area == "sum" else area_integral(values, curve["fraction"].values)
    return curve.isel(point=0, drop=True).copy(data=found)


ACCURACIES = ("train_accuracy", "val_accuracy")


def accuracies(run, classes: int):
    """(epoch) training and validation accuracy of a run over all of its planned epochs, which `epochs` says.

    A network that diverged tells nothing apart: from then on it is at chance, and so it counts in a mean over seeds.
    """
    found = run[list(ACCURACIES)]
    if "diverged" not in run:
        return found
    whole = found.reindex(epoch=np.arange(int(run["epochs"]) + 1))
    return whole.where(whole["epoch"] < run["diverged"].item(), 1 / classes)


def over_representation(run, top: int = 5):
    """(epoch): mean count of the `top` most predicted classes, divided by what an even spread would give (figure 16).

    1 where every class is predicted equally often; classes / top where no other class is predicted at all.
    """
    counts = run["predicted"].transpose("epoch", "class")
    largest = np.sort(counts.values, axis=1)[:, -top:]
    even = counts.values.sum(axis=1).max() / counts.sizes["class"]  # logits beyond the classes may take some at first
    return counts.isel({"class": 0}, drop=True).copy(data=largest.mean(axis=1) / even).drop_attrs()
