"""Power is that of scipy's noncentral t distribution, and what simulated studies have."""

import numpy as np
import pytest
from scipy import integrate, stats

from vestige.metrics.power import distance_found, power_of_t, seeds_needed


@pytest.mark.parametrize(("distance", "seeds", "tail"), [(2.0, 5, 0.025), (1.0, 10, 0.00625), (4.0, 3, 0.025)])
def test_power_is_the_integral_over_all_spreads_that_seeds_may_show(distance, seeds, tail):
    freedom, quantile = seeds - 1, stats.t.isf(tail, seeds - 1)

    def beyond(spread):
        return stats.norm.sf(quantile * spread - distance * seeds**0.5) * stats.chi.pdf(
            spread * freedom**0.5, freedom
        ) * freedom**0.5  # fmt: skip

    oracle, _ = integrate.quad(beyond, 0, 20)
    assert power_of_t(distance, seeds, tail) == pytest.approx(oracle, abs=2e-5)


@pytest.mark.parametrize("distance", [30.0, 3000.0])
def test_very_far_from_a_bound_three_seeds_are_enough(distance):
    assert seeds_needed([distance], 0.025) == 3


def test_without_a_distance_power_is_the_error():
    assert power_of_t(0.0, 7, 0.025) == pytest.approx(0.025, abs=2e-5)


def test_with_the_seeds_needed_nine_of_ten_simulated_intervals_lie_beyond_the_bound():
    seeds = seeds_needed([1.0], 0.025)
    values = np.random.default_rng(0).normal(1.0, 1.0, (4000, int(seeds)))
    low = values.mean(axis=1) - stats.t.isf(0.025, seeds - 1) * values.std(axis=1, ddof=1) / seeds**0.5
    assert (low > 0).mean() == pytest.approx(0.91, abs=0.02)
    assert power_of_t(1.0, int(seeds) - 1, 0.025) < 0.9


def test_two_bounds_take_more_seeds_than_one():
    assert seeds_needed([1.0, 1.0], 0.025) > seeds_needed([1.0], 0.025)


@pytest.mark.parametrize("distance", [0.0, -1.0, 0.1])
def test_too_near_a_bound_no_number_of_seeds_that_is_asked_about_is_enough(distance):
    assert seeds_needed([distance], 0.025) == np.inf


def test_without_a_spread_it_is_not_known():
    assert np.isnan(seeds_needed([np.nan], 0.025))


@pytest.mark.parametrize("seeds", [3, 5, 10])
def test_at_the_distance_that_is_found_power_is_nine_tenths(seeds):
    assert power_of_t(distance_found(seeds, 0.025), seeds, 0.025) == pytest.approx(0.9)
