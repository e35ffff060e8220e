"""Mutual information and its distribution under random relabelling, against scikit-learn and all permutations."""

from itertools import permutations

import numpy as np
import pytest
from sklearn.metrics import mutual_info_score
from sklearn.metrics.cluster import contingency_matrix, expected_mutual_information

from vestige.metrics.label_permutation import mutual_information, relabelled_information, standardise

RNG = np.random.default_rng(0)
PAIRS = [
    (RNG.integers(0, 4, 60), RNG.integers(0, 10, 60)),
    (np.repeat([0, 3], [50, 5]), RNG.permutation(np.repeat([2, 7, 9], [30, 20, 5]))),
    (np.arange(12), np.arange(12) // 2),
]


def bits(nats: float) -> float:
    return nats / np.log(2)


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_mutual_information_is_that_of_scikit_learn(first, second):
    assert mutual_information(first, second) == pytest.approx(bits(mutual_info_score(first, second)), abs=1e-12)


def test_mutual_information_of_no_units_is_none():
    assert np.isnan(mutual_information(np.array([], dtype=int), np.array([], dtype=int)))


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_its_mean_over_relabelled_units_is_the_exact_one(first, second):
    drawn = relabelled_information(first, second, 4000, np.random.default_rng(1))
    exact = bits(expected_mutual_information(contingency_matrix(first, second, sparse=True), len(first)))
    assert drawn.shape == (4000,)
    assert drawn.mean() == pytest.approx(exact, abs=4 * drawn.std() / np.sqrt(4000) + 1e-12)


def test_its_distribution_is_that_over_all_permutations():
    first, second = np.array([0, 0, 0, 1, 1, 2]), np.array([4, 4, 1, 1, 1, 1])
    every = [mutual_information(first, np.array(each)) for each in permutations(second)]
    drawn = relabelled_information(first, second, 20000, np.random.default_rng(2))
    values, counts = np.unique(np.round(every, 9), return_counts=True)
    found, times = np.unique(np.round(drawn, 9), return_counts=True)
    assert found == pytest.approx(values)
    assert times / 20000 == pytest.approx(counts / len(every), abs=0.02)


def test_a_deviation_is_in_standard_deviations_from_the_mean():
    assert standardise(7.0, np.array([1.0, 3.0, 5.0])) == pytest.approx((7 - 3) / 2)


def test_there_is_no_deviation_where_chance_always_gives_the_same():
    one = np.zeros(9, dtype=int)
    drawn = relabelled_information(one, np.arange(9) // 2, 50, np.random.default_rng(0))
    assert drawn == pytest.approx(np.zeros(50), abs=1e-12)
    assert np.isnan(standardise(mutual_information(one, np.arange(9) // 2), drawn))
