"""Gradient descent against torch's own optimizers."""

from types import SimpleNamespace

import pytest
import torch
from torch import nn

from vestige.training.optimizer import optimizer_of
from vestige.training.optimizers import adam
from vestige.training.optimizers.sgd import begin, step


def small_network():
    torch.manual_seed(0)
    trunk = nn.Sequential(nn.Conv2d(2, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 36, 3))
    return trunk.to(memory_format=torch.channels_last)


def gradients(trunk, seed):
    generator = torch.Generator().manual_seed(seed)
    trunk(torch.randn(4, 2, 8, 8, generator=generator)).square().mean().backward()


def draw_gradients(trunk, seed):
    """Gradients that are far from 0: Adam divides them by their size, and of rounding errors makes whole steps."""
    generator = torch.Generator().manual_seed(seed)
    for weight in trunk.parameters():
        weight.grad = torch.empty_like(weight).normal_(generator=generator)


SETTINGS = [(0.9, 1e-4), (0.9, 0.0), (0.0, 1e-2), (0.0, 0.0)]


@pytest.mark.parametrize(("fused", "tolerance"), [(True, 0), (False, 1e-6)])
@pytest.mark.parametrize(("momentum", "decay"), SETTINGS)
def test_descent_is_torchs_sgd(momentum, decay, fused, tolerance):
    mine, theirs = small_network(), small_network()
    optimiser = torch.optim.SGD(theirs.parameters(), lr=1, momentum=momentum, weight_decay=decay, fused=fused)
    rests, settings = begin(mine), SimpleNamespace(momentum=momentum, weight_decay=decay)
    for seed, rate in enumerate([0.1, 0.1, 0.01, 0.01]):
        gradients(mine, seed)
        step(mine, rests, rate, settings)
        optimiser.param_groups[0]["lr"] = rate
        optimiser.zero_grad()
        gradients(theirs, seed)
        optimiser.step()
    for one, other in zip(mine.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=tolerance, atol=tolerance)


def test_a_step_leaves_no_gradient_behind():
    trunk = small_network()
    gradients(trunk, 0)
    step(trunk, begin(trunk), 0.1, SimpleNamespace(momentum=0.9, weight_decay=0))
    assert all(weight.grad is None for weight in trunk.parameters())


def test_weights_without_a_gradient_decay_exponentially():
    trunk = nn.Linear(1, 1, bias=False)
    nn.init.ones_(trunk.weight)
    momentum = begin(trunk)
    for _ in range(3):
        trunk.weight.grad = torch.zeros(1, 1)
        step(trunk, momentum, 0.5, SimpleNamespace(momentum=0.0, weight_decay=0.2))
    assert trunk.weight.item() == pytest.approx(0.9**3)


@pytest.mark.parametrize("fused", [True, False])
def test_adam_is_torchs(fused):
    mine, theirs = small_network(), small_network()
    optimiser = torch.optim.Adam(theirs.parameters(), lr=1, fused=fused)
    state = adam.begin(mine)
    for seed, rate in enumerate([1e-3, 1e-3, 1e-2, 1e-4]):
        draw_gradients(mine, seed)
        adam.step(mine, state, rate, SimpleNamespace())
        optimiser.param_groups[0]["lr"] = rate
        draw_gradients(theirs, seed)
        optimiser.step()
    tolerance = 0 if fused else 1e-6
    for one, other in zip(mine.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=tolerance, atol=tolerance)
    assert state["step"] == 4
    assert all(weight.grad is None for weight in mine.parameters())


def test_without_a_name_the_optimizer_is_sgd():
    assert optimizer_of(SimpleNamespace(optimizer=None)) == optimizer_of(SimpleNamespace(optimizer="sgd"))
    assert optimizer_of(SimpleNamespace(optimizer="adam")).step is adam.step
