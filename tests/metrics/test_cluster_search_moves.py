"""The search for clusters step by step: gains, the entropy of moves, and the units that may move."""

import numpy as np
import pytest
from metrics.association_matrices import ENTROPY, streams, structured
from scipy.optimize import brentq

from vestige.metrics.cluster_chains import Chains
from vestige.metrics.cluster_climb import refine
from vestige.metrics.cluster_search import (
    Constants,
    find_ratios,
    heat,
    search,
)
from vestige.metrics.modularity import compute_modularity

RATIO = find_ratios(np.array([ENTROPY]))[0]


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
