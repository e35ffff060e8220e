import warnings
from functools import partial

import numpy as np
import pytest
from scipy import stats

from vestige.metrics.intervals import (
    block_band,
    difference_interval,
    extreme_interval,
    module_band,
    paper_interval,
    pooled_spread,
    student_interval,
    trimmed_mean,
)


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


def test_a_paired_difference_is_the_interval_of_the_differences_seed_by_seed():
    first, second = np.array([5.0, 7.0, 12.0]), np.array([4.0, 5.0, 9.0])
    assert difference_interval(first, second, 0.95, paired=True) == student_interval(np.array([1.0, 2.0, 3.0]), 0.95)


def test_a_seed_that_lacks_either_value_makes_no_pair():
    gaps = difference_interval(np.array([5, np.nan, 9.0, 3]), np.array([4, 2, np.nan, 1.0]), 0.95, paired=True)
    assert gaps == student_interval(np.array([1.0, 2.0]), 0.95)


@pytest.mark.parametrize(("many", "few"), [(3, 3), (10, 4), (2, 7)])
@pytest.mark.parametrize("confidence", [0.68, 0.95])
def test_an_unpaired_difference_agrees_with_scipy_s_welch(many, few, confidence):
    draw = np.random.default_rng(many)
    first, second = draw.normal(0, 1, (4, many)), draw.normal(2, 5, (4, few))
    mean, half = difference_interval(first, second, confidence, paired=False)
    expected = stats.ttest_ind(first, second, axis=-1, equal_var=False).confidence_interval(confidence)
    np.testing.assert_allclose([mean - half, mean + half], [expected.low, expected.high], rtol=1e-12)


def test_seeds_that_vary_together_have_a_narrower_paired_interval():
    shared = np.array([0.0, 5.0, 10.0])
    first, second = shared + np.array([0.1, 0, 0.2]), shared
    paired, unpaired = (difference_interval(first, second, 0.95, paired)[1] for paired in (True, False))
    assert paired < unpaired / 10


@pytest.mark.parametrize("paired", [True, False])
def test_a_difference_of_single_seeds_has_no_interval(paired):
    mean, half = difference_interval(np.array([3.0]), np.array([1.0]), 0.95, paired)
    assert mean == 2
    assert np.isnan(half)


def test_groups_without_any_spread_have_a_difference_of_no_width():
    assert difference_interval(np.full(3, 2.0), np.full(4, 0.5), 0.95, paired=False) == (1.5, 0)


def test_the_band_of_the_paper_is_twice_the_population_s_standard_error():
    mean, half = paper_interval(np.array([[1.0, 2, 3], [np.nan, 1, 3], [np.nan, np.nan, 4]]))
    assert mean.tolist() == [2, 2, 4]
    np.testing.assert_allclose(half, [2 * np.sqrt(2 / 3 / 3), 2 / np.sqrt(2), np.nan])


def test_the_band_of_the_paper_is_narrower_than_a_student_interval_of_three_networks():
    values = np.array([0.1, 0.4, 0.2])
    assert student_interval(values, 0.95)[1] / paper_interval(values)[1] == pytest.approx(4.302653 / 2 * np.sqrt(3 / 2))


def test_the_spread_over_units_and_networks_is_that_of_all_units_together():
    units = np.random.default_rng(0).normal(np.arange(3)[:, None], 0.5, (3, 40))
    assert pooled_spread(units.mean(1), units.std(1)) == pytest.approx(units.std())


def test_the_paper_s_band_of_a_block_divides_by_its_channels():
    np.testing.assert_allclose(block_band(np.array([0.3, 0.8]), np.array([9, 64])), [0.2, 0.2])


def test_the_paper_s_band_of_a_module_is_of_the_spread_of_the_spreads():
    np.testing.assert_allclose(module_band(np.array([[0.1, 0.3, 0.1, 0.3], [0.9] * 4])), [0.1, 0], atol=1e-15)


def test_the_paper_s_band_of_a_module_says_nothing_of_the_networks_differences():
    means, spreads = np.array([[0.1, 0.9], [0.1, 0.9]]), np.array([[0.2, 0.2], [0.2, 0.2]])  # (blocks, networks)
    assert module_band(pooled_spread(means, spreads)) == 0
    assert student_interval(means.mean(0), 0.95)[1] > 1


@pytest.mark.parametrize("count", [3, 5, 10])
def test_with_one_entry_along_both_axes_the_extreme_has_students_interval(count):
    values = np.random.default_rng(count).normal(size=(1, 1, count))
    found = extreme_interval(values, None, 0.025)
    oracle = stats.ttest_1samp(values[0, 0], 0).confidence_interval(0.95)
    assert found == pytest.approx((values.mean(), *oracle), rel=1e-12)


def test_the_lower_end_of_a_largest_mean_is_shared_among_all_and_its_upper_end_is_not():
    values = np.random.default_rng(0).normal(size=(4, 1, 6)) + np.arange(4)[:, None, None]
    found = extreme_interval(values, None, 0.025)
    ends = [stats.ttest_1samp(each[0], 0).confidence_interval(1 - 0.05 / 4).low for each in values]
    assert found.low == pytest.approx(max(ends), rel=1e-12)
    ends = [stats.ttest_1samp(each[0], 0).confidence_interval(0.95).high for each in values]
    assert found.high == pytest.approx(max(ends), rel=1e-12)
    assert found.mean == values.mean(2).max()


def test_a_smallest_mean_is_the_largest_one_turned_round():
    values = np.random.default_rng(1).normal(size=(1, 3, 7))
    found, turned = extreme_interval(values, None, 0.025), extreme_interval(-values.swapaxes(0, 1), None, 0.025)
    assert found == pytest.approx((-turned.mean, -turned.high, -turned.low), rel=1e-12)


@pytest.mark.parametrize("paired", [True, False])
def test_the_extreme_of_differences_is_that_of_their_intervals(paired):
    first, second = np.random.default_rng(2).normal(size=(2, 2, 1, 5))
    found = extreme_interval(first, second, 0.01, paired)
    test = stats.ttest_rel if paired else partial(stats.ttest_ind, equal_var=False)
    highs = [test(a[0], b[0]).confidence_interval(0.98).high for a, b in zip(first, second, strict=True)]
    assert found.high == pytest.approx(max(highs), rel=1e-12)


@pytest.mark.parametrize("means", [[0, 0, 0, 0], [0, 0, 0, -0.5], [0, -3, -3, -3]])
@pytest.mark.parametrize("seeds", [3, 10])
def test_either_end_misses_the_largest_mean_in_at_most_a_fortieth_of_worlds(means, seeds):
    draw, missed = np.random.default_rng(3), np.zeros(2)
    for _ in range(2000):
        values = draw.normal(size=(4, 1, seeds)) + np.reshape(means, (4, 1, 1))
        found = extreme_interval(values, None, 0.025)
        missed += (found.low > 0, found.high < 0)
    assert (missed / 2000 <= 0.025 + 3 * np.sqrt(0.025 * 0.975 / 2000)).all()


def test_a_trimmed_mean_is_without_the_smallest_and_the_largest():
    assert trimmed_mean(np.array([9.0, 1.0, 2.0, 3.0])) == 2.5
    assert np.isnan(trimmed_mean(np.array([1.0, 2.0])))
