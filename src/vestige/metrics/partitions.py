"""How far two partitions of the same units agree (Lange et al. 2022, section 3.3).

Partitions are arrays (units) of whole numbers, one a cluster; -1 is a dead unit, in none. Before two are compared,
`drop_dead` leaves out units that are dead in one of them, or `share_dead` makes one cluster of them, as the authors do.
"""

import numpy as np
from scipy.special import gammaln, xlogy

NOTHING = 1e-15  # below it an entropy, or what chance leaves of a similarity, is 0 but for rounding


def drop_dead(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both partitions, of the units that are alive in both."""
    both = (first >= 0) & (second >= 0)
    return first[both], second[both]


def share_dead(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both partitions, the dead units of each in one cluster more, as the authors have it."""
    return tuple(np.where(each < 0, each.max(initial=-1) + 1, each) for each in (first, second))


def count_shared(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(clusters, clusters) how many units are in a cluster of the first partition and in one of the second.

    >>> count_shared(np.array([0, 0, 1]), np.array([0, 1, 1])).tolist()
    [[1, 1], [0, 1]]
    """
    if not len(first):
        return np.zeros((0, 0), dtype=int)
    (rows, first), (columns, second) = (np.unique(each, return_inverse=True) for each in (first, second))
    table = np.zeros((len(rows), len(columns)), dtype=int)
    np.add.at(table, (first, second), 1)
    return table


def element_centric(first: np.ndarray, second: np.ndarray) -> float:
    """Element-centric similarity (Gates et al. 2019) of flat partitions: 1 where they are one; NaN of no units.

    It is the mean over units of |C and D| / max(|C|, |D|), of the clusters C and D that hold the unit, whatever the
    restart probability of its random walks (0.9 in CluSim and in the paper).

    >>> element_centric(np.array([0, 0, 1, 1]), np.array([0, 0, 0, 1]))
    0.5416666666666666
    """
    table = count_shared(first, second)
    if not table.size:
        return float("nan")
    return float((table**2 / larger_sizes(table)).sum() / table.sum())


def expect_element_centric(first: np.ndarray, second: np.ndarray) -> float:
    """Its mean over all ways to deal the units out to the clusters of the second partition, whose sizes are kept.

    A unit is in C and in D with probability |C||D|/n^2, and shares them, on average, with (|C|-1)(|D|-1)/(n-1) others.
    """
    table = count_shared(first, second)
    if not table.size:
        return float("nan")
    n, rows, columns = table.sum(), table.sum(axis=1)[:, np.newaxis], table.sum(axis=0)[np.newaxis]
    others = (rows - 1) * (columns - 1) / max(n - 1, 1)
    return float((rows * columns / n**2 * (1 + others) / larger_sizes(table)).sum())


def adjust(similarity, expected):
    """A similarity without what chance gives: 0 by chance, 1 where it is 1, NaN where chance gives 1 already."""
    room = 1 - np.asarray(expected, dtype=float)
    known = room > NOTHING
    return np.where(known, (similarity - np.asarray(expected)) / np.where(known, room, 1), np.nan)


def larger_sizes(table: np.ndarray) -> np.ndarray:
    """(clusters, clusters) the larger of the sizes of a cluster of the first and of one of the second partition."""
    return np.maximum(table.sum(axis=1)[:, np.newaxis], table.sum(axis=0)[np.newaxis])


def match_greedily(first: np.ndarray, second: np.ndarray) -> float:
    """The units in matching clusters, where the pair that shares most is matched first, as a share of the live units.

    The live units are those of the partition that has fewer (the authors').
    """
    table = count_shared(*drop_dead(first, second)).astype(float)
    fewest, matched = min((first >= 0).sum(), (second >= 0).sum()), 0.0
    while table.size and table.max() > 0:
        row, column = np.unravel_index(table.argmax(), table.shape)
        matched += table[row, column]
        table[row], table[:, column] = 0, 0
    return float(matched / fewest) if fewest else float("nan")


def entropy(sizes: np.ndarray) -> float:
    """The entropy in bits of shares that are as these sizes."""
    shares = sizes / sizes.sum()
    return float(-xlogy(shares, shares).sum() / np.log(2))


def variation_of_information(first: np.ndarray, second: np.ndarray) -> float:
    """Meila's distance in bits: the entropy of each partition given the other, summed; 0 where they are one.

    >>> variation_of_information(np.array([0, 0, 1, 1]), np.array([0, 0, 0, 0]))
    1.0
    """
    table = count_shared(first, second)
    if not table.size:
        return float("nan")
    return max(2 * entropy(table.ravel()) - entropy(table.sum(axis=1)) - entropy(table.sum(axis=0)), 0.0)


def variation_similarity(first: np.ndarray, second: np.ndarray) -> float:
    """1 less the mean of what the entropy of each partition is given the other, as a share of its own.

    1 where both are one, 0 where they are independent; NaN where one is a single cluster. It is what the authors call
    the variation of information normalised by entropy.
    """
    table = count_shared(first, second)
    if not table.size:
        return float("nan")
    own = [entropy(table.sum(axis=axis)) for axis in (1, 0)]
    if min(own) < NOTHING:
        return float("nan")
    joint = entropy(table.ravel())
    return 1 - ((joint - own[0]) / own[1] + (joint - own[1]) / own[0]) / 2


def reduced_mutual_information(first: np.ndarray, second: np.ndarray, normalised: bool = False) -> float:
    """Newman, Cantwell and Young's (2020) mutual information, bits a unit, less what a table of these margins costs.

    Normalised, as a share of the mean of that of each partition with itself: 1 where they are one. The number of tables
    is approximated as by Diaconis and Efron (1985), as in CluSim.
    """
    table = count_shared(first, second)
    if not table.size:
        return float("nan")
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    found = log_ways(table) - log_tables(rows, columns)
    if not normalised:
        return float(found / table.sum() / np.log(2))
    own = [log_ways(np.diag(sizes)) - log_tables(sizes, sizes) for sizes in (rows, columns)]
    return float(2 * found / sum(own)) if sum(own) > NOTHING else float("nan")


def log_ways(table: np.ndarray) -> float:
    """The log of n! and the factorials of a table, over those of its margins: n times the mutual information (nats)."""
    margins = (table.sum(axis=1), table.sum(axis=0))
    return float(gammaln(table.sum() + 1) + gammaln(table + 1).sum() - sum(gammaln(each + 1).sum() for each in margins))


def log_tables(rows: np.ndarray, columns: np.ndarray) -> float:
    """log of the number of tables of whole numbers from 0 on with these margins, about."""
    r, s, n = len(rows), len(columns), rows.sum()
    weight = n / (n + r * s / 2)
    x, y = (1 - weight) / r + weight * rows / n, (1 - weight) / s + weight * columns / n
    nu, mu = (s + 1) / (s * (x**2).sum()) - 1 / s, (r + 1) / (r * (y**2).sum()) - 1 / r
    volume = (r - 1) * (s - 1) * np.log(n + r * s / 2)
    margins = (r + nu - 2) * np.log(y).sum() + (s + mu - 2) * np.log(x).sum()
    gammas = gammaln(mu * r) + gammaln(nu * s) - r * (gammaln(s) + gammaln(mu)) - s * (gammaln(r) + gammaln(nu))
    return float(volume + (margins + gammas) / 2)
