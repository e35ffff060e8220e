"""What two departures from the second paper's clustering change: the search, and units dead by one of two measures.

    python bench/cluster_fidelity.py digits_clustering

Reads results/STUDY/association, at the last epoch of each run. Prints over all matrices by how much the paper's search
(algorithms 1 to 3: one chain of 5,000 moves, and no climb) falls short of ours with 1, 2 and 8 restarts, and how much
the element-centric similarity of every two measures changes if dead units are a cluster of their own.
"""

import sys
from pathlib import Path

import numpy as np
import xarray as xr

from vestige.foundation.random import generator
from vestige.metrics.cluster_search import compute_each, sample_moves, search, split_by_spectrum
from vestige.metrics.modularity import normalise
from vestige.metrics.partitions import drop_dead, element_centric, share_dead
from vestige.stages.association_matrices import Place, layers_of, matrix_at

STEPS, ENTROPY, RESTARTS = 5000, 0.15, (1, 2, 8)
LEAST = 1e-9  # by which a Q differs


def main(study: str) -> None:
    """Print both effects for the associations of a study."""
    runs = [xr.load_dataset(path) for path in sorted(Path("results", study, "association").glob("*.nc"))]
    groups = [matrices_of(run, layer) for run in runs for layer in layers_of(run)]
    short, changed = zip(*map(compare, groups), strict=True)
    for count, lost in zip(RESTARTS, np.concatenate(short).T, strict=True):
        below, above = (lost > LEAST).mean(), (lost < -LEAST).mean()
        print(
            f"{count} restarts, {len(lost)} matrices: the paper's is {lost.mean():.4f} below in the mean,",
            end="",
        )
        print(f" {lost.max():.4f} at most; below in {below:.0%}, above in {above:.0%}")
    changed = np.concatenate(changed)
    print(f"dead units a cluster: similarity {np.nanmean(changed):+.4f} in the mean,", end="")
    print(f" {np.nanmax(np.abs(changed)):.3f} at most")


def matrices_of(run, layer) -> np.ndarray:
    """(measures, n, n) the normalised matrices of a layer at the last epoch."""
    places = [Place(run.sizes["epoch"] - 1, measure, 0) for measure in range(run.sizes["measure"])]
    return np.stack([normalise(matrix_at(run, layer, place)) for place in places])


def compare(matrices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(matrices, restarts) what the paper's search lacks, and (pairs) how dead units change similarity."""
    numbers = np.arange(len(matrices))
    starts = np.stack([split_by_spectrum(matrix) for matrix in matrices])
    streams = [[generator("fidelity", each, restart) for restart in range(1 + max(RESTARTS))] for each in numbers]
    papers = sample_moves(matrices, numbers, starts, STEPS, ENTROPY, [row[-1] for row in streams])
    quality = compute_each(matrices, numbers, papers)
    ours = [search(matrices, count, STEPS, ENTROPY, [row[:count] for row in streams]) for count in RESTARTS]
    partitions = ours[-1][0]
    pairs = [(one, other) for one in numbers for other in numbers if one < other]
    both = [(partitions[one], partitions[other]) for one, other in pairs]
    changed = [element_centric(*share_dead(*each)) - element_centric(*drop_dead(*each)) for each in both]
    return np.stack([found - quality for _, found in ours], axis=1), np.array(changed)


if __name__ == "__main__":
    main(*sys.argv[1:])
