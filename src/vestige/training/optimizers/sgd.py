"""Stochastic gradient descent with momentum, as the paper's appendix A.1 runs it."""

import torch
from torch import Tensor, nn

# Not the class torch.optim.SGD, to which this is equal to the last bit (tested): its first step imports a compiler,
# which takes longer than a small training.
from torch.optim.sgd import sgd

Momentum = dict[str, Tensor]  # by name of the weight


def begin(trunk: nn.Module) -> Momentum:
    """The momentum before the first step: zero, laid out in memory as each weight is."""
    return {name: torch.zeros_like(weight) for name, weight in trunk.named_parameters()}


@torch.no_grad()
def step(trunk: nn.Module, momentum: Momentum, rate: float, training) -> None:
    """One step along the gradients, in place: no Nesterov momentum, weight decay on every parameter; gradients go."""
    weights = [weight for _, weight in trunk.named_parameters()]
    sgd(
        weights,
        [weight.grad for weight in weights],
        list(momentum.values()),
        fused=True,
        weight_decay=training.weight_decay,
        momentum=training.momentum,
        lr=rate,
        dampening=0,
        nesterov=False,
        maximize=False,
    )
    for weight in weights:
        weight.grad = None
