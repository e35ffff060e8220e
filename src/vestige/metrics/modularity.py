"""Modularity of a partition of units, from a matrix of associations between them (Lange et al. 2022, section 3.2).

Matrices are (..., units, units), symmetric, of associations from 0 on; partitions (..., units) of whole numbers, -1 for
a unit in no cluster. A unit without any association to another is dead: it belongs to no cluster, and counts nowhere.
"""

import numpy as np

DEAD = 1e-15  # a unit is dead whose associations with all others sum to less than this share of all (the authors')


def normalise(association: np.ndarray) -> np.ndarray:
    """(..., n, n) associations without those of a unit with itself, divided by their sum; zero where that is zero."""
    matrix = np.array(association, dtype=float)
    units = np.arange(matrix.shape[-1])
    matrix[..., units, units] = 0
    total = matrix.sum(axis=(-2, -1), keepdims=True)
    return np.divide(matrix, total, out=np.zeros_like(matrix), where=total > 0)


def find_alive(matrix: np.ndarray, least: float = DEAD) -> np.ndarray:
    """(..., n) whether each unit of a normalised matrix is alive: has at least a share of all association."""
    return matrix.sum(axis=-1) >= least


def compute_modularity(matrix: np.ndarray, partition: np.ndarray) -> np.ndarray:
    """(...) Newman and Girvan's Q of partitions of normalised matrices: from -1/2 to 1, 0 where all is one cluster.

    Q = sum over clusters of e_cc - a_c^2: the share of association inside the cluster, less what it would be were that
    spread by the units' strengths alone.

    >>> float(compute_modularity(normalise(np.kron(np.eye(2), np.ones((2, 2)))), np.array([0, 0, 1, 1])))
    0.5
    """
    strength = matrix.sum(axis=-1)
    excess = matrix - strength[..., np.newaxis] * strength[..., np.newaxis, :]
    together = partition[..., np.newaxis] == partition[..., np.newaxis, :]
    return np.where(together & (partition >= 0)[..., np.newaxis], excess, 0).sum(axis=-2).sum(axis=-1)


def one_hot(partition: np.ndarray, clusters: int | None = None) -> np.ndarray:
    """(..., n, clusters) 1 where a unit belongs to a cluster, else 0."""
    clusters = int(partition.max(initial=-1)) + 1 if clusters is None else clusters
    return (partition[..., np.newaxis] == np.arange(clusters)).astype(float)


def count_clusters(partition: np.ndarray) -> np.ndarray:
    """(...) the effective number of clusters: the exponential of the entropy of the shares of units in each.

    It is the count where all clusters are as large, and less where some are small; 0 where there is none.

    >>> float(count_clusters(np.array([0, 0, 1, 1])))
    2.0
    """
    sizes = one_hot(partition).sum(axis=-2)
    total = sizes.sum(axis=-1)
    share = sizes / np.where(total > 0, total, 1)[..., np.newaxis]
    entropy = -(share * np.log(np.where(share > 0, share, 1))).sum(axis=-1)
    return np.where(total > 0, np.exp(entropy), 0)
