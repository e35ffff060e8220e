"""Adam (Kingma and Ba 2015) with PyTorch's constants, as the second paper's code runs it."""

import torch
from torch import Tensor, nn

# Not the class torch.optim.Adam, to which this is equal to the last bit (tested): see sgd.py.
from torch.optim.adam import adam

BETAS, EPSILON = (0.9, 0.999), 1e-8  # PyTorch's
MEAN, SQUARE, STEPS = "exp_avg", "exp_avg_sq", "step"  # of the gradient, of its square, and steps made; PyTorch's names


def begin(trunk: nn.Module) -> dict[str, Tensor]:
    """The state before the first step: zeros, laid out in memory as each weight is, and the number of steps."""
    weights = dict(trunk.named_parameters())
    state = {f"{name}.{kind}": torch.zeros_like(each) for name, each in weights.items() for kind in (MEAN, SQUARE)}
    return state | {STEPS: torch.zeros((), device=next(iter(weights.values())).device)}


@torch.no_grad()
def step(trunk: nn.Module, state: dict[str, Tensor], rate: float, training) -> None:
    """One step along the gradients, in place, without weight decay; gradients go."""
    weights = dict(trunk.named_parameters())
    adam(
        [*weights.values()],
        [weight.grad for weight in weights.values()],
        [state[f"{name}.{MEAN}"] for name in weights],
        [state[f"{name}.{SQUARE}"] for name in weights],
        [],
        [state[STEPS].clone() for _ in weights],  # it counts each of them
        fused=True,
        amsgrad=False,
        beta1=BETAS[0],
        beta2=BETAS[1],
        lr=rate,
        weight_decay=0.0,
        eps=EPSILON,
        maximize=False,
    )
    state[STEPS] += 1
    for weight in weights.values():
        weight.grad = None
