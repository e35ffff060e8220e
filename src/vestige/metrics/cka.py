"""Centred kernel alignment from minibatches, by the unbiased estimator of HSIC (Nguyen et al. 2021, equation 3)."""

import torch
from torch import Tensor

SMALLEST_BATCH = 4  # n(n - 3) divides
ROUNDING = 8  # units in the last place of a feature's largest value


def deviations(features: Tensor) -> Tensor:
    """(n, ...) -> (n, features): what differs between images; exactly 0 where nothing does beyond rounding.

    CKA does not depend on what is the same for all images. Left in, it is the largest part of the Gram matrix, and the
    answer is a small difference of large numbers, or NaN. The first image goes first because a mean of equal numbers
    need not equal them.
    """
    flat = features.flatten(1)
    varying = flat - flat[:1]
    resolved = largest(varying) > ROUNDING * torch.finfo(flat.dtype).eps * largest(flat)
    return varying.sub_(varying.mean(0)).mul_(resolved)


def largest(values: Tensor) -> Tensor:
    """(n, ...) -> (...): the largest size, without a copy of all sizes."""
    return torch.maximum(values.amax(0), -values.amin(0))


def centred_gram(features: Tensor) -> Tensor:
    """(n, ...) features of n >= 4 images -> (n, n) U-centred linear Gram matrix in float64 (Szekely and Rizzo 2014)."""
    varying = deviations(features)
    scale = largest(varying.flatten())
    varying.div_(torch.where(scale > 0, scale, 1))  # or squares of very small or large features leave float32
    gram = (varying @ varying.T).double().fill_diagonal_(0) * scale.double() ** 2
    rows = gram.sum(1) / (len(gram) - 2)
    rows = rows - rows.sum() / (2 * (len(gram) - 1))
    return (gram - rows[:, None] - rows[None, :]).fill_diagonal_(0)


def hsic(grams: Tensor) -> Tensor:
    """(layers, n, n) U-centred Gram matrices of one batch -> (layers, layers) unbiased HSIC, symmetric to the last bit.

    Its diagonal is a sum of squares, never negative. It is summed over batches before `alignment`.
    """
    layers, n, _ = grams.shape
    rows = grams.reshape(layers, -1)
    return torch.stack([(rows * row).sum(1) for row in rows]) / (n * (n - 3))


def alignment(summed: Tensor) -> Tensor:
    """(layers, layers) summed HSIC -> CKA, 1 on the diagonal; NaN for features that are the same for every image."""
    own = summed.diagonal()
    return summed / torch.sqrt(own[:, None] * own[None, :])
