"""Tests that take no distribution are those of scipy, value by value."""

import numpy as np
import pytest
from scipy import stats

from vestige.metrics.permutation import exchange_probability, flip_probability


@pytest.mark.parametrize("count", [5, 8])
def test_the_probability_by_flips_is_that_of_an_independent_permutation_test(count):
    values = np.random.default_rng(count).normal(0.5, 1, count)
    oracle = stats.permutation_test(
        (values,), np.sum, permutation_type="samples", alternative="greater", n_resamples=np.inf
    )
    assert flip_probability(values) == pytest.approx(oracle.pvalue, rel=1e-12)


def test_five_values_above_0_are_one_of_thirty_two():
    assert flip_probability(np.array([0.1, 0.2, 0.3, 0.4, 0.5])) == 1 / 32
    assert flip_probability(-np.array([0.1, 0.2, 0.3, 0.4, 0.5])) == 1


def test_flips_of_many_values_are_drawn_and_come_near_the_normal_probability():
    values = np.random.default_rng(0).normal(0.3, 1, 60)
    z = values.sum() / np.sqrt(np.square(values).sum())
    assert flip_probability(values) == pytest.approx(stats.norm.sf(z), abs=0.01)
    assert flip_probability(values) == flip_probability(values)


@pytest.mark.parametrize("sizes", [(3, 3), (5, 6)])
def test_the_probability_by_exchanges_is_that_of_an_independent_permutation_test(sizes):
    first, second = (np.random.default_rng(size).normal(size, 1, size) for size in sizes)

    def difference(one, other):
        return np.mean(one) - np.mean(other)

    oracle = stats.permutation_test((first, second), difference, alternative="greater", n_resamples=np.inf)
    assert exchange_probability(first, second) == pytest.approx(oracle.pvalue, rel=1e-12)
