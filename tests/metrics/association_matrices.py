"""Matrices of associations with groups, and the random numbers of searches in them."""

import numpy as np

from vestige.foundation.random import generator
from vestige.metrics.modularity import normalise

ENTROPY = 0.15


def structured(n, seed=0, strength=1.0, dead=()):
    """The normalised matrix of absolute correlations of units that share a few factors."""
    rng = np.random.default_rng(seed)
    factors = rng.normal(size=(300, 4)) @ (rng.normal(size=(4, n)) * (rng.random((4, n)) < 0.4))
    association = np.abs(np.corrcoef((rng.normal(size=(300, n)) + strength * factors).T))
    for unit in dead:
        association[unit] = association[:, unit] = 0
    return normalise(association)


def streams(*counts, key="chain"):
    return [[generator(key, one, two) for two in range(counts[1])] for one in range(counts[0])]


def same(first, second):
    """Whether two partitions are one, whatever their numbers."""
    pairs = set(zip(first.tolist(), second.tolist(), strict=True))
    return len(pairs) == len(set(first.tolist())) == len(set(second.tolist()))
