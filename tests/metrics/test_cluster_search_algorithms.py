"""The search for clusters against literal algorithms: its start, its chains, its sweeps and its climb."""

import numpy as np
import pytest
from metrics.association_matrices import ENTROPY, same, streams, structured

from vestige.foundation.random import generator
from vestige.metrics.cluster_climb import climb, refine, sweep
from vestige.metrics.cluster_search import (
    Constants,
    find_ratios,
    heat,
    sample_moves,
    search,
    split_by_spectrum,
)
from vestige.metrics.modularity import compute_modularity


def literal_split(matrix):
    """Algorithm 2 with Q computed anew for every proposal, and a singular value decomposition."""
    strength = matrix.sum(1)
    excess, partition = matrix - np.outer(strength, strength), np.where(strength >= 1e-15, 0, -1)
    queue = [0]
    while queue:
        cluster, proposed = queue.pop(0), partition.copy()
        units = np.flatnonzero(partition == cluster)
        if len(units) < 2:
            continue
        leading = np.linalg.svd(excess[np.ix_(units, units)])[2][0]
        proposed[units[leading < 0]] = partition.max() + 1
        if (leading < 0).all() or (leading >= 0).all():
            continue
        if compute_modularity(matrix, proposed) > compute_modularity(matrix, partition) + 1e-13:
            queue += [cluster, int(proposed.max())]
            partition = proposed
    return partition


@pytest.mark.parametrize("seed", range(6))
def test_the_start_is_the_literal_algorithm_2(seed):
    matrix = structured(20, seed, dead=(3,) if seed % 2 else ())
    assert same(split_by_spectrum(matrix), literal_split(matrix))


@pytest.mark.parametrize("entropy", [ENTROPY, (1.0, 0.1)], ids=["constant", "falling"])
def test_what_a_chain_finds_does_not_depend_on_those_beside_it(entropy):
    matrices = np.stack([structured(20, seed, strength=0.3 + seed) for seed in range(3)])
    starts = np.stack([split_by_spectrum(each) for each in matrices])
    which = np.array([0, 1, 2, 1])
    together = sample_moves(matrices, which, starts[which], 300, entropy, streams(1, 4)[0])
    for chain, matrix in enumerate(which):
        alone = sample_moves(
            matrices, which[chain : chain + 1], starts[matrix][np.newaxis], 300, entropy, [streams(1, 4)[0][chain]]
        )
        assert (alone[0] == together[chain]).all()


def literal_chain(matrix, start, entropies, stream):
    """Algorithm 3 with Q computed anew for every proposal, and the temperature by bisection; the best proposed."""
    now, best = start.copy(), start.copy()
    alive = np.flatnonzero(start >= 0)
    drawn = stream.random((2, len(entropies)))
    units = alive[(drawn[0] * len(alive)).astype(int)]
    for unit, point, entropy in zip(units, drawn[1], entropies, strict=True):
        used = sorted(set(now[now >= 0].tolist()))
        empty = next(number for number in range(len(now) + 1) if number not in used)
        candidates = sorted([*used, empty])
        proposals = []
        for each in candidates:
            proposals.append(now.copy())
            proposals[-1][unit] = each
        quality = np.array([compute_modularity(matrix, each) for each in proposals])
        if quality.max() > compute_modularity(matrix, best):
            best = proposals[quality.argmax()]
        shares = heat((quality - quality.max())[:, np.newaxis], entropy, find_ratios(np.array([entropy]))[0])[:, 0]
        now = proposals[int((shares.cumsum() < point * shares.sum()).sum())]
    return best


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("entropy", "entropies"),
    [(ENTROPY, [ENTROPY] * 250), ((1.0, 0.1), [10 ** (-step / 249) for step in range(250)])],
    ids=["constant", "falling"],
)
def test_a_chain_makes_the_moves_of_the_literal_algorithm_3(seed, entropy, entropies):
    matrix = structured(12, seed, dead=(5,))
    start = split_by_spectrum(matrix)
    expected = literal_chain(matrix, start, entropies, generator("chain", 0, 0))
    found = sample_moves(matrix[np.newaxis], np.array([0]), start[np.newaxis], 250, entropy, streams(1, 1)[0])[0]
    assert same(found, expected)
    assert compute_modularity(matrix, found) == pytest.approx(compute_modularity(matrix, expected), abs=1e-12)


@pytest.mark.parametrize("seed", [0, 3, 6, 22])  # from all but the first one single moves alone end below
def test_after_the_climb_no_move_and_no_merge_raises_modularity(seed):
    matrix = structured(14, seed, dead=(1,) if seed else ())
    start = np.where(matrix.sum(1) > 0, np.random.default_rng(seed).integers(0, 6, 14), -1)
    found = climb(matrix[np.newaxis], np.array([0]), start[np.newaxis])[0]
    reached = compute_modularity(matrix, found)
    assert reached >= compute_modularity(matrix, start)
    used = sorted(set(found[found >= 0].tolist()))
    for unit in np.flatnonzero(found >= 0):
        for cluster in [*used, max(used) + 1]:
            other = found.copy()
            other[unit] = cluster
            assert compute_modularity(matrix, other) <= reached + 1e-11
    for one in used:
        for two in used:
            assert compute_modularity(matrix, np.where(found == one, two, found)) <= reached + 1e-11


def literal_sweep(matrix, start):
    """The best partition that is met if each unit is moved once, the one that gains most first: Q anew at each step."""
    now, best, free = start.copy(), start.copy(), {*np.flatnonzero(start >= 0).tolist()}
    while free:
        others = []
        for unit in sorted(free):
            used = {*now[now >= 0].tolist()}
            for cluster in sorted({*used, min({*range(len(now) + 1)} - used)} - {int(now[unit])}):
                other = now.copy()
                other[unit] = cluster
                others.append((compute_modularity(matrix, other), unit, other))
        quality, unit, now = max(others, key=lambda each: each[0])
        free.remove(unit)
        best = now.copy() if quality > compute_modularity(matrix, best) + 1e-15 else best
    return best


@pytest.mark.parametrize("seed", range(6))
def test_a_sweep_is_that_of_a_literal_one(seed):
    matrix = structured(14, seed, dead=(1,) if seed else ())
    start = np.where(matrix.sum(1) > 0, np.random.default_rng(seed).integers(0, 4, 14), -1)
    (found,), (gain,) = sweep(matrix[np.newaxis], np.array([0]), start[np.newaxis])
    expected = literal_sweep(matrix, start)
    assert same(found, expected)
    assert gain == pytest.approx(compute_modularity(matrix, expected) - compute_modularity(matrix, start), abs=1e-12)


def test_sweeps_find_what_the_climb_alone_does_not_and_nothing_worse():
    matrices = np.stack([structured(24, seed, strength=0.6) for seed in range(12)])
    which, starts = np.arange(12), np.random.default_rng(0).integers(0, 5, (12, 24))
    climbed, refined = (way(matrices, which, starts) for way in (climb, refine))
    gains = [compute_modularity(matrices[each], refined[each]) for each in which]
    gains = np.array(gains) - [compute_modularity(matrices[each], climbed[each]) for each in which]
    assert gains.min() >= -1e-12
    assert (gains > 1e-6).sum() >= 3
    alone = [refine(matrices[[each]], np.array([0]), starts[[each]])[0] for each in which]
    assert np.array_equal(alone, refined)


def test_without_the_local_phase_one_restart_is_the_chain_of_algorithm_3():
    matrix, start = structured(14), split_by_spectrum(structured(14))
    chain = sample_moves(matrix[np.newaxis], np.array([0]), start[np.newaxis], 250, ENTROPY, streams(1, 1)[0])[0]
    alone = Constants(local_phase=False)
    (found,), (quality,) = search(matrix[np.newaxis], 1, 250, ENTROPY, streams(1, 1), alone)
    assert same(found, chain)
    assert quality == pytest.approx(compute_modularity(matrix, chain), abs=1e-12)
