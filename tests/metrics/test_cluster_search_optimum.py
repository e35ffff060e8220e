"""The search for clusters finds those that are there, and none better is known of few units."""

import networkx as nx
import numpy as np
import pytest
from metrics.association_matrices import ENTROPY, same, streams, structured

from vestige.metrics.cluster_search import (
    number_by_size,
    search,
)
from vestige.metrics.modularity import compute_modularity, normalise


def planted(groups, size):
    return normalise(np.kron(np.eye(groups), np.ones((size, size))) + 0.05), np.repeat(np.arange(groups), size)


def test_groups_that_hold_together_are_found():
    matrix, truth = planted(4, 5)
    partition, _ = search(matrix[np.newaxis], 2, 200, ENTROPY, streams(1, 2))
    assert same(partition[0], truth)


def every_partition(n):
    """All partitions of n units, each once."""
    rows = [[0]]
    for _ in range(n - 1):
        rows = [[*row, each] for row in rows for each in range(max(row) + 2)]
    return np.array(rows)


@pytest.mark.parametrize("seed", range(4))
def test_of_few_units_the_search_finds_the_best_of_all_partitions(seed):
    matrix = structured(8, seed)
    partitions = every_partition(8)
    best = compute_modularity(np.broadcast_to(matrix, (len(partitions), 8, 8)), partitions).max()
    _, quality = search(matrix[np.newaxis], 4, 200, ENTROPY, streams(1, 4))
    assert quality[0] == pytest.approx(best, abs=1e-14)


@pytest.mark.parametrize("seed", range(3))
def test_the_search_is_no_worse_than_louvain(seed):
    matrix = structured(40, seed)
    sets = nx.community.louvain_communities(nx.from_numpy_array(matrix), seed=seed)
    theirs = nx.community.modularity(nx.from_numpy_array(matrix), sets)
    _, quality = search(matrix[np.newaxis], 8, 1000, ENTROPY, streams(1, 8))
    assert quality[0] >= theirs - 1e-12


def test_more_restarts_are_never_worse():
    matrices = np.stack([structured(40, seed, strength=0.2) for seed in range(3)])
    few, many = (search(matrices, count, 40, ENTROPY, streams(3, count))[1] for count in (1, 6))
    assert (many >= few).all()
    assert (many > few).any()


@pytest.mark.parametrize("association", [np.zeros((4, 4)), np.eye(4), np.diag([1.0, 0, 0, 0])])
def test_where_nothing_is_associated_there_are_no_clusters(association):
    partition, quality = search(normalise(association)[np.newaxis], 2, 50, ENTROPY, streams(1, 2))
    assert partition.tolist() == [[-1] * 4]
    assert quality.tolist() == [0]


def test_dead_units_stay_outside():
    matrix = structured(10, dead=(0, 7))
    partition, _ = search(matrix[np.newaxis], 2, 100, ENTROPY, streams(1, 2))
    assert np.flatnonzero(partition[0] < 0).tolist() == [0, 7]


def test_clusters_are_numbered_by_size_and_equal_ones_by_their_first_unit():
    assert number_by_size(np.array([5, 2, 2, -1, 7, 2, 7, 5])).tolist() == [1, 0, 0, -1, 2, 0, 2, 1]
