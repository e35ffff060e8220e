"""Progressive ablation by prefix and suffix, against a whole forward with hooks for every point and curve."""

import time
from functools import partial

import numpy as np
import torch

from vestige.metrics.ablation import grid_fractions, grid_steps
from vestige.models import bottleneck_resnet, resnet
from vestige.models.network import build
from vestige.stages.ablation_points import Point
from vestige.stages.progressive_ablation import channel_masks, channel_order, correct_images
from vestige.training.evaluation import hits, walk

FRACTIONS = [0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1]
AUTHORS = (15, 40)  # every 15 channels below half of them, every 40 from half on
CASES = {
    "digits, 360 images of 8x8, 9 points, 4 curves": (
        bottleneck_resnet.Settings(family="bottleneck_resnet", blocks=(1, 2, 2, 1), width=16),
        (360, 1, 8, 8),
        partial(grid_fractions, fractions=FRACTIONS),
        [None, 0, 1, 2],
    ),
    "ResNet-50, 8 images of 96x96, the authors' 181 points, 2 curves": (
        resnet.Settings(family="resnet", depth=50),
        (8, 3, 96, 96),
        partial(grid_steps, first=AUTHORS[0], second=AUTHORS[1]),
        [None, 0],
    ),
}


def naive(network, images, labels, points, curves, silent):
    """Every point of every curve: hooks that zero channels, and the whole network."""
    correct = torch.zeros(len(points), len(curves), 2, dtype=torch.int64)
    for row, point in enumerate(points):
        for column, curve in enumerate(curves):
            hooks = [
                network.steps[name].register_forward_hook(lambda _, given, out, off=off: out.masked_fill(off, 0))
                for name, off in ((name, off[:, None, None]) for name, off in silent(point, curve).items())
            ]
            correct[row, column] = hits(network.trunk(images), labels)
            for hook in hooks:
                hook.remove()
    return correct


def timed(function, *given):
    """What a function gives, and the seconds of processor time it takes."""
    began = time.process_time()
    return function(*given), time.process_time() - began


@torch.inference_mode()
def compare(title, settings, shape, grid, curves):
    """One line: both answers must be the same."""
    network = build(settings, channels=shape[1], classes=10, seed=0)
    images = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    network.trunk.train()(images)  # statistics for the normalisation
    labels = network.trunk.eval()(images).argmax(1)
    shapes = {step: output.shape[1] for step, output in walk(network, images[:1])}
    sizes = {module: shapes[blocks[0]] for module, blocks in network.modules.items()}
    points = [Point(module, count, size) for module, size in sizes.items() for count in grid(size)]
    ranked = {(m, b): np.arange(sizes[m])[::-1].copy() for m in sizes for b in range(len(network.modules[m]))}
    order = partial(channel_order, "fixed_orders", ranked, ("ablation", 0, 0))
    given = (network, images, labels, points, curves, partial(channel_masks, network, order, 0, None))
    (slow, slowly), (fast, quickly) = timed(naive, *given), timed(correct_images, *given)
    assert torch.equal(slow, fast), "the answers differ"
    print(f"{title}: {slowly / quickly:.1f} times as fast as hooks ({quickly:.2f} s, {slowly:.2f} s), same answers")


if __name__ == "__main__":
    torch.set_num_threads(1)
    for title, case in CASES.items():
        compare(title, *case)
