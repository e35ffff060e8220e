"""The search for the partition of largest modularity (Lange et al. 2022, appendix A.1), many chains side by side.

A greedy spectral start (algorithm 2), Monte Carlo moves of single units from there (algorithm 3), and, which the paper
has not, a local phase after them: moves of single units, merges of clusters and sweeps, as long as one raises Q.
"""

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from vestige.metrics.cluster_chains import OUT, Chains, compute_each
from vestige.metrics.cluster_climb import refine
from vestige.metrics.modularity import DEAD, find_alive

ITERATIONS = 50  # of Newton's method at a step, at most; two are usual
LEAST_VARIANCE = 1e-3  # by which a step of Newton's method is divided, at least
LEAST_SCORE = 1e-6  # by which scores are divided for a first guess, at least
BLOCK = 256  # steps whose random numbers are drawn at once


class Constants(NamedTuple):
    """What the authors' code holds fixed, as it has it, and whether the local phase follows, which it has not."""

    tolerance: float = 0.01  # nats by which the entropy of a step may miss
    temperatures: tuple[float, float] = (1e-6, 1e6)  # between which the one of the asked entropy is sought
    dead: float = DEAD  # the share of all association under which a unit is in no cluster
    local_phase: bool = True


USUAL = Constants()


def split_by_spectrum(matrix: np.ndarray, dead: float = DEAD) -> np.ndarray:
    """(n) the partition of a normalised matrix (n, n) by algorithm 2, -1 for dead units.

    Clusters are split, breadth first, by the sign of the leading singular vector of their part of B = A - d d', as
    long as that raises Q. Newman's correction of the part is left out, as in the paper.
    """
    strength = matrix.sum(axis=1)
    excess = matrix - np.outer(strength, strength)
    partition = np.where(find_alive(matrix, dead), 0, -1)
    queue, clusters = deque([0]), 1
    while queue:
        cluster = queue.popleft()
        units = np.flatnonzero(partition == cluster)
        stays = find_leading_side(excess[np.ix_(units, units)])
        if stays.all() or not stays.any() or excess[np.ix_(units[stays], units[~stays])].sum() >= 0:
            continue
        partition[units[~stays]] = clusters
        queue.extend((cluster, clusters))
        clusters += 1
    return partition


def find_leading_side(symmetric: np.ndarray) -> np.ndarray:
    """(n) whether each unit is 0 or more in the leading singular vector of a symmetric matrix (n, n)."""
    if len(symmetric) < 2:
        return np.ones(len(symmetric), dtype=bool)
    values, vectors = np.linalg.eigh(symmetric)  # singular values are their sizes
    return vectors[:, np.abs(values).argmax()] >= 0


def sample_moves(
    matrices: np.ndarray,
    which: np.ndarray,
    starts: np.ndarray,
    steps: int,
    entropy: float | tuple[float, float],
    streams: Sequence[np.random.Generator],
    constants: Constants = USUAL,
) -> np.ndarray:
    """(chains, n) the best partition that each chain of algorithm 3 has proposed, its start included.

    At each step a chain draws one of its live units, and the cluster where it goes (its own, any other, or an empty
    one) with probabilities softmax(gain of Q / T), where T is such that their entropy is `entropy` nats: the paper's
    way. Of two entropies it falls from the first to the second, as T does in simulated annealing (Kirkpatrick et al.
    1983). What a chain finds depends on its matrix, its start and its stream of random numbers alone.
    """
    alive = [np.flatnonzero(row >= 0) for row in starts]
    found = starts.copy()
    moving = np.flatnonzero([len(each) > 1 for each in alive])
    if not len(moving):
        return found
    chains, entropies = Chains(matrices, which[moving], starts[moving]), plan_entropies(entropy, steps)
    heats = zip(entropies.tolist(), find_ratios(entropies).tolist(), strict=True)
    best, proposed = chains.partition.copy(), chains.quality.copy()
    for begin in range(0, steps, BLOCK):
        drawn = [streams[each].random((2, min(BLOCK, steps - begin))) for each in moving]
        picked = [alive[each][(row[0] * len(alive[each])).astype(int)] for each, row in zip(moving, drawn, strict=True)]
        points = np.stack([row[1] for row in drawn])
        for units, point in zip(np.stack(picked).T, points.T, strict=True):
            gain = chains.find_gains(units)
            top = gain.argmax(axis=0)
            largest = gain[top, chains.numbers]
            better = np.flatnonzero(chains.quality + largest > proposed)
            if len(better):
                proposed[better] = (chains.quality + largest)[better]
                best[better] = chains.partition[better]
                best[better, units[better]] = top[better]
            summed = heat(gain - largest, *next(heats), constants).cumsum(axis=0)
            chosen = (summed < point * summed[-1]).sum(axis=0)
            moved = np.flatnonzero(chosen != chains.partition[chains.numbers, units])
            if len(moved):
                chains.move(moved, units[moved], chosen[moved], gain[chosen[moved], moved])
    found[moving] = best
    return found


def heat(scores: np.ndarray, entropy: float, ratio: float, constants: Constants = USUAL) -> np.ndarray:
    """(k, chains) exp(scores / T), of scores 0 for the best and less for others, where T gives the asked entropy.

    T is found chain by chain, by Newton's method on its logarithm: the derivative of the entropy is the variance of
    scores / T. The first guess is what two scores alone would need (by `ratio`), less where a third is near.
    """
    _, third, second, _ = np.sort(np.concatenate([np.full((2, scores.shape[1]), OUT), scores]), axis=0)[-4:]
    nearness = (second / np.minimum(third, -LEAST_SCORE)).clip(0, 1) ** 3
    temperature = (-second / ratio * (1 - 0.35 * nearness)).clip(*constants.temperatures)
    weights, todo, part = np.empty_like(scores), np.arange(scores.shape[1]), scores
    for _ in range(ITERATIONS):
        now = temperature[todo]
        scaled = part / now
        heated = np.exp(scaled)
        weights[:, todo] = heated
        total, weighted = heated.sum(axis=0), heated * scaled
        mean = weighted.sum(axis=0) / total
        variance = (weighted * scaled).sum(axis=0) / total - mean**2
        off = entropy - (np.log(total) - mean)
        step = np.clip(off / np.maximum(variance, LEAST_VARIANCE), -1, 1)
        new = np.clip(now * np.exp(step), *constants.temperatures)
        going = (np.abs(off) > constants.tolerance) & (new != now)
        if not going.any():
            break
        todo, part = todo[going], part[:, going]
        temperature[todo] = new[going]
    return weights


def plan_entropies(entropy: float | tuple[float, float], steps: int) -> np.ndarray:
    """(steps) the nats of each step: always as many, or by equal ratios from the first of two to the second.

    >>> plan_entropies((1, 0.01), 3).round(3).tolist()
    [1.0, 0.1, 0.01]
    """
    return np.geomspace(*entropy, steps) if isinstance(entropy, tuple) else np.full(steps, float(entropy))


def find_ratios(entropies: np.ndarray) -> np.ndarray:
    """How many temperatures two scores are apart whose softmax has so many nats of entropy; 1 where no two have.

    >>> find_ratios(np.array([0.15, 1])).round(3).tolist()
    [3.332, 1.0]
    """
    low, high = np.zeros_like(entropies), np.full_like(entropies, 700.0)
    for _ in range(60):
        middle = (low + high) / 2
        other = np.exp(-middle)
        above = np.log1p(other) + middle * other / (1 + other) > entropies
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.maximum(low, 1.0)


def search(
    matrices: np.ndarray,
    restarts: int,
    steps: int,
    entropy: float | tuple[float, float],
    streams: Sequence[Sequence[np.random.Generator]],
    constants: Constants = USUAL,
) -> tuple[np.ndarray, np.ndarray]:
    """(matrices, n) the best partition of normalised matrices that any of some restarts finds, and its Q (matrices).

    All restarts of all matrices run side by side, each from the spectral start, with a stream of its own
    (`streams[matrix][restart]`). Clusters are numbered by size, the largest first.
    """
    starts = np.stack([split_by_spectrum(matrix, constants.dead) for matrix in matrices])
    which = np.repeat(np.arange(len(matrices)), restarts)
    flat = [stream for row in streams for stream in row]
    found = sample_moves(matrices, which, starts[which], steps, entropy, flat, constants)
    found = refine(matrices, which, found) if constants.local_phase else found
    quality = compute_each(matrices, which, found).reshape(len(matrices), restarts)
    best = quality.argmax(axis=1)
    chosen = found.reshape(len(matrices), restarts, -1)[np.arange(len(matrices)), best]
    return np.stack([number_by_size(each) for each in chosen]), quality.max(axis=1)


def number_by_size(partition: np.ndarray) -> np.ndarray:
    """(n) the same partition, its clusters numbered from the largest on, of equal ones that of the first unit first."""
    found = np.full_like(partition, -1)
    names, first, sizes = np.unique(partition, return_index=True, return_counts=True)
    known = [place for place in np.lexsort((first, -sizes)) if names[place] >= 0]
    for number, place in enumerate(known):
        found[partition == names[place]] = number
    return found
