"""Associations without groups of units, to which the modularity that a search finds is held.

Each takes a normalised matrix (units, units). A dead unit stays dead.
"""

import numpy as np

from vestige.metrics.modularity import DEAD, find_alive, normalise

BALANCED = 1e-10  # by how much, of itself, a strength may differ from the one that it is to have
ROUNDS = 2000  # of scaling, at most; a few dozen are usual


def shuffle_entries(matrix: np.ndarray, random: np.random.Generator, dead: float = DEAD) -> np.ndarray:
    """(n, n) the same associations between other pairs of live units. It keeps their values, and no unit's strength."""
    return from_pairs(matrix, lambda values, rows, columns: random.permutation(values), dead)


def keep_strengths(matrix: np.ndarray, random: np.random.Generator, dead: float = DEAD) -> np.ndarray:
    """(n, n) a matrix in which every unit's strength is as it was, and nothing else is but for chance.

    What associations exceed the product of both strengths by is shuffled between pairs of live units, and rows and
    columns are then scaled until strengths are those of the matrix; NaN where no scaling makes them so, as where a
    unit is associated with a single other one.
    """
    strength = np.where(find_alive(matrix, dead), matrix.sum(axis=1), 0)

    def shuffle_excess(values, rows, columns):
        return random.permutation(values / (strength[rows] * strength[columns])) * strength[rows] * strength[columns]

    return scale_to(from_pairs(matrix, shuffle_excess, dead), strength)


NULLS = {"shuffled": shuffle_entries, "strengths": keep_strengths}
# Of each null what it keeps, and how it is drawn.
ABOUT = {
    "shuffled": ("the associations, not the units' strengths", "they are dealt out anew to pairs of live units"),
    "strengths": (
        "the sum of associations of every unit",
        "what exceeds the product of both strengths is dealt out anew, then rows and columns are scaled to strengths",
    ),
}


def from_pairs(matrix: np.ndarray, change, dead: float) -> np.ndarray:
    """(n, n) symmetric, normalised, of what `change` makes of the associations of the pairs of live units."""
    alive = np.flatnonzero(find_alive(matrix, dead))
    one, other = np.triu_indices(len(alive), 1)
    rows, columns = alive[one], alive[other]
    changed = np.zeros_like(matrix)
    changed[rows, columns] = change(matrix[rows, columns], rows, columns)
    return normalise(changed + changed.T)


def scale_to(matrix: np.ndarray, strength: np.ndarray) -> np.ndarray:
    """(n, n) s_i M_ij s_j with strengths (n), by rounds of scaling (Sinkhorn and Knopp 1967); NaN if none is near."""
    scaled, bound = matrix, BALANCED * strength
    for _ in range(ROUNDS):
        now = scaled.sum(axis=1)
        if (np.abs(now - strength) <= bound).all():
            return scaled
        factor = np.sqrt(np.divide(strength, now, out=np.ones_like(now), where=now > 0))
        scaled = scaled * (factor[:, np.newaxis] * factor)  # symmetric to the last bit
    return np.full_like(matrix, np.nan)
