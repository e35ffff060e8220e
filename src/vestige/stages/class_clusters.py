"""The agreement of clusters with preferred classes at all epochs, by all measures and in all layers of a run."""

from collections.abc import Callable

import numpy as np
import xarray as xr

from vestige.foundation.random import generator
from vestige.metrics.label_permutation import mutual_information, relabelled_information, standardise
from vestige.metrics.partitions import adjust, drop_dead, element_centric, expect_element_centric

STATISTICS = {
    "similarity": ("element-centric similarity of clusters and preferred classes", "1"),
    "expected": ("element-centric similarity that is expected by chance, of groups of these sizes", "1"),
    "adjusted": ("element-centric similarity: 0 where it is that by chance, 1 where groups are the same", "1"),
    "information": ("mutual information of clusters and preferred classes", "bit"),
    "information_z": ("mutual information above its mean over relabelled units, in standard deviations", "1"),
    "units": ("live units with a preferred class", "1"),
}
PLACE = ("module", "block", "channel")


def compare_all(clustering, selectivity, draws: int, note: Callable[[str], None]) -> xr.Dataset:
    """(epoch, measure, layer) all statistics, of the epochs that clustering has."""
    measured = selectivity.sel(epoch=clustering["epoch"].values).isel(unit=rows_of(selectivity, clustering))
    preferred, selective = measured["preferred_class"].values, np.nan_to_num(measured["selectivity"].values)
    modules, layers = clustering["module"].values, [int(each) for each in clustering["layer"].values]
    shape = tuple(clustering.sizes[name] for name in ("epoch", "measure", "layer"))
    found = {name: np.full(shape, np.nan) for name in STATISTICS}
    means = np.array([[row[modules == module].mean() for module in layers] for row in selective])
    for epoch, measure, layer in np.ndindex(shape):
        units = modules == layers[layer]
        both = drop_dead(clustering["cluster"].values[epoch, measure, units], preferred[epoch, units])
        key = int(clustering["epoch"][epoch]), str(clustering["measure"].values[measure]), layers[layer]
        for name, value in compare(*both, draws, generator("relabelled classes", *key)).items():
            found[name][epoch, measure, layer] = value
    found["adjusted"] = adjust(found["similarity"], found["expected"])
    note(f"deviations at the last epoch: {summarise(found['information_z'][-1], clustering['measure'].values)}")
    return label_statistics(clustering, found, means)


def rows_of(selectivity, clustering) -> np.ndarray:
    """The rows of selectivity at which the units of clustering stand."""
    there, wanted = (
        list(zip(*(each[name].values.tolist() for name in PLACE), strict=True)) for each in (selectivity, clustering)
    )
    rows = {place: row for row, place in enumerate(there)}
    return np.array([rows[place] for place in wanted])


def compare(clusters: np.ndarray, classes: np.ndarray, draws: int, stream: np.random.Generator) -> dict[str, float]:
    """The statistics of two partitions of the same units, none of them dead; all but their number NaN of no units."""
    if not len(clusters):
        return {"units": 0}
    information = mutual_information(clusters, classes)
    return {
        "similarity": element_centric(clusters, classes),
        "expected": expect_element_centric(clusters, classes),
        "information": information,
        "information_z": standardise(information, relabelled_information(clusters, classes, draws, stream)),
        "units": len(clusters),
    }


def summarise(deviations: np.ndarray, names: np.ndarray) -> str:
    """(measure, layer) deviations in a line: the mean over layers of each measure."""
    known = np.isfinite(deviations)
    means = np.where(known, deviations, 0).sum(axis=1) / np.where(known.any(axis=1), known.sum(axis=1), np.nan)
    return ", ".join(f"{name} {each:.1f}" for name, each in zip(names, means, strict=True))


def label_statistics(clustering, found: dict[str, np.ndarray], selectivity: np.ndarray) -> xr.Dataset:
    """The statistics with their names and dimensions."""
    dimensions = ("epoch", "measure", "layer")
    about = {"long_name": "class selectivity index, mean over the layer's units, silent ones as 0", "units": "1"}
    variables = {
        name: (dimensions, found[name], {"long_name": says, "units": units})
        for name, (says, units) in STATISTICS.items()
    }
    variables["modularity"] = (dimensions, clustering["modularity"].values, clustering["modularity"].attrs)
    variables["selectivity"] = (("epoch", "layer"), selectivity, about)
    coords = {name: (name, clustering[name].values, clustering[name].attrs) for name in dimensions}
    return xr.Dataset(variables, coords)
