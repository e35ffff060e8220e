"""The jackknife over seeds, literally, and how often its interval misses what pairs that share networks are about."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from vestige.metrics.intervals import student_interval
from vestige.metrics.jackknife import leave_one_seed_out

NAN = float("nan")


def cycle(seeds: int) -> list[tuple[int, int]]:
    """Each seed with the next, the last with the first."""
    return [(seed, (seed + 1) % seeds) for seed in range(seeds)]


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.floats(-1, 1)), min_size=4, max_size=12).filter(
        lambda found: all(any(seed not in pair for *pair, _ in found) for seed in range(6))
    )
)
def test_each_value_tells_what_the_mean_is_without_a_seed(found):
    pairs, values = [tuple(pair) for *pair, _ in found], np.array([value for *_, value in found])
    seeds, by_seed = leave_one_seed_out(values, pairs)
    assert seeds == sorted({seed for pair in pairs for seed in pair})
    without = [np.mean([v for v, pair in zip(values, pairs, strict=True) if seed not in pair]) for seed in seeds]
    number, mean = len(seeds), values.mean()
    expected = [mean + (number - 1) * (np.mean(without) - each) for each in without]
    np.testing.assert_allclose(by_seed, expected, atol=1e-12)


def test_its_mean_is_the_mean_over_pairs_and_its_t_interval_the_jackknifes():
    values = np.random.default_rng(0).normal(size=7)
    mean, half = student_interval(leave_one_seed_out(values, cycle(7))[1], 0.95)
    without = [np.delete(values, [seed, seed - 1]).mean() for seed in range(7)]
    error = np.sqrt(6 / 7 * np.sum((without - np.mean(without)) ** 2))
    assert (mean, half) == pytest.approx((values.mean(), stats.t.ppf(0.975, 6) * error))


def test_leading_dimensions_are_kept_and_each_place_stands_for_itself():
    values = np.random.default_rng(0).normal(size=(2, 3, 5))
    values[1, 2, 0] = NAN
    _, together = leave_one_seed_out(values, cycle(5))
    for place in np.ndindex(2, 3):
        np.testing.assert_array_equal(together[place], leave_one_seed_out(values[place], cycle(5))[1])


def test_a_pair_without_a_value_does_not_count():
    values, pairs = np.array([0.1, NAN, 0.3, 0.7]), cycle(4)
    kept = [place for place in range(4) if place != 1]
    expected = leave_one_seed_out(values[kept], [pairs[place] for place in kept])[1]
    np.testing.assert_allclose(leave_one_seed_out(values, pairs)[1], expected)


def test_a_seed_all_of_whose_pairs_lack_a_value_has_none():
    values = np.array([NAN, NAN, 0.3, 0.4, 0.9])  # those of seeds 0 and 1, 1 and 2
    _, by_seed = leave_one_seed_out(values, cycle(5))
    assert np.isnan(by_seed).tolist() == [False, True, False, False, False]


@pytest.mark.parametrize("pairs", [[(0, 1), (1, 0)], [(0, 1), (1, 2)], [(3, 3)]])
def test_where_no_pair_is_left_without_a_seed_there_is_no_value(pairs):
    _, by_seed = leave_one_seed_out(np.linspace(0, 1, len(pairs)), pairs)
    assert np.isnan(by_seed).all()


@pytest.mark.parametrize("seeds", [3, 5, 10])
def test_its_interval_misses_seldom_where_each_network_stands_in_two_pairs_and_the_t_interval_of_pairs_often(seeds):
    draw, repeats = np.random.default_rng(seeds), 4000
    own = draw.normal(size=(repeats, seeds))  # what a network adds to each of its pairs, about 0
    values = own + np.roll(own, -1, axis=1)
    by_pair, by_seed = (student_interval(each, 0.95) for each in (values, leave_one_seed_out(values, cycle(seeds))[1]))
    misses = {name: np.mean(mean - half > 0) for name, (mean, half) in {"t": by_pair, "jackknife": by_seed}.items()}
    assert misses["t"] > 0.07
    assert misses["jackknife"] < 0.035 + 3 * np.sqrt(0.035 / repeats)
