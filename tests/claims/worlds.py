"""Made-up studies of which it is known what is true: `World()` is as the paper says, its fields say where it is not."""

from dataclasses import dataclass, field

import numpy as np
import xarray as xr
from claims.deviations import DEVIATIONS, rounded

EPOCHS, LONG, CLASSES, SEEDS = 12, 36, 10, (0, 1, 2)
MODULES = (4, 5, 6, 7)
LAYERS = ("4", "5", "6", "7", "fc")
OF_RUNS = ("training", "selectivity", "ablation", "cka")
KINDS = (*OF_RUNS, "between")
BASELINE = {"alpha": 0.0, "start": 0, "stop": 0, "modules": "", "epochs": EPOCHS}


def penalty(alpha: float, start: int = 0, stop: int = EPOCHS, modules: str = "4 5 6", epochs: int = EPOCHS) -> dict:
    """What a condition means, as the coordinates of its results say it."""
    return {"alpha": float(alpha), "start": start, "stop": stop, "modules": modules, "epochs": epochs}


CONDITIONS = {
    "baseline": BASELINE,
    **{f"zero_{alpha}": penalty(-alpha) for alpha in (1, 5, 10, 20)},
    **{f"later_{alpha}": penalty(-alpha, start=5) for alpha in (1, 5, 10, 20)},
    "later_20_from_1": penalty(-20, start=1),
    **{f"strong_{alpha}": penalty(alpha, stop=4) for alpha in (10, 20)},
    **{f"weak_{alpha}_{stop}": penalty(alpha, 0, stop, "4 5 6 7") for alpha in (1, 5) for stop in (1, 4)},
    "long_baseline": BASELINE | {"epochs": LONG},
    "long_kept": penalty(-20, stop=LONG, epochs=LONG),
    "long_lifted": penalty(-20, stop=4, epochs=LONG),
}
COST = {-20: 0.3, -10: 0.15, -5: 0.05, -1: 0.0, 1: 0.04, 5: 0.06, 10: 0.1, 20: 0.2}


@dataclass(frozen=True)
class World:
    """What is true of every network, and the scatter between them."""

    rise: float = 0.4  # of selectivity within an epoch
    recession: float = 0.25  # of selectivity in the end
    decay: float = 1.0  # epochs of that
    last_recession: float = 0.0
    suppressed_peak: float = 0.12
    per_doubling: float = -0.01  # of |alpha|, of the suppressed index
    promoted: float = 0.96
    last_of_promoted: float = 0.5
    selective_first: float = 0.35  # areas
    selective_last: float = 0.55
    random_last: float = 0.5
    last_module: float = 0.35
    similar_first: float = 0.8
    similar_last: float = 0.2
    neighbours_last: float = 0.6  # of the last module and the head
    similar_networks: float = 0.6  # two unpenalised ones, in the same layer
    lost_similarity: float = 0.2  # of an unpenalised one to a strongly suppressed one
    shared_in_both: float = 1.0  # of what a network adds to its similarity to unpenalised ones, to suppressed ones
    cost: dict = field(default_factory=lambda: COST)  # in final accuracy, by alpha, from epoch 0
    later_cost: dict = field(default_factory=dict)
    long_cost: float = 0.3
    recovery: float = 8.5  # epochs
    excess_first: float = 0.5  # of the five most predicted classes
    excess_last: float = 0.0
    excess_usual: float = 0.0  # of networks without a penalty, above which the others are meant
    # Standard deviation of what is measured of a network at one epoch about what is true: half of the variance is the
    # network's own, at all epochs, and distributed as `noise` says (in DEVIATIONS); half is normal and new at each.
    scatter: float = 0.001
    noise: str = "normal"
    study: int = 0  # which of many studies of the same world it is
    seeds: tuple[int, ...] = SEEDS


def study(world: World, conditions: dict = CONDITIONS, kinds=KINDS) -> dict[str, list]:
    """The results of a study, by kind; none of the kinds left out."""
    usual = {name: said for name, said in conditions.items() if said["epochs"] == EPOCHS}
    plain = {name: said for name, said in usual.items() if said["alpha"] == 0}
    measured = plain | {name: said for name, said in usual.items() if abs(said["alpha"]) >= 10 and said["start"] == 0}
    covered = {"training": conditions, "selectivity": measured, "ablation": plain, "cka": plain}
    found = {
        kind: [
            result(kind, world, name, said, seed)
            for name, said in found.items()
            for seed in world.seeds
            if kind in kinds
        ]
        for kind, found in covered.items()
    }
    suppressed = {name: said for name, said in measured.items() if said["alpha"] < 0}
    pairs = [(one, other) for one in plain for other in (one, *suppressed)] if "between" in kinds else []
    return found | {"between": [each for pair in pairs for each in between(world, conditions, *pair)]}


def between(world: World, conditions: dict, first: str, second: str) -> list[xr.Dataset]:
    """The results of a pair of conditions: each seed of the first with the next one of the second."""
    following = [*world.seeds[1:], world.seeds[0]]
    ends = [
        {"first": (first, seed), "second": (second, other)} for seed, other in zip(world.seeds, following, strict=True)
    ]
    return [make_between(world, conditions, pair) for pair in ends]


def make_between(world: World, conditions: dict, pair: dict) -> xr.Dataset:
    """Similarity of each layer to itself in another network: what either network adds to it, it adds in all pairs."""
    said = {place: {"condition": name, "seed": seed} | conditions[name] for place, (name, seed) in pair.items()}
    suppressed = any(end["alpha"] < 0 for end in said.values())
    level = world.similar_networks - world.lost_similarity * suppressed
    for name, seed in pair.values():
        share = world.shared_in_both if suppressed and conditions[name]["alpha"] == 0 else 1
        level += share * own_similarity(world, name, seed)
    epochs = np.arange(said["first"]["epochs"] + 1)
    generator = np.random.default_rng([world.study, *(seed for _, seed in pair.values()), *str(pair).encode()])
    values = level + world.scatter * generator.normal(size=(len(epochs), len(LAYERS), len(LAYERS)))
    names = {"study": "toy", "pair": "_".join(name for name, _ in pair.values()), "seed": pair["first"][1]}
    names |= {f"{key}_{place}": value for place, end in said.items() for key, value in end.items()}
    return xr.Dataset(
        {"cka": (("epoch", "layer", "layer_other"), values)},
        {"epoch": epochs, "layer": list(LAYERS), "layer_other": list(LAYERS)} | names,
    )


def own_similarity(world: World, condition: str, seed: int) -> float:
    """What a network adds to its similarity to any other."""
    generator = np.random.default_rng([world.study, seed, *b"between", *condition.encode()])
    return world.scatter * DEVIATIONS[world.noise](generator, ())


def result(kind: str, world: World, name: str, said: dict, seed: int) -> xr.Dataset:
    """The result of a run, with the coordinates that the shell writes."""
    generator = np.random.default_rng([world.study, seed, *kind.encode(), *name.encode()])
    own, half = DEVIATIONS[world.noise](generator, ()), world.scatter / 2**0.5
    made = MAKERS[kind](world, said, lambda *shape: half * (own + generator.normal(size=shape)))
    return made.assign_coords({"study": "toy", "condition": name, "seed": seed} | said)


def make_training(world: World, said: dict, scatter) -> xr.Dataset:
    """Accuracy that saturates within an epoch or two, below 0.95 by what the penalty costs."""
    epochs = np.arange(said["epochs"] + 1)
    accuracy = (0.95 - cost(world, said, epochs)) * (1 - np.exp(-2.0 * epochs)) + scatter(len(epochs))
    tampered = said["start"] == 0 and abs(said["alpha"]) >= 10
    excess = np.where(epochs <= 3, world.excess_first, world.excess_last) * tampered
    excess = excess + world.excess_usual + scatter(len(epochs))
    counts = 1000 * (1 + excess[:, np.newaxis] * np.where(np.arange(CLASSES) < 5, 1, -1))
    return xr.Dataset(
        {
            "val_accuracy": ("epoch", rounded(accuracy, world.noise)),
            "train_accuracy": ("epoch", np.where(epochs == 0, np.nan, rounded(accuracy - 0.05, world.noise))),
            "predicted": (("epoch", "class"), np.round(counts).astype(int)),
        },
        {"epoch": epochs, "class": np.arange(CLASSES)},
    )


def cost(world: World, said: dict, epochs: np.ndarray) -> np.ndarray:
    """By how much a penalty lowers accuracy at each epoch."""
    if said["alpha"] == 0:
        return np.zeros(len(epochs))
    if said["start"] > 0:
        return np.where(epochs > said["start"], world.later_cost.get(said["alpha"], 0), 0.0)
    whole = world.cost[said["alpha"]] if said["epochs"] == EPOCHS else world.long_cost
    recovers = said["alpha"] < 0 and said["stop"] < said["epochs"]
    return whole * (np.exp(-np.clip(epochs - said["stop"], 0, None) / world.recovery) if recovers else 1)


def make_selectivity(world: World, said: dict, scatter) -> xr.Dataset:
    """Two blocks of two units a module, which rise within an epoch and recede."""
    epochs = np.arange(said["epochs"] + 1)
    module, block, channel = np.array([(m, b, c) for m in MODULES for b in range(2) for c in range(2)]).T
    levels = np.stack([level(world, said, int(one), epochs) for one in module], axis=1)
    return xr.Dataset(
        {"selectivity": (("epoch", "unit"), levels + scatter(*levels.shape))},
        {"epoch": epochs, "module": ("unit", module), "block": ("unit", block), "channel": ("unit", channel)},
    )


def level(world: World, said: dict, module: int, epochs: np.ndarray) -> np.ndarray:
    """The selectivity of a module's units."""
    recession = world.last_recession if module == MODULES[-1] else world.recession
    curve = 0.1 + world.rise - recession * (1 - np.exp(-np.clip(epochs - 1, 0, None) / world.decay))
    penalised, early = str(module) in said["modules"].split(), said["start"] == 0
    if said["alpha"] <= -10 and early and penalised:
        curve = np.full(len(epochs), world.suppressed_peak + world.per_doubling * np.log2(-said["alpha"] / 20))
    if said["alpha"] >= 10:
        curve = np.full(len(epochs), world.promoted if penalised else world.last_of_promoted)
    return np.where(epochs == 0, 0.1, curve)


def make_ablation(world: World, said: dict, scatter) -> xr.Dataset:
    """Curves of three points whose areas go from the first epoch to the last in a line."""
    epochs, fractions = np.array([1, 2, 3, 6, EPOCHS]), np.array([0, 0.5, 1])
    lines = {
        "selective": dict.fromkeys(MODULES[:-1], (world.selective_first, world.selective_last))
        | {MODULES[-1]: (world.last_module, world.last_module)},
        "random": dict.fromkeys(MODULES, (0.5, world.random_last)),
    }
    areas = np.array([[np.interp(epochs, [1, EPOCHS], line) for line in each.values()] for each in lines.values()])
    middle = 2 * (areas + scatter(*areas.shape)) - 0.5  # of a curve from 1 to 0: its area is (1 + 2 middle) / 4
    accuracy = 0.9 * np.stack([np.ones_like(middle), middle, np.zeros_like(middle)], axis=-1)
    return (
        xr.Dataset(
            {"accuracy": (("order", "module", "epoch", "fraction"), accuracy)},
            {"order": list(lines), "module": list(MODULES), "epoch": epochs, "fraction": fractions},
        )
        .stack(point=["module", "fraction"], create_index=False)
        .expand_dims("repeat")
        .drop_vars("repeat", errors="ignore")
    )


def make_cka(world: World, said: dict, scatter) -> xr.Dataset:
    """Similarity of every pair of layers that stays for three epochs and then falls."""
    epochs = np.arange(said["epochs"] + 1)
    last = np.full((len(LAYERS), len(LAYERS)), world.similar_last)
    last[-1, -2] = last[-2, -1] = world.neighbours_last
    curve = np.where(epochs[:, np.newaxis, np.newaxis] <= 3, world.similar_first, last)
    return xr.Dataset(
        {"cka": (("epoch", "layer", "layer_other"), curve + scatter(*curve.shape))},
        {"epoch": epochs, "layer": list(LAYERS), "layer_other": list(LAYERS)},
    )


MAKERS = {
    "training": make_training,
    "selectivity": make_selectivity,
    "ablation": make_ablation,
    "cka": make_cka,
}
