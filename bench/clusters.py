"""Associations and clusters of a perceptron's units, against a plain implementation of the way they were published.

The plain way is PyTorch in float32, vectorised over the images of a batch of 100: a pass for each measure, a gradient
for each unit or logit; and in the search the Q of each proposal computed of the whole matrix. Answers are checked, in
float64: associations to 1e-9, and Q for the same moves to 1e-12. Prints seconds of processor time and ratios:
`python bench/clusters.py [--images 10000] [--steps 5000]`.
"""

import argparse
import time
from dataclasses import replace

import numpy as np
import torch
import torch.nn.functional as F

from vestige.data.loader import Split
from vestige.foundation.random import generator
from vestige.metrics.cluster_chains import Chains
from vestige.metrics.cluster_search import sample_moves, split_by_spectrum
from vestige.metrics.modularity import normalise
from vestige.models import mlp
from vestige.models.network import build, forward
from vestige.stages.unit_association import PLAIN, associate

HIDDEN, PIXELS, CLASSES, ENTROPY = (64, 64), 28, 10, 0.15
MATRICES, RESTARTS = 16, 16  # two layers by eight measures, whose chains run side by side
CHECKED = 200  # images over which answers are compared
TOLERANCE = 0.01  # nats by which the entropy of a step may miss, in both ways


def timed(function, *given):
    """What a function gives, and the seconds of processor time that it takes."""
    began = time.process_time()
    return function(*given), time.process_time() - began


def images_and_labels(count: int) -> Split:
    """Blurred noise, which units of a network tell apart, and labels."""
    drawn = torch.from_numpy(np.random.default_rng(0).normal(size=(count, 1, PIXELS, PIXELS)))
    smooth = F.avg_pool2d(drawn, 7, 1, 3)
    pixels = (128 + 400 * smooth).clamp(0, 255).to(torch.uint8).numpy()
    return Split(pixels, np.arange(count) % CLASSES, 500, torch.tensor([0.5]), torch.tensor([0.3]))


def associate_plainly(network, split: Split) -> dict[str, dict[str, torch.Tensor]]:
    """Each plain measure of each layer, in a pass of its own, by one gradient for each unit or logit."""
    layers = [f"hidden{number}" for number in range(1, len(HIDDEN) + 1)]
    return {name: {measure: PLAINLY[measure](network, split, name) for measure in PLAIN} for name in layers}


def passes(network, split: Split, layer: str):
    """Images, units (images, units), logits and labels, batch by batch, each with its graph."""
    for images, labels in split.batches(np.arange(len(split.labels))):
        images = images.to(next(network.trunk.parameters()).dtype).requires_grad_()
        logits, outputs = forward(network, images, [layer])
        yield images, outputs[layer], logits, labels


def covariance_plainly(network, split: Split, layer: str) -> torch.Tensor:
    """The mean of products less the product of means."""
    units = [each.flatten(1).detach() for _, each, _, _ in passes(network, split, layer)]
    mean = sum(each.sum(0) for each in units) / len(split.labels)
    return sum(each.T @ each for each in units) / len(split.labels) - torch.outer(mean, mean)


def input_gradient_plainly(network, split: Split, layer: str) -> torch.Tensor:
    """The Jacobian of units with respect to pixels, a row for each unit."""
    total = 0
    for images, units, _, _ in passes(network, split, layer):
        units = units.flatten(1)
        rows = [torch.autograd.grad(unit.sum(), images, retain_graph=True)[0].flatten(1) for unit in units.T]
        jacobian = torch.stack(rows, 1)
        total = total + torch.einsum("bik,bjk->ij", jacobian, jacobian)
    return total / len(split.labels)


def output_gradient_plainly(network, split: Split, layer: str) -> torch.Tensor:
    """The Jacobian of logits with respect to units, a row for each logit."""
    total = 0
    for _, units, logits, _ in passes(network, split, layer):
        rows = [torch.autograd.grad(logit.sum(), units, retain_graph=True)[0].flatten(1) for logit in logits.T]
        jacobian = torch.stack(rows, 1)
        total = total + torch.einsum("boi,boj->ij", jacobian, jacobian)
    return total / len(split.labels)


def output_hessian_plainly(network, split: Split, layer: str) -> torch.Tensor:
    """The Hessian of the loss, differentiated twice, a row for each unit."""
    total = 0
    for _, units, logits, labels in passes(network, split, layer):
        loss = F.cross_entropy(logits, labels, reduction="sum")
        (gradient,) = torch.autograd.grad(loss, units, create_graph=True)
        rows = [torch.autograd.grad(each.sum(), units, retain_graph=True)[0] for each in gradient.flatten(1).T]
        total = total + torch.stack([row.flatten(1).sum(0) for row in rows])
    return total / len(split.labels)


PLAINLY = {
    "covariance": covariance_plainly,
    "input_gradient": input_gradient_plainly,
    "output_gradient": output_gradient_plainly,
    "output_hessian": output_hessian_plainly,
}


def compare_associations(count: int) -> tuple[float, float]:
    """Seconds of the plain way in float32, and of ours; in float64, over fewer images, their answers are the same."""
    split = images_and_labels(count)
    network = build(mlp.Settings(family="mlp", inputs=PIXELS**2, hidden=HIDDEN), 1, CLASSES, seed=0)
    network.trunk.eval().requires_grad_(False)
    _, slowly = timed(associate_plainly, network, replace(split, batch_size=100))
    network.trunk.double()
    few = replace(split, images=split.images[:CHECKED], labels=split.labels[:CHECKED])
    expected = associate_plainly(network, few)
    found = associate(network, few, None, None)
    for name, measures in expected.items():
        for measure, matrix in measures.items():
            torch.testing.assert_close(found.matrices[name][measure], matrix, rtol=1e-9, atol=1e-12)
    _, quickly = timed(associate, network, split, None, None)
    return slowly, quickly


def matrix_of(seed: int) -> np.ndarray:
    """A normalised matrix of correlations of units that share factors."""
    rng = np.random.default_rng(seed)
    shared = rng.normal(size=(300, 5)) @ (rng.normal(size=(5, 64)) * (rng.random((5, 64)) < 0.4))
    return normalise(np.abs(np.corrcoef((rng.normal(size=(300, 64)) + shared).T)))


def modularity_of(matrix: torch.Tensor, member: torch.Tensor) -> torch.Tensor:
    """Q of a table (units, clusters) of members, by its definition."""
    ends = member.T @ matrix @ member
    return torch.trace(ends) - (ends.sum(1) ** 2).sum()


def sample_plainly(matrix: torch.Tensor, start: np.ndarray, steps: int, stream) -> tuple[float, list[tuple]]:
    """Algorithm 3 in PyTorch: the best Q proposed, and each move made, with Q after it."""
    units = len(matrix)
    member = torch.eye(units, dtype=matrix.dtype)[start]
    best, moves, temperature = modularity_of(matrix, member).item(), [], 1e-3
    drawn = stream.random((2, steps))
    for unit, point in zip((drawn[0] * units).astype(int), drawn[1], strict=True):
        sizes = member.sum(0)
        candidates = [*torch.nonzero(sizes > 0).flatten().tolist(), *torch.nonzero(sizes == 0).flatten()[:1].tolist()]
        proposals = []
        for cluster in candidates:
            proposed = member.clone()
            proposed[unit] = 0
            proposed[unit, cluster] = 1
            proposals.append(modularity_of(matrix, proposed))
        quality = torch.stack(proposals)
        best = max(best, quality.max().item())
        temperature = temperature_of(quality, temperature)
        shares = torch.softmax(quality / temperature, 0)
        chosen = int((shares.cumsum(0) < point).sum())
        chosen = min(chosen, len(candidates) - 1)
        member[unit] = 0
        member[unit, candidates[chosen]] = 1
        moves.append((unit, candidates[chosen], quality[chosen].item()))
    return best, moves


def temperature_of(quality: torch.Tensor, guess: float) -> float:
    """The temperature at which the softmax of qualities has the entropy asked for: by halving, from a guess."""
    low, high, temperature = 1e-6, 1e6, guess
    for _ in range(100):
        shares = torch.softmax(quality / temperature, 0)
        off = ENTROPY + (shares * torch.log(shares + 1e-30)).sum().item()
        if abs(off) < TOLERANCE:
            break
        low, high = (temperature, high) if off > 0 else (low, temperature)
        temperature = (low * high) ** 0.5 if high < 1e6 or low > 1e-6 else temperature * (10 if off > 0 else 0.1)
    return temperature


def replay(matrix: np.ndarray, start: np.ndarray, moves: list[tuple]) -> float:
    """The largest difference between Q after each of some moves, by the formula of gains, and as they were made."""
    chains, worst = Chains(matrix[np.newaxis], np.array([0]), start[np.newaxis]), 0.0
    names = {int(cluster): int(cluster) for cluster in np.unique(start)}
    for unit, cluster, quality in moves:
        if cluster not in names or not chains.sizes[names[cluster], 0]:
            names[cluster] = int((chains.sizes[:, 0] == 0).argmax())
        target = np.array([names[cluster]])
        if chains.partition[0, unit] != target[0]:
            gain = chains.find_gains(np.array([unit]))[target, 0]
            chains.move(np.array([0]), np.array([unit]), target, gain)
        worst = max(worst, abs(chains.quality[0] - quality))
    return worst


def compare_searches(steps: int) -> tuple[float, dict[int, float]]:
    """Seconds of a chain in the plain way, and of one of so many chains side by side."""
    matrices = np.stack([matrix_of(seed) for seed in range(MATRICES)])
    starts = np.stack([split_by_spectrum(each) for each in matrices])
    plain = torch.from_numpy(matrices[0])
    (_, moves), slowly = timed(sample_plainly, plain, starts[0], steps, generator("bench", 0))
    worst = replay(matrices[0], starts[0], moves)
    assert worst < 1e-12, f"Q of the same moves differs by {worst:.1e}"
    found = {}
    for restarts in (1, RESTARTS):
        which = np.repeat(np.arange(MATRICES), restarts)
        streams = [generator("bench", number) for number in range(len(which))]
        _, seconds = timed(sample_moves, matrices, which, starts[which], steps, ENTROPY, streams)
        found[len(which)] = seconds / len(which)
    return slowly, found


def main() -> None:
    """Print both comparisons."""
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--images", type=int, default=10_000)
    asked.add_argument("--steps", type=int, default=5000)
    given = asked.parse_args()
    torch.set_num_threads(1)
    slowly, quickly = compare_associations(given.images)
    print(f"associations of 64-64, {given.images:,} images: {slowly / quickly:.0f} times as fast ", end="")
    print(f"({quickly:.2f} s, {slowly:.1f} s)", flush=True)
    slowly, found = compare_searches(given.steps)
    for chains, quickly in found.items():
        print(f"{given.steps:,} moves, one of {chains} chains: {slowly / quickly:.0f} times as fast ", end="")
        print(f"({quickly:.4f} s, {slowly:.1f} s)", flush=True)


if __name__ == "__main__":
    main()
