"""The layers of a small result, its settings, and what was found of one layer."""

from types import SimpleNamespace

import numpy as np
import torch

from vestige.stages import clustering

EPOCHS, LAYERS = (0, 3), {"hidden1": (1, 0), "layer2.1": (4, 1)}
UNITS = {"hidden1": 12, "layer2.1": 9}
SAID = {"restarts": 2, "steps": 150, "entropy": 0.15, "seed": 0, "nulls": {"shuffled": 3, "strengths": 2}}


def settings(**changed):
    return SimpleNamespace(clustering=clustering.Settings(**SAID | changed))


def matrix_of(units, seed, dead=()):
    """Associations in two groups, of either sign."""
    rng = np.random.default_rng(seed)
    drawn = rng.normal(size=(units, 20)) + 2 * np.repeat(rng.normal(size=(2, 20)), (units + 1) // 2, axis=0)[:units]
    drawn[list(dead)] = 0
    return torch.from_numpy(drawn @ drawn.T)


def of_layer(clusters, module):
    return clusters.isel(unit=clusters["module"] == module)
