"""The statistics of agreement between the clusters of a layer by all pairs of measures, at all epochs of a run."""

from collections.abc import Callable

import numpy as np
import xarray as xr
from scipy.stats import spearmanr

from vestige.metrics.modularity import compute_modularity, normalise
from vestige.metrics.partitions import (
    adjust,
    drop_dead,
    element_centric,
    expect_element_centric,
    match_greedily,
    reduced_mutual_information,
    share_dead,
    variation_of_information,
    variation_similarity,
)
from vestige.stages.association_matrices import Place, layers_of, matrix_at

LEAST_QUALITY = 1e-3  # added to a Q by which another one is divided (the authors')
COMPARED = {"left_out": drop_dead, "one_cluster": share_dead}
STATISTICS = {
    "similarity": ("element-centric similarity of the clusters", "1"),
    "expected": ("element-centric similarity that is expected by chance, of clusters of these sizes", "1"),
    "adjusted": ("element-centric similarity: 0 where it is that by chance, 1 where clusters are the same", "1"),
    "ceiling": ("element-centric similarity of two searches by one measure, geometric mean of both measures", "1"),
    "overlap": ("units in clusters that are matched greedily, as a share of the live ones", "1"),
    "reduced_information": ("reduced mutual information of the clusters", "bit"),
    "reduced_information_share": ("reduced mutual information of the clusters, as a share of their own", "1"),
    "variation": ("variation of information between the clusters", "bit"),
    "variation_similarity": ("1 less the variation of information, each part as a share of the entropy", "1"),
    "rank_correlation": ("Spearman's correlation of the associations of all pairs of units", "1"),
    "transfer": ("modularity of the clusters by one measure of associations by the other, mean of both ways", "1"),
    "transfer_share": ("the same as a share of the modularity of the measure's own clusters", "1"),
}


def compare_all(settings, association, clustering, note: Callable[[str], None]) -> xr.Dataset:
    """(epoch, layer, measure, measure_other) all statistics, symmetric in both measures."""
    layers, measures = layers_of(association), association.sizes["measure"]
    handle = COMPARED[settings.dead_units]
    shape = association.sizes["epoch"], len(layers), measures, measures
    found = {name: np.full(shape, np.nan) for name in STATISTICS}
    ends = np.cumsum([0, *(layer.units for layer in layers)])
    for epoch in range(shape[0]):
        for number, layer in enumerate(layers):
            places = [Place(epoch, measure, number) for measure in range(measures)]
            matrices = np.stack([normalise(matrix_at(association, layer, place)) for place in places])
            partitions = clustering["cluster"].values[epoch, :, ends[number] : ends[number + 1]]
            again = clustering["cluster_again"].values[epoch, :, ends[number] : ends[number + 1]]
            own = np.array([element_centric(*handle(*both)) for both in zip(partitions, again, strict=True)])
            for name, values in compare_layer(matrices, partitions, own, handle).items():
                found[name][epoch, number] = values
    note(f"similarity at the last epoch, mean over layers and pairs: {_mean_off(found['similarity'][-1]):.3f}")
    dimensions = ("epoch", "layer", "measure", "measure_other")
    about = {"long_name": "measure of association that it is compared with"}
    return xr.Dataset(
        {
            name: (dimensions, found[name], {"long_name": says, "units": units})
            for name, (says, units) in STATISTICS.items()
        },
        {
            **{name: (name, clustering[name].values, clustering[name].attrs) for name in dimensions[:3]},
            "measure_other": ("measure_other", clustering["measure"].values, about),
        },
    )


def compare_layer(matrices: np.ndarray, partitions: np.ndarray, own: np.ndarray, handle) -> dict[str, np.ndarray]:
    """(measures, measures) each statistic, of normalised matrices (measures, n, n) and partitions (measures, n).

    `own` (measures) is what two searches by one measure agree, and `handle` what is done with dead units.
    """
    count, pairs = len(matrices), np.triu_indices(matrices.shape[1], 1)
    found = {name: np.full((count, count), np.nan) for name in STATISTICS}
    quality = compute_modularity(matrices, partitions)
    for one in range(count):
        for other in range(one, count):
            first, second = handle(partitions[one], partitions[other])
            values = compare(first, second)
            values["overlap"] = match_greedily(partitions[one], partitions[other])
            values["ceiling"] = np.sqrt(own[one] * own[other])
            values["rank_correlation"] = correlate(*(matrices[each][pairs] for each in (one, other)))
            ways = [float(compute_modularity(matrices[a], partitions[b])) for a, b in ((one, other), (other, one))]
            values["transfer"] = np.mean(ways)
            values["transfer_share"] = np.mean(np.array(ways) / (quality[[one, other]] + LEAST_QUALITY))
            for name, value in values.items():
                found[name][one, other] = found[name][other, one] = value
    found["adjusted"] = adjust(found["similarity"], found["expected"])
    return found


def compare(first: np.ndarray, second: np.ndarray) -> dict[str, float]:
    """The statistics of two partitions of the same units that need nothing else."""
    return {
        "similarity": element_centric(first, second),
        "expected": expect_element_centric(first, second),
        "reduced_information": reduced_mutual_information(first, second),
        "reduced_information_share": reduced_mutual_information(first, second, normalised=True),
        "variation": variation_of_information(first, second),
        "variation_similarity": variation_similarity(first, second),
    }


def correlate(first: np.ndarray, second: np.ndarray) -> float:
    """Spearman's correlation of associations (pairs); NaN where all of one are alike."""
    if not len(first) or np.ptp(first) == 0 or np.ptp(second) == 0:
        return float("nan")
    return float(spearmanr(first, second).statistic)


def _mean_off(matrices: np.ndarray) -> float:
    """The mean of (layers, measures, measures) without the diagonals."""
    off = ~np.eye(matrices.shape[-1], dtype=bool)
    known = matrices[:, off][np.isfinite(matrices[:, off])]
    return float(known.mean()) if len(known) else float("nan")
