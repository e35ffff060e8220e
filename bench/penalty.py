"""A step of training with the penalty, against the same step without: both gradients and the optimizer's step."""

from types import SimpleNamespace

import gpu_inputs as inputs
import numpy as np
import torch
from selectivity import CASES, time_in_turn

from vestige.models.network import build
from vestige.training.loop import gradients
from vestige.training.optimizers.sgd import begin, step

IMAGES = {"digits": 64, "ResNet-18": 32, "ResNet-50": 32}  # a batch, by the first word of the case


def compare(title: str, family, shape: tuple[int, ...]) -> None:
    """One line: medians of processor time, in turn."""
    name = title.split(",")[0]
    random = np.random.default_rng(0)
    images = torch.from_numpy(random.normal(size=(IMAGES[name], *shape[1:]))).float()
    labels = torch.from_numpy(random.integers(0, 10, IMAGES[name]))
    classes, training = labels.unique(), SimpleNamespace(**inputs.TRAINING)
    sides = {}
    for key, condition in {"plain": inputs.NO_PENALTY, "penalised": inputs.penalty(-20.0, (4, 5, 6))}.items():
        network = build(family, shape[1], 10, seed=0)
        network.trunk.to(memory_format=torch.channels_last).train()
        momentum = begin(network.trunk)
        penalised = [network.modules[module] for module in condition.modules]
        asked = SimpleNamespace(condition=condition, training=training)

        def one_step(network=network, momentum=momentum, penalised=penalised, asked=asked) -> None:
            gradients(network, images, labels, classes, penalised, asked)
            step(network.trunk, momentum, 1e-3, training)

        sides[key] = one_step
    seconds = time_in_turn(sides)
    plain, penalised = seconds["plain"], seconds["penalised"]
    ratio, size = penalised / plain, IMAGES[name]
    print(f"{name}, batch of {size}: {ratio:.3f} times a step without ({penalised:.3f} s, {plain:.3f} s)")


if __name__ == "__main__":
    torch.set_num_threads(1)
    for title, case in CASES.items():
        compare(title, *case)
