"""Modularity against its definition, unit by unit, and against networkx."""

import networkx as nx
import numpy as np
import pytest

from vestige.metrics.modularity import compute_modularity, count_clusters, find_alive, normalise, one_hot


def random_matrix(n, seed=0):
    """A symmetric matrix of associations, with a diagonal."""
    drawn = np.abs(np.random.default_rng(seed).normal(size=(n, n)))
    return drawn + drawn.T


def literal_modularity(association, partition):
    """Newman's sum over pairs of units."""
    a = association - np.diag(np.diag(association))
    strength, total = a.sum(1), a.sum()
    pairs = [(i, j) for i in range(len(a)) for j in range(len(a)) if partition[i] == partition[j] >= 0]
    return sum(a[i, j] / total - strength[i] * strength[j] / total**2 for i, j in pairs)


@pytest.mark.parametrize("seed", range(5))
def test_modularity_is_the_sum_over_pairs_and_that_of_networkx(seed):
    association = random_matrix(12, seed)
    partition = np.random.default_rng(seed).integers(0, 4, 12)
    found = compute_modularity(normalise(association), partition)
    graph = nx.from_numpy_array(association - np.diag(np.diag(association)))
    sets = [set(np.flatnonzero(partition == each).tolist()) for each in np.unique(partition)]
    assert found == pytest.approx(literal_modularity(association, partition), abs=1e-14)
    assert found == pytest.approx(nx.community.modularity(graph, sets), abs=1e-14)


def test_of_many_matrices_each_has_its_own():
    matrices = np.stack([normalise(random_matrix(7, seed)) for seed in range(3)])
    partitions = np.array([[0, 0, 0, 1, 1, 1, 1], [0, 1, 2, 0, 1, 2, 0], [0, 0, 0, 0, 0, 0, 0]])
    found = compute_modularity(matrices, partitions)
    assert found == pytest.approx([compute_modularity(*each) for each in zip(matrices, partitions, strict=True)])
    assert found[2] == pytest.approx(0, abs=1e-15)


@pytest.mark.parametrize("groups", [2, 5])
def test_groups_without_ties_have_the_closed_form(groups):
    association = np.kron(np.eye(groups), np.ones((3, 3)))
    partition = np.repeat(np.arange(groups), 3)
    assert compute_modularity(normalise(association), partition) == pytest.approx(1 - 1 / groups)


def test_the_association_of_a_unit_with_itself_and_the_scale_change_nothing():
    association, partition = random_matrix(6), np.array([0, 0, 1, 1, 2, 2])
    other = 7 * association
    np.fill_diagonal(other, 1000)
    assert compute_modularity(normalise(other), partition) == pytest.approx(
        compute_modularity(normalise(association), partition)
    )


def test_a_unit_without_association_is_dead_and_counts_nowhere():
    association = random_matrix(5)
    association[2] = association[:, 2] = 0
    association[2, 2] = 9
    matrix = normalise(association)
    assert find_alive(matrix).tolist() == [True, True, False, True, True]
    rest = np.delete(np.delete(association, 2, 0), 2, 1)
    found = compute_modularity(matrix, np.array([0, 0, -1, 1, 1]))
    assert found == pytest.approx(compute_modularity(normalise(rest), np.array([0, 0, 1, 1])))


def test_without_any_association_nothing_is_alive_and_modularity_is_zero():
    matrix = normalise(np.zeros((4, 4)))
    assert not find_alive(matrix).any()
    assert compute_modularity(matrix, np.full(4, -1)) == 0


@pytest.mark.parametrize(
    ("partition", "count"),
    [
        ([0, 0, 1, 1, 2, 2], 3),
        ([0, 0, 0, 0], 1),
        ([0, 0, 0, 1], np.exp(-(0.75 * np.log(0.75) + 0.25 * np.log(0.25)))),
        ([0, 1, -1, -1], 2),
        ([-1, -1], 0),
    ],
)
def test_the_effective_number_of_clusters(partition, count):
    assert count_clusters(np.array(partition)) == pytest.approx(count)


def test_membership_may_be_told_for_more_clusters_than_there_are():
    assert one_hot(np.array([1, -1]), 3).tolist() == [[0, 1, 0], [0, 0, 0]]
