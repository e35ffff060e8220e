import warnings

import numpy as np
import pytest
from scipy import stats

from vestige.formulas.intervals import student_interval


def test_three_seeds_give_the_interval_of_the_textbook():
    mean, half = student_interval(np.array([1.0, 2.0, 3.0]), 0.95)
    assert mean == 2
    assert half == pytest.approx(4.302652729911275 / np.sqrt(3))


@pytest.mark.parametrize("seeds", [2, 3, 10])
@pytest.mark.parametrize("confidence", [0.68, 0.95, 0.99])
def test_intervals_agree_with_scipy(seeds, confidence):
    values = np.random.default_rng(seeds).normal(size=(4, 5, seeds))
    mean, half = student_interval(values, confidence)
    error = stats.sem(values, axis=-1)
    low, high = stats.t.interval(confidence, seeds - 1, loc=values.mean(axis=-1), scale=error)
    np.testing.assert_allclose(mean - half, low, rtol=1e-12)
    np.testing.assert_allclose(mean + half, high, rtol=1e-12)


def test_the_interval_covers_the_truth_as_often_as_it_says():
    mean, half = student_interval(np.random.default_rng(0).normal(3.0, 2.0, size=(20_000, 3)), 0.95)
    assert np.mean(np.abs(mean - 3) < half) == pytest.approx(0.95, abs=0.005)


def test_one_seed_has_a_mean_but_no_interval():
    mean, half = student_interval(np.array([[0.25], [0.5]]), 0.95)
    assert mean.tolist() == [0.25, 0.5]
    assert np.isnan(half).all()


def test_seeds_that_agree_have_an_interval_of_no_width():
    assert student_interval(np.full(3, 0.5), 0.95) == (0.5, 0.0)


def test_a_seed_without_a_value_does_not_count():
    with_gap = student_interval(np.array([1.0, np.nan, 4.0]), 0.95)
    assert with_gap == student_interval(np.array([1.0, 4.0]), 0.95)


def test_no_value_at_all_gives_no_mean_and_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        mean, half = student_interval(np.full((2, 3), np.nan), 0.95)
    assert np.isnan(mean).all()
    assert np.isnan(half).all()
