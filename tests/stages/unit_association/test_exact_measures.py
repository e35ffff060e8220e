"""Associations against explicit Jacobians and Hessians of every image, in float64."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from stages.unit_association.literal import (
    CLASSES,
    convolutional,
    images_of,
    literal,
    perceptron,
    prefix,
    settled,
    split,
)
from torch import nn

from vestige.metrics.association import Covariance
from vestige.models.network import Network
from vestige.stages import input_gradients, unit_association
from vestige.stages.unit_association import MEASURES, associate, measured_layers

NETWORKS = {"perceptron": (perceptron, 4), "convolutional": (convolutional, 8)}


@pytest.fixture(params=NETWORKS)
def case(request):
    """A network, and images for it."""
    make, size = NETWORKS[request.param]
    return make(), split(size)


def test_every_exact_measure_is_that_of_explicit_jacobians_and_hessians(case):
    network, images = case
    found = associate(network, images, 2, 0)
    for name in measured_layers(network):
        for measure, expected in literal(network, images, name).items():
            if measure != "input_gradient" or found.error[name] == 0:
                torch.testing.assert_close(found.matrices[name][measure], expected, rtol=1e-10, atol=1e-12)
        assert found.is_hessian[name]


def test_the_input_gradient_of_a_perceptron_is_exact_and_that_of_other_networks_has_an_error():
    assert set(associate(perceptron(), split(), None, None).error.values()) == {0}
    assert min(associate(convolutional(), split(8), 2, 0).error.values()) > 0


def test_of_more_units_than_pixels_it_is_exact_too():
    network = perceptron((40, 6))
    found = associate(network, split(), None, None)
    for name in measured_layers(network):
        expected = literal(network, split(), name)["input_gradient"]
        torch.testing.assert_close(found.matrices[name]["input_gradient"], expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("batch_size", [1, 2, 5, 6])
def test_the_batches_change_nothing_but_the_last_digits(case, batch_size):
    network, images = case
    size = images.images.shape[-1]
    one, other = (associate(network, split(size, batch_size=each), 3, 0) for each in (4, batch_size))
    for name in measured_layers(network):
        for measure in unit_association.PLAIN:
            torch.testing.assert_close(
                one.matrices[name][measure], other.matrices[name][measure], rtol=1e-10, atol=1e-13
            )


def test_neither_does_how_many_changes_are_held_at_once(monkeypatch):
    one = associate(convolutional(), split(), 3, 0)
    monkeypatch.setitem(input_gradients.TOGETHER, "cpu", 1)
    other = associate(convolutional(), split(), 3, 0)
    for layer, matrices in one.matrices.items():
        torch.testing.assert_close(
            matrices["input_gradient"], other.matrices[layer]["input_gradient"], rtol=1e-10, atol=1e-13
        )


def test_normalised_measures_are_correlations_and_cosines():
    network, images = perceptron(), split(count=20)
    found = associate(network, images, None, None)
    units = torch.stack([prefix(network, "hidden2")(each) for each in images_of(images)])[..., 0]
    varying = units.std(0) > 0
    correlation = np.abs(np.corrcoef(units[:, varying].T.numpy()))
    measures = found.measures("hidden2")
    kept = np.ix_(varying.numpy(), varying.numpy())
    assert measures["covariance_normalised"][kept] == pytest.approx(correlation, abs=1e-10)
    assert set(measures) == set(MEASURES)
    assert all((each >= 0).all() for each in measures.values())


def test_a_unit_that_is_dead_upstream_has_associations_with_none():
    network = perceptron()
    network.steps["hidden1"].bias[3] = -1e6
    measures = associate(network, split(), None, None).measures("hidden1")
    for name in ("covariance", "input_gradient", "covariance_normalised", "input_gradient_normalised"):
        assert not measures[name][3].any()
    assert measures["output_gradient"][3].any()


def test_the_output_gradient_of_the_last_layer_is_that_of_the_readout_alone():
    network = perceptron()
    weights = network.steps["fc"].weight
    found = associate(network, split(), None, None).matrices["hidden3"]["output_gradient"]
    torch.testing.assert_close(found, weights.T @ weights)


def curved():
    """A network with a smooth nonlinearity after its measured layer."""
    steps = {
        "pixels": nn.Flatten(),
        "first": nn.Sequential(nn.Linear(16, 5), nn.ReLU(), nn.Unflatten(1, (5, 1, 1))),
        "second": nn.Sequential(nn.Flatten(), nn.Linear(5, 4), nn.GELU()),
        "fc": nn.Linear(4, CLASSES),
    }
    return settled(Network(nn.Sequential(*steps.values()), steps, {1: ("first",), 2: ("second",)}, head="fc"))


def test_where_logits_bend_between_the_layer_and_the_end_the_hessian_is_called_gauss_newton():
    assert associate(curved(), split(), 2, 0).is_hessian == {"first": False, "second": True}


def test_a_linear_layer_without_a_relu_is_not_taken_for_one_with_it():
    network = perceptron()
    other = nn.Linear(7, 6, dtype=torch.float64)
    other.forward = lambda units: F.linear(units.flatten(1), other.weight, other.bias)[:, :, None, None]
    network.steps["hidden2"] = other
    with pytest.raises(ValueError, match="hidden2 is a linear layer whose output is not its ReLU"):
        associate(network, split(), None, None)


def test_a_large_mean_does_not_cost_the_covariance_its_digits():
    units = torch.from_numpy(np.random.default_rng(0).normal(size=(500, 4, 1)))
    found = []
    for mean in (0, 1e7):
        covariance = Covariance()
        for part in (units + mean).split(100):
            covariance.add(part)
        found.append(covariance.matrix())
    torch.testing.assert_close(found[1], found[0], rtol=1e-6, atol=1e-8)
