"""Associations between the units of a layer, upstream and downstream (Lange et al. 2022, section 3.1).

Units are (images, units, positions) tensors: those of a linear layer have one position, a channel of a convolution has
many, which are averaged over. All matrices are (units, units), and sums over images are in float64.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

LEAST_ROOT = 1e-12  # of a unit's association with itself: by less nothing is divided (the authors')


def gram(rows: Tensor) -> Tensor:
    """(..., images, units, positions) -> (units, units): the products of units, summed over all else."""
    together = rows.double().movedim(-2, -1).flatten(0, -2)
    return together.T @ together


class Covariance:
    """The covariance of units over images, its mean over positions, from one batch after another."""

    def __init__(self):
        self.count, self.shift, self.sums, self.products = 0, 0, 0, 0

    def add(self, units: Tensor) -> None:
        """Add a batch (images, units, positions). What is near the mean goes first: it would cost digits."""
        units = units.double()
        if self.count == 0:
            self.shift = units.mean(0)
        deviations = units - self.shift
        self.count += len(units)
        self.sums = self.sums + deviations.sum(0)
        self.products = self.products + gram(deviations)

    def matrix(self) -> Tensor:
        """(units, units) the covariance, divided by the number of images."""
        positions = self.sums.shape[1]
        return (self.products - self.sums @ self.sums.T / self.count) / (self.count * positions)


def root_of_gram(weights: Tensor) -> Tensor:
    """(units, r) a matrix R with RR' = WW', of weights W (units, inputs); r is the smaller of both."""
    return torch.linalg.qr(weights.T, mode="r").R.T


def input_grams(root: Tensor, weights: Sequence[Tensor], active: Sequence[Tensor]) -> list[Tensor]:
    """(units, units) for each layer of a ReLU network: the products of units' input gradients, summed over images.

    `active` (images, units) says by layer which units are above 0, `root` is that of the first layer's weights, and
    `weights` are those of the others. With D = diag(active), the gradients J of a layer are D W of those of the layer
    below; no J is formed, but a matrix with the same JJ', as wide as the first layer, not as there are pixels.
    """
    rows = active[0].T.unsqueeze(2) * root.unsqueeze(1)  # (units, images, r): every product is of two large matrices
    found = [active[0].T @ active[0] * (root @ root.T)]
    for each, above in zip(weights, active[1:], strict=True):
        rows = (each @ rows.flatten(1)).unflatten(1, rows.shape[1:]).mul_(above.T.unsqueeze(2))
        flat = rows.flatten(1)
        found.append(flat @ flat.T)
    return found


def normalise(association: Tensor) -> Tensor:
    """(units, units) |A_ij| / sqrt(|A_ii| |A_jj|): absolute correlations of covariances, cosines of gradients."""
    size = association.abs()
    root = size.diagonal().sqrt().clamp(min=LEAST_ROOT)
    return size / root[:, None] / root


def relative_error(each: Tensor) -> float:
    """By how much the mean of (directions, units, units) may be off: its standard error, as a share of its size.

    Both are roots of mean squares over pairs of units. NaN of a single direction, or where all is zero.
    """
    count, units = len(each), each.shape[-1]
    off = ~torch.eye(units, dtype=torch.bool, device=each.device)
    mean = each.mean(0)[off]
    if count < 2 or not mean.any():
        return float("nan")
    variance = each.var(0)[off] / count
    return float((variance.mean() / mean.square().mean()).sqrt())
