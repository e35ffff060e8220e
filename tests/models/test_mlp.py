"""Perceptrons: what they compute, what their weights are called, and which images they take."""

import pytest
import torch
import torch.nn.functional as F
from pydantic import ValidationError

from vestige.models import mlp
from vestige.models.network import build, forward, refuse_unmeasurable

FAMILY = mlp.Settings(family="mlp", inputs=2 * 4 * 3, hidden=[6, 5])


@pytest.fixture
def network():
    return build(FAMILY, 2, 7, seed=3)


def test_it_is_linear_layers_with_relus_between(network):
    images = torch.randn(9, 2, 4, 3)
    weights = network.trunk.state_dict()
    assert list(weights) == [f"{name}.{part}" for name in ("hidden1", "hidden2", "fc") for part in ("weight", "bias")]
    now, hidden = images.flatten(1), {}
    for name in ("hidden1", "hidden2"):
        now = F.linear(now, weights[f"{name}.weight"], weights[f"{name}.bias"]).relu()
        hidden[name] = now
    logits, outputs = forward(network, images, hidden)
    torch.testing.assert_close(logits, F.linear(now, weights["fc.weight"], weights["fc.bias"]))
    assert all(torch.equal(outputs[name][..., 0, 0], hidden[name]) for name in hidden)
    assert torch.equal(network.trunk(images), logits)


def test_module_l_is_hidden_layer_l(network):
    assert FAMILY.modules == (1, 2)
    assert network.modules == {1: ("hidden1",), 2: ("hidden2",)}
    assert network.head == "fc"


def test_initial_weights_are_those_of_pytorch(network):
    with torch.random.fork_rng():
        torch.manual_seed(3)
        layers = [torch.nn.Linear(*sizes) for sizes in ((24, 6), (6, 5), (5, 7))]
    expected = [each for layer in layers for each in (layer.weight, layer.bias)]
    assert all(torch.equal(*each) for each in zip(network.trunk.parameters(), expected, strict=True))


def test_images_of_another_size_are_refused_with_the_key(network):
    with pytest.raises(ValueError, match=r"network\.inputs: found 24; an image is 1 x 5 x 5; allowed: 25"):
        refuse_unmeasurable(network, (1, 5, 5), torch.device("cpu"))


def test_a_network_without_hidden_layers_is_none():
    with pytest.raises(ValidationError, match="hidden"):
        mlp.Settings(family="mlp", inputs=4, hidden=[])
