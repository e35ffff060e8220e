"""The selectivity of all units, against plain inference of the same images, and against the same in float64.

`python bench/selectivity.py` times both; with the folder of a study, such as `results/digits`, it also says how far the
indices of all its checkpoints are from those of networks in float64.
"""

import sys
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import numpy as np
import torch
import trained
from gpu_comparisons import LEAST

from vestige.data.loader import Split, split_of
from vestige.models import bottleneck_resnet, resnet
from vestige.models.network import Network, build
from vestige.stages import class_responses
from vestige.training.evaluation import each_checkpoint, load_network, walk

ROUNDS, SECONDS = 5, 4  # of which each case takes at least as many
CASES = {
    "digits, 360 images of 8x8": (
        bottleneck_resnet.Settings(family="bottleneck_resnet", blocks=(1, 2, 2, 1), width=16),
        (360, 1, 8, 8),
    ),
    "ResNet-18, 128 images of 96x96": (resnet.Settings(family="resnet", depth=18), (128, 3, 96, 96)),
    "ResNet-50, 64 images of 96x96": (resnet.Settings(family="resnet", depth=50), (64, 3, 96, 96)),
}


def time_in_turn(functions: dict) -> dict[str, float]:
    """Median seconds of processor time of each function, called in turn, forwards and backwards, for a while."""
    seconds, began = {name: [] for name in functions}, time.monotonic()
    for round_ in count():
        for name in [*functions][:: -1 if round_ % 2 else 1]:
            start = time.process_time()
            functions[name]()
            seconds[name].append(time.process_time() - start)
        if round_ >= ROUNDS and time.monotonic() - began > SECONDS:
            return {name: float(np.median(each[1:])) for name, each in seconds.items()}
    raise AssertionError


def infer(network: Network, split: Split, rows: np.ndarray) -> torch.Tensor:
    """Plain inference: the logits of all images."""
    return torch.cat([network.trunk(images) for images, _ in split.batches(rows)])


@torch.inference_mode()
def time_both(title: str, settings, shape: tuple[int, ...]) -> None:
    """One line: processor time of the class means of all units, over that of plain inference; medians in turn."""
    network = build(settings, channels=shape[1], classes=10, seed=0)
    network.trunk.eval()
    random = np.random.default_rng(0)
    pixels, labels = random.integers(0, 256, shape, dtype=np.uint8), np.arange(shape[0]) % 10
    half = torch.full(shape[1:2], 0.5)
    split, rows, classes = (
        Split(pixels, labels, class_responses.INNER, half, half / 2),
        np.arange(shape[0]),
        np.arange(10),
    )
    both = {
        "plain": lambda: infer(network, split, rows),
        "measured": lambda: class_responses.class_means(network, split, rows, classes),
    }
    seconds = time_in_turn(both)
    plain, measured = seconds["plain"], seconds["measured"]
    found = both["measured"]()
    network.trunk.double()
    exact = class_means_in_float64(network, split, rows, classes)
    worst = max(np.abs(found[name] - exact[name]).max() / exact[name].max() for name in exact)
    assert worst < 1e-5, f"the answers differ by {worst}"
    print(f"{title}: {measured / plain:.2f} times plain inference ({measured:.3f} s, {plain:.3f} s), {worst:.0e} apart")


def class_means_in_float64(network: Network, split: Split, rows: np.ndarray, classes: np.ndarray) -> dict:
    """The class means of a network in float64, one batch at a time."""
    responses: dict[str, list] = {}
    for images, _ in split.batches(rows):
        for name, output in walk(network, images.double()):
            responses.setdefault(name, []).append(output)
    labels = split.labels[rows]
    names = [name for _, _, name in class_responses.places(network)]
    pooled = {name: torch.cat(responses[name]).flatten(2).mean(2) for name in names}
    return {
        name: np.stack([each[labels == label].mean(0).numpy() for label in classes]) for name, each in pooled.items()
    }


@torch.inference_mode()
def compare_study(folder: Path) -> None:
    """One line a condition: how far indices in float32 are from those in float64, over all checkpoints and units."""
    study = trained.trained(folder)
    by_condition: dict[str, list] = {}
    for run in study.runs:
        by_condition.setdefault(run["condition"].item(), []).extend(differences(study, run))
    for condition, found in by_condition.items():
        heard, faint, other = (np.array(each) for each in zip(*found, strict=True))
        fainter, units = faint.sum(0)
        silent, moved = other.sum(0)
        print(
            f"{condition}, {len(found)} checkpoints, {units} units: indices {heard.max():.1e} apart at most", end="; "
        )
        print(f"{fainter} units are fainter; {silent} are silent in one alone, {moved} prefer another class")


def differences(study, run) -> Iterator[tuple]:
    """For each checkpoint: the largest difference, how many units are fainter, of all, and how many differ in kind."""
    settings = trained.settings_of(run, selectivity={"batch_size": 512, "epsilon": 1e-6})
    network = load_network(settings, study.images, torch.device("cpu"))
    split = split_of(study.images, settings.images, "val", 512, torch.device("cpu"))
    rows, classes = np.arange(len(split.labels)), np.unique(split.labels)
    for _ in each_checkpoint(network, "all", run, trained.checkpoints(study, run)):
        single = class_responses.class_means(network, split, rows, classes)
        network.trunk.double()
        double = class_means_in_float64(network, split, rows, classes)
        network.trunk.float()
        one, other = (
            {name: class_responses.indices(each, classes, 1e-6) for name, each in means.items()}
            for means in (single, double)
        )
        apart, faint, kinds = 0.0, 0, np.zeros(2, dtype=int)
        for name, index in other.items():
            heard = index["response_max"] > LEAST * index["response_max"].max()
            both = heard & ~np.isnan(one[name]["selectivity"]) & ~np.isnan(index["selectivity"])
            apart = max(apart, np.abs(one[name]["selectivity"] - index["selectivity"])[both].max(initial=0))
            faint += (~heard).sum()
            silent = np.isnan(one[name]["selectivity"]) != np.isnan(index["selectivity"])
            moved = (one[name]["preferred_class"] != index["preferred_class"]) & ~silent
            kinds += silent.sum(), moved.sum()
        yield apart, (faint, sum(len(each["selectivity"]) for each in other.values())), kinds


if __name__ == "__main__":
    torch.set_num_threads(1)
    for title, case in CASES.items():
        time_both(title, *case)
    for folder in sys.argv[1:]:
        compare_study(Path(folder))
