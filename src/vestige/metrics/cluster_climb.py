"""The local phase of the search for clusters, which the paper has not: partitions of which no small change raises Q."""

import numpy as np

from vestige.metrics.cluster_chains import OUT, Chains
from vestige.metrics.modularity import one_hot

LEAST_GAIN = 1e-12  # of Q: what is less is rounding


def refine(matrices: np.ndarray, which: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """(chains, n) where partitions (chains, n) end if they climb, and climb on from each sweep that finds a higher Q.

    `which` (chains) of the normalised matrices (any, n, n) each is of.
    """
    found, todo = starts.copy(), np.arange(len(starts))
    while len(todo):
        found[todo] = climb(matrices, which[todo], found[todo])
        swept, gain = sweep(matrices, which[todo], found[todo])
        higher = gain > LEAST_GAIN
        todo = todo[higher]
        found[todo] = swept[higher]
    return found


def sweep(matrices: np.ndarray, which: np.ndarray, starts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(chains, n) the best partition met, and by how much its Q is higher (chains), if each unit is moved once.

    Whichever gains most, or loses least, is moved first: so Q may fall before it rises (Kernighan and Lin 1970, as
    Newman 2006 has it for modularity).
    """
    chains = Chains(matrices, which, starts)
    best, before, free = chains.partition.copy(), chains.quality.copy(), chains.partition >= 0
    highest = before.copy()
    for _ in chains.units:
        gain, units, clusters = find_best_move(chains, chains.numbers, free)
        moved = np.flatnonzero(gain > OUT)
        if not len(moved):
            break
        units, clusters = units.astype(int), clusters.astype(int)
        chains.move(moved, units[moved], clusters[moved], gain[moved])
        free[moved, units[moved]] = False
        higher = chains.quality > highest
        best[higher], highest[higher] = chains.partition[higher], chains.quality[higher]
    return best, highest - before


def climb(matrices: np.ndarray, which: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """(chains, n) where each partition ends if, as long as Q rises, the best of all its moves and merges is made."""
    chains = Chains(matrices, which, starts)
    rising = chains.numbers
    while len(rising):
        alive = chains.partition[rising] >= 0
        gains = np.stack([find_best_move(chains, rising, alive), find_best_merge(chains, rising)])
        by_merge = gains[1, 0] > gains[0, 0]
        for found, chosen, act in zip(gains, (~by_merge, by_merge), (chains.move, chains.merge), strict=True):
            gain, first, second = found[:, chosen]
            rises = gain > LEAST_GAIN
            act(rising[chosen][rises], first[rises].astype(int), second[rises].astype(int), gain[rises])
        rising = rising[gains[:, 0].max(axis=0) > LEAST_GAIN]
    return chains.partition


def find_best_move(chains: Chains, rising: np.ndarray, free: np.ndarray) -> np.ndarray:
    """(3, rising) the largest gain of moving a unit of some chains, the unit, and the other cluster where it goes.

    `free` (rising, n) says which units may be moved; OUT is the gain where none may.
    """
    everyone = len(rising) == len(chains.numbers)
    toward = chains.toward if everyone else chains.toward[:, rising]
    partition, strength = np.maximum(chains.partition[rising], 0), chains.strength[rising]
    sums, sizes, rows = chains.sums[:, rising], chains.sizes[:, rising], np.arange(len(rising))
    now = partition * partition.size + np.arange(partition.size).reshape(partition.shape)  # in the flat (k, rising, n)
    gain = toward - toward.take(now)
    gain += strength * (sums[partition, rows[:, np.newaxis]] - strength - sums[..., np.newaxis])
    empty = sizes == 0
    empty[empty.argmax(axis=0), rows] = False
    gain[empty] = OUT
    gain.put(now, OUT)
    best = np.where(free, gain.max(axis=0), OUT)
    units = best.argmax(axis=1)
    clusters = gain[:, rows, units].argmax(axis=0)
    return np.stack([2 * best[rows, units], units, clusters])


def find_best_merge(chains: Chains, rising: np.ndarray) -> np.ndarray:
    """(3, rising) the largest gain of merging two clusters of some chains, and the two: 2 (e_cd - a_c a_d)."""
    member, sums = one_hot(chains.partition[rising], chains.counts), chains.sums[:, rising].T
    toward = chains.toward[:, rising].transpose(1, 2, 0)
    gain = 2 * (member.transpose(0, 2, 1) @ toward - sums[:, :, np.newaxis] * sums[:, np.newaxis])
    clusters, empty = np.arange(chains.counts), chains.sizes[:, rising].T == 0
    gain[:, clusters, clusters] = OUT
    gain = np.where(empty[:, :, np.newaxis] | empty[:, np.newaxis], OUT, gain)
    flat = gain.reshape(len(rising), -1)
    best = flat.argmax(axis=1)
    return np.stack([flat[np.arange(len(rising)), best], *np.divmod(best, chains.counts)])
