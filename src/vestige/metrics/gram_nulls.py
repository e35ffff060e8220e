"""Gram matrices of the same vectors, one a unit, whose relations between units are destroyed at random.

An association matrix is a Gram matrix: its entries are products of units' vectors. Here each unit's vector is permuted
or rotated by itself, so that its length and what it consists of stay, and the products between units are chance.
"""

import numpy as np
import torch
from torch import Tensor

from vestige.metrics.association import gram


def draw_orders(units: int, images: int, stream: np.random.Generator) -> Tensor:
    """(images, units) an order of the images for each unit, independent of the other units'."""
    orders = stream.permuted(np.tile(np.arange(images), (units, 1)), axis=1)
    return torch.from_numpy(orders.T.copy())


def permuted_covariance(units: Tensor, orders: Tensor) -> Tensor:
    """(units, units) the covariance of units (images, units, positions), each over images in `orders` (images, units).

    Image a shows of unit i what image orders[a, i] showed of it, at all positions. Means and variances are those of
    the units as they are.
    """
    images, _, positions = units.shape
    deviations = units - units.mean(0)
    return gram(deviations.gather(0, orders[:, :, None].expand(-1, -1, positions))) / (images * positions)


def draw_rotations(shape: tuple[int, ...], size: int, stream: np.random.Generator) -> Tensor:
    """(*shape, size, size) orthogonal matrices from the Haar measure, reflections included (Mezzadri 2007)."""
    drawn = torch.from_numpy(stream.normal(size=(*shape, size, size)))
    found, triangle = torch.linalg.qr(drawn)
    return found * triangle.diagonal(dim1=-2, dim2=-1).sign().unsqueeze(-2)


def rotated_grams(vectors: Tensor, rotations: Tensor) -> Tensor:
    """(draws, units, units) the products of rotated vectors, summed over images and positions.

    Vectors are (images, units, positions, size), and rotations (draws, units, size, size): of each unit the same one
    at all images and positions.
    """
    rows = vectors.transpose(0, 1).flatten(1, 2)  # (units, images x positions, size)
    turned = ((rows @ rotation.mT).flatten(1) for rotation in rotations)
    return torch.stack([each @ each.T for each in turned])


def draw_frame(size: int, most: int, stream: np.random.Generator) -> Tensor:
    """(k, size) rows F that keep the lengths |F v| = |v| of vectors (size): exactly if size <= most, else in the mean.

    Where there are more coordinates than `most`, the rows are that many orthonormal directions at random, times
    (size / most)^(1/2).
    """
    if size <= most:
        return torch.eye(size, dtype=torch.float64)
    found, _ = torch.linalg.qr(torch.from_numpy(stream.normal(size=(size, most))))
    return found.T * (size / most) ** 0.5
