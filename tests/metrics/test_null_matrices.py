"""Matrices without groups: what each keeps, and that the search finds less in them than in groups."""

import numpy as np
import pytest

from vestige.foundation.random import generator
from vestige.metrics.cluster_search import search
from vestige.metrics.modularity import find_alive, normalise
from vestige.metrics.null_matrices import NULLS, keep_strengths, shuffle_entries

GROUPS = np.kron(np.eye(3), np.ones((8, 8)))


def grouped(seed=0, dead=()):
    """The normalised matrix of noisy groups of units, some stronger than others."""
    rng = np.random.default_rng(seed)
    noise = rng.gamma(2, size=(24, 24))
    units = rng.gamma(4, size=24)
    association = (GROUPS + 0.2) * (noise + noise.T) * np.outer(units, units)
    for unit in dead:
        association[unit] = association[:, unit] = 0
    return normalise(association)


def entries(matrix):
    return np.sort(matrix[np.triu_indices(len(matrix), 1)])


@pytest.mark.parametrize("kind", NULLS)
def test_it_is_a_normalised_matrix_with_the_same_dead_units_and_another_one_each_time(kind):
    matrix = grouped(dead=(2, 9))
    drawn = [NULLS[kind](matrix, generator("null", number)) for number in range(2)]
    for each in drawn:
        assert (each == each.T).all()
        assert not each.diagonal().any()
        assert each.sum() == pytest.approx(1)
        assert (find_alive(each) == find_alive(matrix)).all()
    assert not np.allclose(*drawn)


def test_shuffled_associations_are_the_same_ones_between_other_pairs():
    matrix = grouped(dead=(5,))
    drawn = shuffle_entries(matrix, generator("null"))
    assert entries(drawn) == pytest.approx(entries(matrix))
    assert not np.allclose(drawn.sum(1), matrix.sum(1), rtol=0.01)


def test_where_strengths_are_kept_nothing_else_is():
    matrix = grouped(dead=(5,))
    drawn = keep_strengths(matrix, generator("null"))
    assert drawn.sum(1) == pytest.approx(matrix.sum(1), rel=1e-9)
    assert not np.allclose(entries(drawn), entries(matrix), rtol=0.01)
    expected = np.outer(matrix.sum(1), matrix.sum(1))
    excess = [(each - expected)[GROUPS > 0].sum() for each in (matrix, drawn)]
    assert excess[1] < 0.3 * excess[0]


def test_a_unit_that_is_almost_dead_is_dead_and_does_not_keep_others_from_their_strengths():
    matrix = grouped(dead=(5,))
    matrix[5, 6] = matrix[6, 5] = 1e-20
    drawn = keep_strengths(matrix, generator("null"))
    assert not find_alive(drawn)[5]
    assert drawn.sum(1)[:5] == pytest.approx(matrix.sum(1)[:5], rel=1e-9)


def test_a_matrix_whose_strengths_no_other_one_has_gives_none():
    star = np.zeros((4, 4))
    star[0, 1:] = star[1:, 0] = [1, 2, 3]
    found = [keep_strengths(normalise(star), generator("null", number)) for number in range(6)]
    assert any(np.isnan(each).all() for each in found)
    assert all(np.isnan(each).all() or np.allclose(each, normalise(star)) for each in found)


@pytest.mark.parametrize("kind", NULLS)
def test_in_groups_the_search_finds_more_than_in_any_matrix_without(kind):
    matrix = grouped()
    drawn = np.stack([matrix, *(NULLS[kind](matrix, generator("null", number)) for number in range(19))])
    streams = [[generator("search", number, each) for each in range(2)] for number in range(20)]
    _, quality = search(drawn, 2, 300, 0.15, streams)
    assert quality[0] > quality[1:].max() + 0.1


def test_in_a_matrix_without_groups_it_finds_no_more_than_in_others_like_it():
    flat = shuffle_entries(grouped(), generator("flat"))
    drawn = np.stack([flat, *(shuffle_entries(flat, generator("null", number)) for number in range(19))])
    streams = [[generator("search", number, each) for each in range(2)] for number in range(20)]
    _, quality = search(drawn, 2, 300, 0.15, streams)
    assert abs(quality[0] - quality[1:].mean()) < 4 * quality[1:].std()
