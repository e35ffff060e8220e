"""The search for clusters: its arithmetic step by step, its start and its chains against literal ones, its optimum."""

import networkx as nx
import numpy as np
import pytest
from scipy.optimize import brentq

from vestige.foundation.random import generator
from vestige.metrics.cluster_chains import Chains
from vestige.metrics.cluster_climb import climb, refine, sweep
from vestige.metrics.cluster_search import (
    Constants,
    find_ratios,
    heat,
    number_by_size,
    sample_moves,
    search,
    split_by_spectrum,
)
from vestige.metrics.modularity import compute_modularity, normalise

ENTROPY = 0.15
RATIO = find_ratios(np.array([ENTROPY]))[0]


def structured(n, seed=0, strength=1.0, dead=()):
    """The normalised matrix of absolute correlations of units that share a few factors."""
    rng = np.random.default_rng(seed)
    factors = rng.normal(size=(300, 4)) @ (rng.normal(size=(4, n)) * (rng.random((4, n)) < 0.4))
    association = np.abs(np.corrcoef((rng.normal(size=(300, n)) + strength * factors).T))
    for unit in dead:
        association[unit] = association[:, unit] = 0
    return normalise(association)


def streams(*counts, key="chain"):
    return [[generator(key, one, two) for two in range(counts[1])] for one in range(counts[0])]


def planted(groups, size):
    return normalise(np.kron(np.eye(groups), np.ones((size, size))) + 0.05), np.repeat(np.arange(groups), size)


def same(first, second):
    """Whether two partitions are one, whatever their numbers."""
    pairs = set(zip(first.tolist(), second.tolist(), strict=True))
    return len(pairs) == len(set(first.tolist())) == len(set(second.tolist()))


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


def test_groups_that_hold_together_are_found():
    matrix, truth = planted(4, 5)
    partition, _ = search(matrix[np.newaxis], 2, 200, ENTROPY, streams(1, 2))
    assert same(partition[0], truth)


@pytest.mark.parametrize("counts", [(1, 1), (3, 4)])
def test_gains_are_the_differences_of_modularity_whatever_moves_were_made(counts):
    matrices = np.stack([structured(15, seed, dead=(2,)) for seed in range(counts[0])])
    which = np.repeat(np.arange(counts[0]), counts[1])
    rng = np.random.default_rng(0)
    starts = rng.integers(0, 3, (len(which), 15))
    starts[:, 2] = -1
    chains, numbers = Chains(matrices, which, starts), np.arange(len(which))
    for _ in range(200):
        units = rng.choice(np.delete(np.arange(15), 2), len(which))
        gain = chains.find_gains(units)
        candidates = [np.flatnonzero(column > -1) for column in gain.T]
        targets = np.array([rng.choice(each) for each in candidates])
        moved = chains.partition.copy()
        moved[numbers, units] = targets
        after = compute_modularity(matrices[which], moved)
        assert gain[targets, numbers] == pytest.approx(after - chains.quality, abs=1e-14)
        going = np.flatnonzero(targets != chains.partition[numbers, units])
        chains.move(going, units[going], targets[going], gain[targets[going], going])
        assert chains.quality == pytest.approx(after, abs=1e-13)
        assert (chains.partition == moved).all()


def test_a_unit_may_go_to_every_cluster_that_has_units_and_to_one_empty_one():
    chains = Chains(structured(6)[np.newaxis], np.array([0, 0]), np.array([[0, 0, 1, 1, 1, 1], [0, 1, 2, 3, 4, 4]]))
    assert (chains.find_gains(np.array([0, 0])) > -1).sum(axis=0).tolist() == [3, 6]


@pytest.mark.parametrize(
    "gaps", [(1e-3,), (1e-3, 1e-3), (1e-3, 1.2e-3, 4e-3, 5e-3), tuple(np.geomspace(1e-5, 1e-2, 30))]
)
def test_the_temperature_gives_moves_the_entropy_that_is_asked_for(gaps):
    scores = -np.array([0, *gaps])

    def entropy_at(temperature):
        shares = np.exp(scores / temperature) / np.exp(scores / temperature).sum()
        return -(shares * np.log(np.maximum(shares, 1e-300))).sum()

    weights = heat(scores[:, np.newaxis], ENTROPY, RATIO)[:, 0]
    shares = weights / weights.sum()
    assert -(shares * np.log(np.maximum(shares, 1e-300))).sum() == pytest.approx(ENTROPY, abs=0.01)
    exact = brentq(lambda temperature: entropy_at(temperature) - ENTROPY, 1e-7, 1)
    assert shares == pytest.approx(np.exp(scores / exact) / np.exp(scores / exact).sum(), abs=0.01)


def test_equal_gains_are_equally_likely_and_a_single_one_is_certain():
    assert heat(np.zeros((2, 1)), ENTROPY, RATIO)[:, 0].tolist() == [1, 1]
    assert heat(np.array([[0.0], [-1e15]]), ENTROPY, RATIO)[:, 0].tolist() == [1, 0]


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


def entropy_of(weights):
    shares = weights / weights.sum()
    return -(shares * np.log(shares)).sum()


def test_the_entropy_of_a_step_is_met_within_the_tolerance_between_the_temperatures():
    scores = -np.arange(6.0)[:, np.newaxis]
    missed = [abs(entropy_of(heat(scores, 0.6, 1.0, Constants(tolerance=each))) - 0.6) for each in (1e-9, 0.3)]
    assert missed[0] <= 1e-9 < missed[1] <= 0.3
    hot = heat(scores, 0.6, 1.0, Constants(temperatures=(5.0, 10.0)))
    assert hot[:, 0] == pytest.approx(np.exp(scores[:, 0] / 5))


def test_units_of_less_association_than_asked_for_are_in_no_cluster():
    matrix = structured(14)
    least = np.sort(matrix.sum(1))[3]
    (found,), _ = search(matrix[np.newaxis], 1, 50, ENTROPY, streams(1, 1), Constants(dead=least))
    assert np.array_equal(found < 0, matrix.sum(1) < least)


def test_where_all_units_are_dead_nothing_moves():
    dead, start = np.zeros((1, 5, 5)), np.full((1, 5), -1)
    assert np.array_equal(refine(dead, np.array([0]), start), start)


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
