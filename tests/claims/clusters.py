"""Made-up studies of the second paper: `Clusters()` is as it says, its fields say where a study is not."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from claims.paper import OF_CLUSTERS, ROWS

from vestige.claims.claim import least_accuracy_of
from vestige.claims.cluster_agreement import FAMILIES, NAMES
from vestige.claims.evidence import evidence
from vestige.claims.verdicts import decide

CLASSES, SEEDS, LAYERS, EPOCHS = 10, (0, 1, 2), ("1", "2"), 60
PLAIN = {"alpha": 0.0, "start": 0, "stop": 0, "modules": "", "epochs": EPOCHS}
CONDITIONS = {
    "baseline": {},
    "some_dropout": {"dropout": 0.3},
    "much_dropout": {"dropout": 0.6},
    "some_l1": {"l1": 1e-4},
    "much_l1": {"l1": 1e-3},
    "some_l2": {"l2": 1e-4},
    "much_l2": {"l2": 1e-2},
}
UNTRAINED = 4  # networks
MOST = 0.6  # dropout
KINDS = ("training", "clustering", "agreement", "cluster_classes", "cluster_ablation", "untrained")
UNITS = np.array([[30.0, 10.0, np.nan], [20.0, 15.0, 5.0]])  # of the clusters of each layer


@dataclass(frozen=True)
class Clusters:
    """What is true of every network, mean over layers, and the scatter between them."""

    untrained: float = 0.1  # modularity
    plain: float = 0.11  # without a regularizer
    per_dropout: float = 0.3  # added by a dropout of 1
    added: float = 0.03  # by the most l1 and l2
    clusters: float = 4.0
    added_clusters: float = 0.3  # by the most dropout
    within: float = 0.6  # similarity of clusters by two measures of a family
    across: float = 0.33
    expected: float = 0.25
    ceiling: float = 0.74
    untrained_within: float = 0.35
    untrained_across: float = 0.25
    null: float = 0.08  # the largest modularity of matrices without groups
    draws: int = 19
    nulls: tuple[str, ...] = ("shuffled", "strengths", "gram")
    classes: float = 0.2  # adjusted agreement with preferred classes
    cost: float = 0.06  # of a cluster
    random_cost: float = 0.01
    failing: tuple[tuple[str, int], ...] = ()  # networks that learn little: condition and seed
    measures: tuple[str, ...] = tuple(NAMES)
    seeds: tuple[int, ...] = SEEDS
    scatter: float = 0.001


def study(world: Clusters, conditions: dict = CONDITIONS, kinds=KINDS) -> dict[str, list]:
    """The results of a study, by kind."""
    runs = [(kind, name, said, seed) for kind in kinds for name, said in conditions.items() for seed in world.seeds]
    found: dict[str, list] = {kind: [] for kind in kinds}
    for kind, name, said, seed in runs:
        if kind in MAKERS:
            found[kind].append(result(kind, world, name, said, seed))
    return found | ({"untrained": [untrained(world)]} if "untrained" in kinds else {})


def result(kind: str, world: Clusters, name: str, said: dict, seed: int) -> xr.Dataset:
    """The result of a run, with the coordinates that the shell writes. Each run ends at an epoch of its own."""
    generator = np.random.default_rng([seed, *kind.encode(), *name.encode()])
    made = MAKERS[kind](world, name, said, seed, world.scatter * generator.normal())
    return made.assign_coords({"study": "toy", "condition": name, "seed": seed} | PLAIN | said)


def last_epoch(seed: int) -> int:
    """At which epoch the network of a seed has stopped."""
    return 30 + seed


def at_epochs(seed: int, values: np.ndarray) -> np.ndarray:
    """(epoch, ...) what is measured before training, which is nothing like it, and after it."""
    return np.stack([np.full_like(values, 9.0), values])


def by_layer(value: float, offset: float = 0.02) -> np.ndarray:
    """(layer) numbers of which the mean is a value."""
    return value + offset * np.array([1.0, -1.0])


def modularity(world: Clusters, said: dict) -> float:
    """The modularity of networks of a condition."""
    (key, value) = next(iter(said.items()), ("", 0.0))
    most = {"l1": 1e-3, "l2": 1e-2}
    return world.plain + (world.per_dropout * value if key == "dropout" else world.added * (value == most.get(key)))


def make_training(world: Clusters, name: str, said: dict, seed: int, scatter: float) -> xr.Dataset:
    """Accuracy at all epochs to the last."""
    accuracy = np.full(last_epoch(seed) + 1, 0.5 if (name, seed) in world.failing else 0.95)
    return xr.Dataset(
        {
            "val_accuracy": ("epoch", accuracy),
            "train_accuracy": ("epoch", accuracy),
            "predicted": (("epoch", "class"), np.ones((len(accuracy), CLASSES), int)),
        },
        {"epoch": np.arange(len(accuracy)), "class": np.arange(CLASSES)},
    )


def make_clustering(world: Clusters, name: str, said: dict, seed: int, scatter: float) -> xr.Dataset:
    """Modularity and clusters, and modularity of matrices without groups."""
    shape = len(world.measures), len(LAYERS)
    quality = np.broadcast_to(by_layer(modularity(world, said) + scatter), shape)
    clusters = world.clusters + world.added_clusters * said.get("dropout", 0) / MOST + scatter
    by_measure = ("epoch", "measure", "layer")
    found = {
        "modularity": (by_measure, at_epochs(seed, quality)),
        "clusters": (by_measure, at_epochs(seed, np.broadcast_to(by_layer(clusters), shape))),
        "cluster": (("epoch", "measure", "unit"), np.zeros((2, shape[0], 5), int)),
    }
    coords = {"epoch": [0, last_epoch(seed)], "measure": list(world.measures), "layer": list(LAYERS)}
    if world.nulls:
        drawn = by_layer(world.null)[:, np.newaxis] - 0.01 * np.arange(max(world.draws, 25))
        drawn[:, world.draws :] = np.nan
        whole = np.broadcast_to(drawn, (len(world.nulls), 2, *shape, drawn.shape[-1])).copy()
        found["null_modularity"] = (("null", *by_measure, "draw"), whole)
        coords["null"] = list(world.nulls)
    return xr.Dataset(found, coords)


def similarity(world: Clusters, within: float, across: float) -> np.ndarray:
    """(layer, measure, measure_other) by families; measures of the same name, normalised or not, are the same."""
    plain = [name.removesuffix("_normalised") for name in world.measures]
    family = [name in FAMILIES["upstream"] for name in plain]
    table = [
        [1.0 if plain[i] == plain[j] else within if family[i] == family[j] else across for j in range(len(plain))]
        for i in range(len(plain))
    ]
    return np.stack([np.array(table) + offset for offset in (0.02, -0.02)])


def make_agreement(world: Clusters, name: str, said: dict, seed: int, scatter: float) -> xr.Dataset:
    """Similarity with floor and ceiling."""
    dimensions = ("epoch", "layer", "measure", "measure_other")
    alike = similarity(world, world.within + scatter, world.across - scatter)
    names = list(world.measures)
    return xr.Dataset(
        {
            "similarity": (dimensions, at_epochs(seed, alike)),
            "expected": (dimensions, at_epochs(seed, np.full_like(alike, world.expected))),
            "adjusted": (dimensions, at_epochs(seed, (alike - world.expected) / (1 - world.expected))),
            "ceiling": (dimensions, at_epochs(seed, np.full_like(alike, world.ceiling))),
        },
        {"epoch": [0, last_epoch(seed)], "layer": list(LAYERS), "measure": names, "measure_other": names},
    )


def make_classes(world: Clusters, name: str, said: dict, seed: int, scatter: float) -> xr.Dataset:
    """How far clusters agree with preferred classes."""
    adjusted = np.broadcast_to(by_layer(world.classes + scatter), (len(world.measures), len(LAYERS)))
    return xr.Dataset(
        {"adjusted": (("epoch", "measure", "layer"), at_epochs(seed, adjusted))},
        {"epoch": [0, last_epoch(seed)], "measure": list(world.measures), "layer": list(LAYERS)},
    )


def make_ablation(world: Clusters, name: str, said: dict, seed: int, scatter: float) -> xr.Dataset:
    """Accuracy without clusters: a large one costs more than the mean over units, the smallest less, or nothing."""
    cost = world.random_cost + (world.cost - world.random_cost + scatter) * SHARE
    accuracy = np.broadcast_to(0.9 - cost, (len(world.measures), *cost.shape))
    random = np.where(np.isnan(UNITS), np.nan, 0.9 - world.random_cost)
    repeats = np.stack([random + 0.005, random - 0.005], axis=-1)
    dimensions = ("epoch", "measure", "layer", "cluster")
    return xr.Dataset(
        {
            "accuracy": ("epoch", [0.1, 0.9]),
            "accuracy_cluster": (dimensions, at_epochs(seed, accuracy)),
            "accuracy_random": (
                (*dimensions, "repeat"),
                at_epochs(seed, np.broadcast_to(repeats, (len(world.measures), *repeats.shape))),
            ),
            "units": (dimensions, at_epochs(seed, np.broadcast_to(UNITS, accuracy.shape))),
        },
        {"epoch": [0, last_epoch(seed)], "measure": list(world.measures), "layer": list(LAYERS)},
    )


# What a cluster costs beyond random units, as a share of the mean over units: 1 in each layer, with different weights.
SHARE = np.array([[4 / 3, 0.0, np.nan], [2.0, 0.0, 0.0]])


def untrained(world: Clusters) -> xr.Dataset:
    """Networks that were not trained."""
    quality = world.untrained + world.scatter * np.arange(UNTRAINED) - world.scatter * (UNTRAINED - 1) / 2
    each = np.broadcast_to(quality[:, np.newaxis, np.newaxis], (UNTRAINED, len(world.measures), len(LAYERS)))
    alike = similarity(world, world.untrained_within, world.untrained_across)
    names = list(world.measures)
    return xr.Dataset(
        {
            "modularity": (("network", "measure", "layer"), each),
            "similarity": (("network", "layer", "measure", "measure_other"), np.stack([alike] * UNTRAINED)),
        },
        {"measure": names, "layer": list(LAYERS), "measure_other": names, "study": "toy"},
    )


MAKERS = {
    "training": make_training,
    "clustering": make_clustering,
    "agreement": make_agreement,
    "cluster_classes": make_classes,
    "cluster_ablation": make_ablation,
}

LEAST = least_accuracy_of(ROWS)
BY_NAME = {claim.name: claim for claim in OF_CLUSTERS}


def found(world: Clusters, conditions: dict = CONDITIONS, kinds=KINDS):
    """What claims are read from."""
    return evidence(study(world, conditions, kinds), CLASSES, LEAST)


def decided(name: str, world: Clusters, conditions: dict = CONDITIONS, without: str = ""):
    """What is decided of a claim, from the kinds of results that may bear on it, without one of them."""
    kinds = {"training", "untrained", BY_NAME[name].kind} - {without}
    return decide(BY_NAME[name], found(world, conditions, [kind for kind in KINDS if kind in kinds]))


def values(name: str, world: Clusters, conditions: dict = CONDITIONS) -> list[float]:
    """The numbers of a claim's parts."""
    return [row.statistic for row in decided(name, world, conditions).rows]
