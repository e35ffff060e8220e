"""Grids, rankings and areas of progressive ablation against counts and curves that are known."""

import numpy as np
import pytest

from vestige.metrics.ablation import (
    area_integral,
    area_sum,
    grid_fractions,
    grid_steps,
    normalise_accuracy,
    rank_channels,
)

NAN = np.nan


@pytest.mark.parametrize(
    ("channels", "fractions", "counts"),
    [
        (64, [0, 0.125, 0.5, 1], [0, 8, 32, 64]),
        (64, [1, 0.5, 0], [0, 32, 64]),
        (10, [0.25, 0.75], [3, 8]),
        (3, [0, 0.1, 0.2, 0.4, 1], [0, 1, 3]),
        (7, [0.3, 0.31], [2]),
    ],
)
def test_fractions_become_the_nearest_counts_once_each(channels, fractions, counts):
    assert grid_fractions(channels, fractions) == counts


@pytest.mark.parametrize(
    ("channels", "points", "last"), [(256, 13, 248), (512, 25, 496), (1024, 48, 992), (2048, 95, 2024)]
)
def test_steps_of_15_and_40_are_the_grid_of_the_paper(channels, points, last):
    counts = grid_steps(channels, 15, 40)
    assert (len(counts), counts[0], counts[-1]) == (points, 0, last)


def test_the_second_step_starts_at_half_of_the_channels():
    assert grid_steps(16, 3, 4) == [0, 3, 6, 8, 12, 16]


@pytest.mark.parametrize(
    ("selectivity", "order"),
    [
        ([0.1, 0.9, 0.5], [1, 2, 0]),
        ([0.5, 0.9, 0.5, 0.9], [1, 3, 0, 2]),
        ([NAN, 0.0, NAN, 0.2], [3, 1, 0, 2]),
        ([NAN, NAN], [0, 1]),
    ],
)
def test_the_most_selective_rank_first_ties_by_channel_and_silent_ones_last(selectivity, order):
    assert rank_channels(np.array(selectivity)).tolist() == order


@pytest.mark.parametrize(
    ("curve", "expected"),
    [
        ([0.8, 0.4, 0.2], [1, 0.5, 0.25]),
        ([0.4, 0.8, 0.2], [0.5, 1, 0.25]),
        ([NAN, 0.5, 0.25], [NAN, 1, 0.5]),
        ([NAN, NAN, NAN], [NAN, NAN, NAN]),
        ([0.0, 0.0, 0.0], [NAN, NAN, NAN]),
    ],
)
def test_a_curve_is_normalised_by_its_largest_accuracy(curve, expected):
    np.testing.assert_array_equal(normalise_accuracy(np.array([curve, [1, 1, 1]])), [expected, [1, 1, 1]])


def test_the_area_of_the_paper_is_the_plain_sum_over_the_grid():
    np.testing.assert_allclose(area_sum(np.array([[1, 0.5, 0.25], [1, NAN, 1]])), [1.75, NAN])


def test_the_integral_of_a_line_is_its_middle_whatever_the_grid():
    fraction = np.array([0, 0.1, 0.15, 0.8])
    np.testing.assert_allclose(area_integral(np.stack([1 - fraction, 3 * fraction]), fraction), [0.6, 1.2])
