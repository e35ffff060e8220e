"""Dropout as a setting of training: a network that drops units, or whole channels, beside one that knows of none."""

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn

from vestige.foundation.random import generator
from vestige.models.network import Network

STEM = "stem"  # the step before the first stage of a residual network


class Dropout(nn.Module):
    """Sets a share of the channels (images, channels, positions...) of each image to 0, and scales the others up.

    Which ones depends on the seed of the run, the layer, and the step of training, which `at_step` says: a run that was
    stopped and goes on drops the same.
    """

    def __init__(self, share: float, seed: int, layer: str):
        super().__init__()
        self.share, self.seed, self.layer, self.step = share, seed, layer, 0

    def forward(self, units: Tensor) -> Tensor:
        drawn = generator("dropout", self.seed, self.layer, self.step).random(units.shape[:2], dtype=np.float32)
        kept = torch.from_numpy(drawn >= self.share).to(units.device, non_blocking=True)
        return units * (kept / (1 - self.share)).to(units.dtype).reshape(*kept.shape, *[1] * (units.dim() - 2))


def with_dropout(network: Network, share: float | None, seed: int) -> Network:
    """The same network, which after each module drops a share of what its last block puts out.

    Of a perceptron these are hidden units, after their ReLU. A module that is the step `stem` drops nothing, as
    in the second paper. The trunk stays as it is: weights, checkpoints and
    evaluation know nothing of it. Raises ValueError for a network with dropout of its own, or whose channels are not
    the second dimension.
    """
    if share is None:
        return network
    if network.dropouts:
        raise ValueError("training.dropout: the network has dropout of its own, network.dropout: leave out one of them")
    if network.channel_axis != 1:
        raise ValueError("training.dropout: the channels of this network are not the second dimension: leave it out")
    last, steps = {blocks[-1] for blocks in network.modules.values()} - {STEM}, {}
    for name, step in network.steps.items():
        steps[name] = step
        if name in last:
            steps[f"{name}.dropout"] = Dropout(share, seed, name)
    dropouts = tuple(step for step in steps.values() if isinstance(step, Dropout))
    return replace(network, steps=steps, dropouts=dropouts)
