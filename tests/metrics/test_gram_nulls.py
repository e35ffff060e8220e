"""Gram matrices without relations between units, against literal permutations and rotations, in float64."""

import numpy as np
import pytest
import torch

from vestige.foundation.random import generator
from vestige.metrics.association import Covariance
from vestige.metrics.cluster_search import search
from vestige.metrics.gram_nulls import draw_frame, draw_orders, draw_rotations, permuted_covariance, rotated_grams
from vestige.metrics.modularity import normalise

UNITS, IMAGES, POSITIONS, SIZE, DRAWS = 5, 9, 3, 4, 2


def drawn(*shape, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).normal(size=shape))


def test_orders_are_permutations_that_differ_from_unit_to_unit():
    orders = draw_orders(UNITS, IMAGES, generator("orders"))
    assert (orders.sort(0).values == torch.arange(IMAGES)[:, None]).all()
    assert len({tuple(each.tolist()) for each in orders.T}) == UNITS


def test_the_permuted_covariance_is_that_of_a_loop_over_units_images_and_positions():
    units, orders = drawn(IMAGES, UNITS, POSITIONS), draw_orders(UNITS, IMAGES, generator("orders"))
    expected = np.zeros((UNITS, UNITS))
    for one, other, position in np.ndindex(UNITS, UNITS, POSITIONS):
        first, second = (
            np.array([float(units[int(orders[image, unit]), unit, position]) for image in range(IMAGES)])
            for unit in (one, other)
        )
        expected[one, other] += np.cov(first, second, ddof=0)[0, 1] / POSITIONS
    assert permuted_covariance(units, orders).numpy() == pytest.approx(expected, abs=1e-14)


def test_the_variances_of_permuted_units_are_their_own():
    units, covariance = drawn(IMAGES, UNITS, POSITIONS), Covariance()
    covariance.add(units)
    found = permuted_covariance(units, draw_orders(UNITS, IMAGES, generator("orders")))
    torch.testing.assert_close(found.diagonal(), covariance.matrix().diagonal(), rtol=1e-12, atol=0)
    assert not torch.allclose(found, covariance.matrix())


def test_rotations_are_orthogonal_and_of_either_sign():
    rotations = draw_rotations((40,), SIZE, generator("rotations"))
    torch.testing.assert_close(rotations @ rotations.mT, torch.eye(SIZE).double().expand(40, -1, -1))
    assert set(torch.linalg.det(rotations).round().tolist()) == {-1, 1}


def test_a_rotated_direction_is_uniform_on_the_sphere():
    """Of a uniform direction the mean square of each coordinate is 1 / d, its mean fourth power 3 / (d (d + 2))."""
    first = draw_rotations((4000,), SIZE, generator("rotations")).flatten(1)
    assert first.mean(0).abs().max() < 5 / 4000**0.5 / SIZE**0.5
    assert first.square().mean(0).numpy() == pytest.approx(1 / SIZE, rel=0.1)
    assert first.pow(4).mean(0).numpy() == pytest.approx(3 / SIZE / (SIZE + 2), rel=0.15)


def test_rotated_grams_are_those_of_each_vector_times_the_literal_matrix_of_its_unit():
    vectors, rotations = drawn(IMAGES, UNITS, POSITIONS, SIZE), draw_rotations((DRAWS, UNITS), SIZE, generator("rot"))
    expected = np.zeros((DRAWS, UNITS, UNITS))
    for draw, image, position in np.ndindex(DRAWS, IMAGES, POSITIONS):
        turned = np.stack([rotations[draw, unit] @ vectors[image, unit, position] for unit in range(UNITS)])
        expected[draw] += turned @ turned.T
    found = rotated_grams(vectors, rotations)
    assert found.numpy() == pytest.approx(expected, rel=1e-12, abs=1e-12)
    own = vectors.square().sum((0, 2, 3)).expand(DRAWS, -1)
    torch.testing.assert_close(found.diagonal(dim1=1, dim2=2), own, rtol=1e-12, atol=0)


def test_products_of_different_units_are_nothing_in_the_mean_of_many_draws():
    vectors = drawn(IMAGES, UNITS, POSITIONS, SIZE) + 3  # far from unrelated
    found = rotated_grams(vectors, draw_rotations((3000, UNITS), SIZE, generator("rotations")))
    off = ~torch.eye(UNITS, dtype=torch.bool)
    error = found.std(0)[off] / 3000**0.5
    assert (found.mean(0)[off].abs() < 4.5 * error).all()


def test_one_vector_a_unit_gives_a_matrix_of_the_rank_of_its_space():
    vectors = drawn(1, 20, 1, SIZE).expand(IMAGES, -1, -1, -1)
    found = rotated_grams(vectors, draw_rotations((DRAWS, 20), SIZE, generator("rotations")))
    assert torch.linalg.matrix_rank(found, hermitian=True).tolist() == [SIZE] * DRAWS


@pytest.mark.parametrize("most", [SIZE, SIZE + 3])
def test_coordinates_of_a_small_space_keep_lengths(most):
    frame, vectors = draw_frame(SIZE, most, generator("frame")), drawn(6, SIZE)
    torch.testing.assert_close((vectors @ frame.T).norm(dim=1), vectors.norm(dim=1))


def test_coordinates_of_a_large_space_are_orthogonal_and_keep_lengths_in_the_mean():
    size, most, vector = 60, 20, drawn(60)
    frames = [draw_frame(size, most, generator("frame", number)) for number in range(300)]
    torch.testing.assert_close(frames[0] @ frames[0].T, torch.eye(most).double() * size / most)
    lengths = torch.stack([(frame @ vector).square().sum() for frame in frames]) / vector.square().sum()
    assert float(lengths.mean()) == pytest.approx(1, abs=4 * float(lengths.std()) / 300**0.5)


def permuted(vectors, streams):
    """The covariance of the first coordinate of vectors (images, units, size), and draws of it."""
    units, covariance = vectors[..., :1], Covariance()
    covariance.add(units)
    orders = (draw_orders(units.shape[1], len(units), stream) for stream in streams)
    return [covariance.matrix(), *(permuted_covariance(units, each) for each in orders)]


def rotated(vectors, streams):
    """The products of vectors (images, units, size), and draws of them."""
    rotations = torch.stack([draw_rotations((vectors.shape[1],), SIZE, stream) for stream in streams])
    return [torch.einsum("aik,ajk->ij", vectors, vectors), *rotated_grams(vectors.unsqueeze(2), rotations)]


def qualities(sets, draw, draws):
    """(sets, 1 + draws) Q of the associations of each set of vectors, and of draws without relations."""
    streams = [[generator("null", number, each) for each in range(draws)] for number in range(len(sets))]
    matrices = [draw(*both) for both in zip(sets, streams, strict=True)]
    flat = normalise(torch.stack([each for row in matrices for each in row]).abs().numpy())
    chains = [[generator("search", number, each) for each in range(2)] for number in range(len(flat))]
    return search(flat, 2, 150, 0.15, chains)[1].reshape(len(sets), -1)


def unrelated(seed, units=20, images=60):
    """Vectors of units of different lengths: responses and gradients that have nothing in common."""
    lengths = 1 + drawn(units, 1, seed=seed + 1000).abs()
    return drawn(images, units, SIZE, seed=seed) * lengths


def grouped(seed):
    """The same with a vector in common in each of four groups of units."""
    common = drawn(60, 4, SIZE, seed=seed + 2000).repeat_interleave(5, 1)
    return unrelated(seed) + 2 * common


@pytest.mark.parametrize("draw", [permuted, rotated])
def test_in_planted_groups_the_search_finds_more_than_in_any_draw(draw):
    (found,) = qualities([grouped(0)], draw, 19)
    assert found[0] > found[1:].max() + 0.1


@pytest.mark.parametrize("draw", [permuted, rotated])
def test_among_its_draws_a_matrix_of_unrelated_vectors_has_any_rank(draw):
    """Ranks of 0 to 9 among 9 draws, of mean 4.5 and deviation 2.87: over 16 matrices the mean is within 3 errors."""
    found = qualities([unrelated(seed) for seed in range(16)], draw, 9)
    ranks = (found[:, 1:] < found[:, :1]).sum(1)
    assert abs(ranks.mean() - 4.5) < 3 * 2.87 / 16**0.5
    assert ranks.min() <= 2
    assert ranks.max() >= 7
