"""How near to the best known modularity searches come, and what units dead by one of two measures change.

    python bench/cluster_fidelity.py digits_clustering

Reads results/STUDY/association, at the last epoch of each run. The best known modularity of a matrix is the largest
that any of the searches finds, one of 16 restarts among them. Prints over all matrices by how much each search falls
short of it: the paper's (algorithms 1 to 3: one chain of 5,000 moves at an entropy of 0.15 and no climb), and ours with
several restarts at that entropy and at one that falls. Prints how much the element-centric similarity of every two
measures changes if dead units are a cluster of their own.
"""

import sys
from itertools import combinations
from pathlib import Path

import numpy as np
import xarray as xr

from vestige.foundation.random import generator
from vestige.metrics.cluster_chains import compute_each
from vestige.metrics.cluster_search import sample_moves, search, split_by_spectrum
from vestige.metrics.modularity import normalise
from vestige.metrics.partitions import drop_dead, element_centric, share_dead
from vestige.stages.association_matrices import Place, layers_of, matrix_at

STEPS, CONSTANT, FALLING = 5000, 0.15, (1.0, 0.1)
WAYS = [(entropy, restarts) for entropy in (CONSTANT, FALLING) for restarts in (1, 2, 4, 8)] + [(FALLING, 16)]
PAPERS = "the paper's"
LEAST = 1e-9  # by which a Q differs


def main(study: str) -> None:
    """Print both effects for the associations of a study."""
    runs = [xr.load_dataset(path) for path in sorted(Path("results", study, "association").glob("*.nc"))]
    groups = [matrices_of(run, layer) for run in runs for layer in layers_of(run)]
    by_size = [[each for each in groups if each.shape == shape] for shape in sorted({each.shape for each in groups})]
    quality, changed = zip(*map(compare, map(np.stack, by_size)), strict=True)
    found = {name: np.concatenate([each[name] for each in quality]) for name in quality[0]}
    best, papers = np.max([*found.values()], axis=0), found[PAPERS]
    print(f"{len(best)} matrices, and by how much a search falls short of the best known modularity:")
    for name, each in found.items():
        lacks, below = best - each, (each < papers - LEAST).mean()
        print(f"{name:42} {lacks.mean():.5f} in the mean, {lacks.max():.4f} at most; below the paper's in {below:.0%}")
    changed = np.concatenate(changed)
    if len(changed):  # one measure alone is similar to no other
        print(f"dead units a cluster: similarity {np.nanmean(changed):+.4f} in the mean,", end="")
        print(f" {np.nanmax(np.abs(changed)):.3f} at most")


def matrices_of(run, layer) -> np.ndarray:
    """(measures, n, n) the normalised matrices of a layer at the last epoch."""
    places = [Place(run.sizes["epoch"] - 1, measure, 0) for measure in range(run.sizes["measure"])]
    return np.stack([normalise(matrix_at(run, layer, place)) for place in places])


def compare(groups: np.ndarray) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """(matrices) the modularity by each search, and (pairs) how dead units change similarity; of (layers, measures)."""
    layers, measures = groups.shape[:2]
    matrices = groups.reshape(-1, *groups.shape[2:])
    numbers = np.arange(len(matrices))
    starts = np.stack([split_by_spectrum(matrix) for matrix in matrices])
    papers = [generator("fidelity", PAPERS, each) for each in numbers]
    moved = sample_moves(matrices, numbers, starts, STEPS, CONSTANT, papers)
    found = {PAPERS: compute_each(matrices, numbers, moved)}
    for entropy, restarts in WAYS:
        streams = [[generator("fidelity", each, restart) for restart in range(restarts)] for each in numbers]
        partitions, found[f"entropy {entropy}, restarts {restarts}"] = search(
            matrices, restarts, STEPS, entropy, streams
        )
    pairs = [
        (layer * measures + one, layer * measures + other)
        for layer in range(layers)
        for one, other in combinations(range(measures), 2)
    ]
    both = [(partitions[one], partitions[other]) for one, other in pairs]
    changed = [element_centric(*share_dead(*each)) - element_centric(*drop_dead(*each)) for each in both]
    return found, np.array(changed, dtype=float)


if __name__ == "__main__":
    main(*sys.argv[1:])
