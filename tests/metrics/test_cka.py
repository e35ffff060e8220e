"""The minibatch estimator of CKA against the literal formula, and against what CKA must not depend on."""

import pytest
import torch

from vestige.metrics.cka import alignment, centred_gram, hsic


def literal_hsic(first, second):
    """The unbiased HSIC of Song et al. (2012) between linear kernels, term by term, in float64."""
    n = len(first)
    k, m = ((x.double().flatten(1) @ x.double().flatten(1).T).fill_diagonal_(0) for x in (first, second))
    ends = k.sum() * m.sum() / ((n - 1) * (n - 2))
    return (torch.trace(k @ m) + ends - 2 / (n - 2) * (k @ m).sum()) / (n * (n - 3))


def literal_cka(batches):
    """CKA of a list of batches, each a list of layers' features."""
    summed = sum(torch.stack([torch.stack([literal_hsic(a, b) for b in layers]) for a in layers]) for layers in batches)
    return summed / torch.sqrt(torch.outer(summed.diagonal(), summed.diagonal()))


def estimated(batches):
    return alignment(sum(hsic(torch.stack([centred_gram(features) for features in layers])) for layers in batches))


def drawn(sizes, dtype=torch.float32):
    """Features of three layers that share a part: maps, vectors, maps."""
    rng = torch.Generator().manual_seed(0)
    batches = []
    for n in sizes:
        shared = torch.randn(n, 5, 1, generator=rng, dtype=dtype)
        noisy = [shared + torch.randn(n, 5, space, generator=rng, dtype=dtype) for space in (16, 1, 6)]
        batches.append([noisy[0].reshape(n, 5, 4, 4), noisy[1].flatten(1), noisy[2].reshape(n, 5, 2, 3)])
    return batches


@pytest.mark.parametrize("sizes", [(4,), (9, 9), (32, 32, 5)])
def test_the_estimate_is_the_literal_formula(sizes):
    batches = drawn(sizes)
    torch.testing.assert_close(estimated(batches), literal_cka(batches), rtol=0, atol=1e-6)


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-10), (torch.float32, 1e-4)])
@pytest.mark.parametrize("offset", [1, 100, 10_000])
def test_an_offset_of_the_features_changes_nothing_but_their_rounding(offset, dtype, tolerance):
    batches = drawn((16, 16), dtype)
    shifted = [[features + offset for features in layers] for layers in batches]
    tolerance = tolerance * max(1, offset / 100)
    torch.testing.assert_close(estimated(shifted), estimated(batches), rtol=0, atol=tolerance)


@pytest.mark.parametrize("scale", [1e-25, 1e-3, 1e20])
def test_a_scale_of_the_features_changes_nothing(scale):
    batches = drawn((16, 16), dtype=torch.float32)
    scaled = [[features * scale, *rest] for features, *rest in batches]
    torch.testing.assert_close(estimated(scaled), estimated(batches), rtol=0, atol=1e-6)


def test_a_large_constant_feature_beside_small_varying_ones_changes_nothing():
    batches = [[features.flatten(1) * 1e-5 for features in layers] for layers in drawn((16, 16))]
    beside = [[torch.cat([layer, torch.full((len(layer), 1), 1e3)], 1) for layer in layers] for layers in batches]
    torch.testing.assert_close(estimated(beside), estimated(batches), rtol=0, atol=1e-6)


def test_the_diagonal_is_exactly_one_and_the_matrix_exactly_symmetric():
    matrix = estimated(drawn((32, 32, 5)))
    assert torch.equal(matrix.diagonal(), torch.ones(3, dtype=torch.float64))
    assert torch.equal(matrix, matrix.T)


def test_two_layers_with_the_same_features_have_exactly_one():
    matrix = estimated([[*layers, layers[0].clone()] for layers in drawn((32, 7))])
    assert matrix[0, 3] == matrix[3, 0] == 1


@pytest.mark.parametrize("constant", [0.0, 0.1, -3.7e4])
def test_features_that_are_the_same_for_every_image_have_no_alignment(constant):
    same = torch.full((3, 5), constant) + torch.arange(5) * 0.1
    matrix = estimated([[layers[0], same.expand(len(layers[0]), 3, 5).clone()] for layers in drawn((16, 7))])
    assert matrix[0, 0] == 1
    assert torch.isnan(matrix[[0, 1, 1], [1, 0, 1]]).all()


def test_the_rounding_of_a_constant_layer_is_not_taken_for_features():
    rounding = 7 * (1 + 1e-7 * torch.randn(16, 40, generator=torch.Generator().manual_seed(0)))
    assert rounding.unique().numel() > 1
    assert torch.isnan(estimated([[rounding]]))


def test_small_differences_on_a_large_offset_are_features():
    assert estimated([[1000 + 0.01 * features for features in layers] for layers in drawn((16, 16))]).isfinite().all()


def test_features_that_are_not_finite_give_nan_and_leave_other_layers_alone():
    batches = drawn((16, 16))
    broken = [[first, second.index_fill(0, torch.tensor([3]), torch.inf), third] for first, second, third in batches]
    matrix = estimated(broken)
    assert matrix.isnan().tolist() == [[False, True, False], [True, True, True], [False, True, False]]


def test_independent_features_have_an_alignment_near_zero_without_bias():
    rng = torch.Generator().manual_seed(0)
    batches = [[torch.randn(8, 50, generator=rng), torch.randn(8, 50, generator=rng)] for _ in range(400)]
    assert abs(float(estimated(batches)[0, 1])) < 0.02
