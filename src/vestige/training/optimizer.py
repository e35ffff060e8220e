"""The optimizer of a training: a file of `optimizers/` each, and a line in the table here."""

from collections.abc import Callable
from typing import NamedTuple

from torch import Tensor, nn

from vestige.training.optimizers import adam, sgd

State = dict[str, Tensor]  # what an optimizer remembers from step to step, by name


class Optimizer(NamedTuple):
    """How an optimizer begins, and goes on."""

    begin: Callable[[nn.Module], State]
    step: Callable[[nn.Module, State, float, object], None]


OPTIMIZERS = {"sgd": Optimizer(sgd.begin, sgd.step), "adam": Optimizer(adam.begin, adam.step)}


def optimizer_of(training) -> Optimizer:
    """The optimizer of some settings of training: the first paper's, where they name none."""
    return OPTIMIZERS[training.optimizer or "sgd"]
