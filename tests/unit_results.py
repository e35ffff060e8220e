"""Made-up results of the second paper's measures, as the stages write them: what they say is known in closed form."""

import numpy as np
import xarray as xr

from vestige.config.figure_rows import plot_function
from vestige.config.registry import FIGURES

MEASURES = [
    f"{name}{end}"
    for name in ("covariance", "input_gradient", "output_gradient", "output_hessian")
    for end in ("", "_normalised")
]
LAYERS = ["1", "2"]
UNITS = 8
REGULARIZERS = {
    "baseline": {},
    "dropout_10": {"dropout": 0.1},
    "dropout_30": {"dropout": 0.3},
    "dropout_50": {"dropout": 0.5},
    "l2_1e_4": {"l2": 1e-4},
    "l2_1e_2": {"l2": 1e-2},
    "l1_1e_4": {"l1": 1e-4},
    "l1_1e_2": {"l1": 1e-2},
}
PENALTY = {"alpha": 0.0, "start": 0, "stop": 0, "modules": ""}


def described(result: xr.Dataset, condition: str, seed: int) -> xr.Dataset:
    """The result with the scalar coordinates that the shell writes."""
    facts = {"study": "toy", "condition": condition, "seed": seed, "epochs": 12}
    return result.assign_coords(facts | PENALTY | REGULARIZERS[condition])


def quality(condition: str, seed: int) -> float:
    """The modularity that all measures have: 0.1, more by 0.4 times the dropout, and by a hundredth a seed."""
    return 0.1 + 0.4 * REGULARIZERS[condition].get("dropout", 0) + 0.01 * seed


def make_trained(condition: str, seed: int, accuracy: float = 0.95) -> xr.Dataset:
    """A training result that ends with an accuracy."""
    curve = ("epoch", [np.nan, 0.5, accuracy])
    made = xr.Dataset({"train_accuracy": curve, "val_accuracy": ("epoch", [0.1, 0.5, accuracy])}, {"epoch": [0, 1, 2]})
    return described(made, condition, seed)


def make_clustering(condition: str, seed: int) -> xr.Dataset:
    """Layer 2 has 0.02 more modularity than layer 1; three clusters, of which the first has four units."""
    by_layer, by_unit = ("epoch", "measure", "layer"), ("epoch", "measure", "unit")
    shape = (2, len(MEASURES), len(LAYERS))
    values = np.broadcast_to(quality(condition, seed) + 0.02 * np.arange(len(LAYERS)), shape)
    clusters = np.broadcast_to([1, 0, 0, 2, 0, 0, 2, -1] * len(LAYERS), (2, len(MEASURES), UNITS * len(LAYERS)))
    made = xr.Dataset(
        {
            "modularity": (by_layer, values),
            "clusters": (by_layer, np.full(shape, 3.0)),
            "cluster": (by_unit, clusters),
        },
        {"epoch": [0, 2], "measure": MEASURES, "layer": LAYERS, "module": ("unit", np.repeat([1, 2], UNITS))},
    )
    return described(made, condition, seed)


def make_association(condition: str, seed: int) -> xr.Dataset:
    """Units i and j of a layer are associated by i + j."""
    one, other = np.triu_indices(UNITS)
    module = np.repeat([1, 2], len(one))
    values = np.tile((one + other).astype(float), (2, len(MEASURES), len(LAYERS)))
    made = xr.Dataset(
        {"association": (("epoch", "measure", "pair"), values)},
        {
            "epoch": [0, 2],
            "measure": MEASURES,
            "module": ("pair", module),
            "unit": ("pair", np.tile(one, len(LAYERS))),
            "unit_other": ("pair", np.tile(other, len(LAYERS))),
        },
    )
    return described(made, condition, seed)


def agreement_arrays(front: str, count: int, level: float, scatter: np.random.Generator) -> xr.Dataset:
    """Similarity 1 of a measure with itself, `level` within a family and half of it across both, in every layer."""
    family = np.arange(len(MEASURES)) < 4
    values = np.where(np.equal.outer(family, family), level, level / 2) + np.eye(len(MEASURES)) * (1 - level)
    dims = (front, "layer", "measure", "measure_other")
    shape = (count, len(LAYERS), *values.shape)
    noise = scatter.normal(size=shape)
    noise = noise + noise.swapaxes(-1, -2)
    plain = {name: (dims, values + 0.01 * step * noise) for step, name in enumerate(("adjusted", "overlap"), start=1)}
    more = ("reduced_information", "reduced_information_share", "variation", "variation_similarity")
    plain |= dict.fromkeys((*more, "rank_correlation", "transfer", "transfer_share"), (dims, 2 * values + 0.01 * noise))
    fixed = {
        "similarity": (dims, np.broadcast_to(values, shape).copy()),
        "expected": (dims, np.full(shape, 0.25)),
        "ceiling": (dims, np.full(shape, 0.8)),
    }
    return xr.Dataset(plain | fixed, {"layer": LAYERS, "measure": MEASURES, "measure_other": MEASURES})


def make_agreement(condition: str, seed: int) -> xr.Dataset:
    """Within a family 0.6 and half of that across, whatever the condition."""
    made = agreement_arrays("epoch", 2, 0.6, np.random.default_rng([seed, *condition.encode()]))
    return described(made.assign_coords(epoch=[0, 2]), condition, seed)


def make_untrained(networks: int = 20) -> xr.Dataset:
    """Modularity 0.1 with a standard deviation of 0.01 over networks, agreement 0.4 within a family."""
    scatter = np.random.default_rng(0)
    values = np.resize([0.09, 0.11], networks)[:, None, None] + np.zeros((len(MEASURES), len(LAYERS)))
    dims = ("network", "measure", "layer")
    made = agreement_arrays("network", networks, 0.4, scatter)
    made = made.assign(modularity=(dims, values), clusters=(dims, np.full(values.shape, 3.5)))
    return made.assign_coords(network=np.arange(networks), study="toy", set="initial")


def make_norms(condition: str, seed: int) -> xr.Dataset:
    """Two tensors of weights of 100 and 300; a quarter of the first are small."""
    dims = ("epoch", "weight")
    rows = {"squares": [1.0, 2.0], "magnitudes": [10.0, 20.0], "small": [0.25, 0.0], "nuclear": [3.0, 4.0]}
    made = xr.Dataset(
        {name: (dims, np.tile(row, (2, 1))) for name, row in rows.items()} | {"size": ("weight", [100, 300])},
        {"epoch": [0, 2], "weight": ["hidden1.weight", "fc.weight"]},
    )
    return described(made, condition, seed)


def make_cluster_classes(condition: str, seed: int) -> xr.Dataset:
    """Modularity as clustering has it, at three epochs, and selectivity that rises with them."""
    dims = ("epoch", "measure", "layer")
    shape = (3, len(MEASURES), len(LAYERS))
    made = xr.Dataset(
        {
            "modularity": (dims, np.full(shape, quality(condition, seed))),
            "adjusted": (dims, np.full(shape, 0.2)),
            "selectivity": (("epoch", "layer"), np.repeat([[0.1], [0.2], [0.3]], len(LAYERS), axis=1)),
        },
        {"epoch": [0, 1, 2], "measure": MEASURES, "layer": LAYERS},
    )
    return described(made, condition, seed)


def make_cluster_ablation(condition: str, seed: int) -> xr.Dataset:
    """Of an accuracy of 0.9 a cluster of three units leaves 0.5, one of a single unit 0.8, random ones all but 0.05."""
    shape = (1, 2, len(LAYERS), 3)
    dims = ("epoch", "measure", "layer", "cluster")
    made = xr.Dataset(
        {
            "accuracy": ("epoch", [0.9]),
            "accuracy_cluster": (dims, np.broadcast_to([0.5, 0.8, np.nan], shape)),
            "accuracy_random": (
                (*dims, "repeat"),
                np.broadcast_to([[0.85] * 4, [0.85] * 4, [np.nan] * 4], (*shape, 4)),
            ),
            "units": (dims, np.broadcast_to([3, 1, np.nan], shape)),
        },
        {"epoch": [2], "measure": ["input_gradient", "output_gradient"], "layer": LAYERS},
    )
    return described(made, condition, seed)


MAKERS = {
    "training": make_trained,
    "association": make_association,
    "clustering": make_clustering,
    "agreement": make_agreement,
    "norms": make_norms,
    "cluster_classes": make_cluster_classes,
    "cluster_ablation": make_cluster_ablation,
}


def make_unit_runs(kind: str, conditions=tuple(REGULARIZERS), seeds=(0, 1, 2)) -> list[xr.Dataset]:
    """Of every condition with every seed."""
    return [MAKERS[kind](condition, seed) for condition in conditions for seed in seeds]


def make_beside(conditions=tuple(REGULARIZERS), seeds=(0, 1, 2)) -> dict[str, list[xr.Dataset]]:
    """What figures of these kinds are handed beside their own results."""
    runs = {kind: make_unit_runs(kind, conditions, seeds) for kind in ("training", "clustering")}
    return runs | {"untrained": [make_untrained()]}


def draw_units(figure: str, runs, beside=None, **settings):
    """The figure and its table, with ordinary settings and those given."""
    row = FIGURES[figure]
    said = row.settings(**{"palette": "colorblind", "panel": [1.7, 1.5], "dpi": 60} | settings)
    others = {} if beside is None else {"beside": beside}
    return plot_function(row.plot)(said, runs, **others, **row.options)
