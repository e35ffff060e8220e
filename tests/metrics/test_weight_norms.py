"""Norms of weights, against closed forms."""

import numpy as np
import pytest

from vestige.metrics.weight_norms import measure_weights

SMALL = 1e-3
NORMS = ("squares", "magnitudes", "small", "nuclear")


def test_the_norms_of_a_multiple_of_an_isometry_are_closed_forms():
    isometry = np.linalg.qr(np.random.default_rng(0).normal(size=(7, 4)))[0]
    found = measure_weights(3 * isometry, SMALL)
    assert found["squares"] == pytest.approx(9 * 4, rel=1e-12)
    assert found["nuclear"] == pytest.approx(3 * 4, rel=1e-12)


def test_the_nuclear_norm_of_an_outer_product_is_the_product_of_both_lengths():
    found = measure_weights(np.outer([1.0, -2.0, 2.0], [3.0, 4.0]), SMALL)
    assert found["nuclear"] == pytest.approx(3 * 5, rel=1e-12)
    assert found["magnitudes"] == pytest.approx(5 * 7, rel=1e-12)


def test_a_weight_as_large_as_the_bound_is_not_small_and_signs_do_not_count():
    weight = np.array([[SMALL, -SMALL, 0.999 * SMALL, -0.999 * SMALL, 0.0, -1.0, 2.0, 3.0]])
    assert measure_weights(weight, SMALL)["small"] == 3 / 8


def test_a_convolution_has_no_nuclear_norm():
    found = measure_weights(np.full((2, 3, 2, 2), -0.5), SMALL)
    assert found == pytest.approx({"squares": 6.0, "magnitudes": 12.0, "small": 0.0, "nuclear": np.nan}, nan_ok=True)


def test_sums_are_those_of_float64():
    found = measure_weights(np.full((1, 1, 1000, 1001), 0.1, dtype=np.float32), SMALL)
    assert found["magnitudes"] == pytest.approx(1001000 * float(np.float32(0.1)), rel=1e-12)


@pytest.mark.parametrize("fault", [np.nan, np.inf])
def test_of_weights_that_are_no_numbers_there_are_no_norms(fault):
    found = measure_weights(np.array([[1.0, fault], [0.0, 2.0]]), SMALL)
    assert [*found] == list(NORMS)
    assert np.isnan([*found.values()]).all()
