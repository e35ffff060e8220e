"""Partitions of units that change move by move, many side by side, and what a move gains (Lange et al. 2022, A.1)."""

import numpy as np

from vestige.metrics.modularity import compute_modularity, one_hot

OUT = -1e15  # the gain of what is out of question: for minus infinity, which times 0 is no number


class Chains:
    """One partition a chain, and what the gain of moving a unit is made of, kept up to date.

    Moving unit i from its cluster s to c changes Q by 2 (w_ic - w_is) + 2 d_i (a_s - a_c - d_i), where w_ic is the
    association of i with the units of c, d_i that with all units, and a_c the sum of d over c. Clusters lie along the
    first axis of arrays (clusters, chains) and (clusters, chains, n): what a chain's sums are does not depend on how
    many clusters others have, and a move changes rows of n numbers that lie side by side.
    """

    def __init__(self, matrices: np.ndarray, which: np.ndarray, starts: np.ndarray):
        """Begin from partitions (chains, n) of normalised matrices (any, n, n), `which` (chains) of them each is of."""
        self.matrices, self.which, self.partition = matrices, which, starts.copy()
        self.strength = matrices.sum(axis=2)[which]
        self.numbers, self.units = np.arange(len(starts)), np.arange(starts.shape[1])
        self.counts = int(starts.max(initial=0)) + 2  # clusters that there is room for: one is always empty
        # Sums are taken unit by unit, and products over all clusters that there could be: batches change no last bit.
        slots = len(self.units) + 2
        rows = [matrices[each] @ one_hot(row, slots) for each, row in zip(which, starts, strict=True)]
        self.toward = np.ascontiguousarray(np.stack(rows)[..., : self.counts].transpose(2, 0, 1))
        self.sums, self.sizes = np.zeros((self.counts, len(starts))), np.zeros((self.counts, len(starts)), dtype=int)
        for unit in self.units:
            chains = np.flatnonzero(starts[:, unit] >= 0)
            self.sums[starts[chains, unit], chains] += self.strength[chains, unit]
            self.sizes[starts[chains, unit], chains] += 1
        self.quality = compute_each(matrices, which, starts)

    def find_gains(self, units: np.ndarray) -> np.ndarray:
        """(clusters, chains) by how much Q changes if a unit of each chain (chains) moves to each cluster.

        0 for the cluster where it is, OUT for all empty ones but one.
        """
        now, strength = self.partition[self.numbers, units], self.strength[self.numbers, units]
        gain = self.toward.reshape(self.counts, -1).take(self.numbers * len(self.units) + units, axis=1)
        gain -= gain[now, self.numbers]
        gain += strength * (self.sums[now, self.numbers] - strength - self.sums)
        gain *= 2
        gain[now, self.numbers] = 0
        empty = self.sizes == 0
        empty[empty.argmax(axis=0), self.numbers] = False
        gain[empty] = OUT
        return gain

    def move(self, chains: np.ndarray, units: np.ndarray, clusters: np.ndarray, gain: np.ndarray) -> None:
        """Move one unit of each of some chains to another cluster, of which the gain is known."""
        former, strength = self.partition[chains, units], self.strength[chains, units]
        rows = self.matrices[self.which[chains], units]
        for place, sign in ((former, -1), (clusters, 1)):
            self.toward[place, chains] += sign * rows
            self.sums[place, chains] += sign * strength
            self.sizes[place, chains] += sign
        self.partition[chains, units] = clusters
        self.quality[chains] += gain
        self.clear(chains, former)

    def merge(self, chains: np.ndarray, first: np.ndarray, second: np.ndarray, gain: np.ndarray) -> None:
        """Move all units of a cluster of each of some chains into another one, of which the gain is known."""
        rows = self.partition[chains]
        self.partition[chains] = np.where(rows == second[:, np.newaxis], first[:, np.newaxis], rows)
        self.toward[first, chains] += self.toward[second, chains]
        self.sums[first, chains] += self.sums[second, chains]
        self.sizes[first, chains] += self.sizes[second, chains]
        self.sizes[second, chains] = 0
        self.quality[chains] += gain
        self.clear(chains, second)

    def clear(self, chains: np.ndarray, clusters: np.ndarray) -> None:
        """Forget what rounding left of clusters that are empty now, and make room for another where none is."""
        left = self.sizes[clusters, chains] == 0
        self.toward[clusters[left], chains[left]] = 0
        self.sums[clusters[left], chains[left]] = 0
        if (self.sizes > 0).all(axis=0).any():
            self.counts += 1
            self.toward, self.sums, self.sizes = (
                np.concatenate([each, np.zeros_like(each[:1])]) for each in (self.toward, self.sums, self.sizes)
            )


def compute_each(matrices: np.ndarray, which: np.ndarray, partitions: np.ndarray) -> np.ndarray:
    """(chains) the modularity of each partition (chains, n) of the matrix that `which` (chains) says."""
    return np.array([compute_modularity(matrices[each], row) for each, row in zip(which, partitions, strict=True)])
