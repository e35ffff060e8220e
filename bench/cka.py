"""CKA between all modules and the head by our estimator, against torch-cka in float64."""

import time

import numpy as np
import torch

from vestige.data.loader import Split
from vestige.models import bottleneck_resnet, resnet
from vestige.models.network import build
from vestige.stages.layer_similarity import library, measured_layers, minibatch

CASES = {
    "digits, 360 images of 8x8, batches of 64": (
        bottleneck_resnet.Settings(family="bottleneck_resnet", blocks=(1, 2, 2, 1), width=16),
        (360, 1, 8, 8),
        64,
    ),
    "ResNet-18, 64 images of 96x96, batches of 32": (resnet.Settings(family="resnet", depth=18), (64, 3, 96, 96), 32),
}


def timed(function, *given):
    """What a function gives, and the seconds of processor time it takes."""
    began = time.process_time()
    return function(*given), time.process_time() - began


@torch.inference_mode()
def compare(title, settings, shape, size):
    """One line: the answers must agree to 1e-5."""
    network = build(settings, channels=shape[1], classes=10, seed=0)
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    noise = Split(pixels, np.zeros(shape[0]), size, torch.full(shape[1:2], 0.5), torch.full(shape[1:2], 0.3))
    network.trunk.train()(*next(noise.batches(np.arange(size)))[:1])  # statistics for the normalisation
    network.trunk.eval()
    given = ([network], measured_layers(network), noise, np.arange(shape[0]))
    library(*given)  # the first call imports it
    (theirs, slowly), (ours, quickly) = timed(library, *given), timed(minibatch, *given)
    worst = float((ours - theirs).abs().max())
    assert worst < 1e-5, f"the answers differ by {worst}"
    times = f"({quickly:.2f} s, {slowly:.2f} s)"
    print(f"{title}: {slowly / quickly:.1f} times as fast as torch-cka {times}, {worst:.0e} apart")


if __name__ == "__main__":
    torch.set_num_threads(1)
    for title, case in CASES.items():
        compare(title, *case)
