"""Results as the stages write them, made up: what they say rises, falls and scatters as in the paper."""

import numpy as np
import xarray as xr

CONDITIONS = {
    "baseline": {"alpha": 0.0, "start": 0, "stop": 0, "modules": ""},
    "suppressed": {"alpha": -20.0, "start": 0, "stop": 12, "modules": "4 5 6"},
    "suppressed_later": {"alpha": -20.0, "start": 5, "stop": 12, "modules": "4 5 6"},
    "promoted": {"alpha": 10.0, "start": 0, "stop": 4, "modules": "4 5 6"},
    "suppressed_by_1": {"alpha": -1.0, "start": 0, "stop": 12, "modules": "4 5 6"},
    "suppressed_by_1_later": {"alpha": -1.0, "start": 5, "stop": 12, "modules": "4 5 6"},
    "promoted_by_1": {"alpha": 1.0, "start": 0, "stop": 4, "modules": "4 5 6 7"},
    "promoted_by_1_once": {"alpha": 1.0, "start": 0, "stop": 1, "modules": "4 5 6 7"},
    "promoted_by_5": {"alpha": 5.0, "start": 0, "stop": 4, "modules": "4 5 6 7"},
    "promoted_by_5_once": {"alpha": 5.0, "start": 0, "stop": 1, "modules": "4 5 6 7"},
    "lifted": {"alpha": -20.0, "start": 0, "stop": 4, "modules": "4 5 6"},
} | {f"suppressed_{n}": {"alpha": -20.0, "start": n, "stop": 12, "modules": "4 5 6"} for n in (1, 2, 3, 4)}
MODULES = {4: 1, 5: 2, 6: 2, 7: 1}
CHANNELS = {4: 8, 5: 16, 6: 32, 7: 64}


def described(result: xr.Dataset, condition: str, seed: int, **said) -> xr.Dataset:
    """The result with the scalar coordinates that the shell writes."""
    facts = {"epochs": 12, **CONDITIONS.get(condition, {}), **said}
    if facts["alpha"] and "epochs" in said and "stop" not in said and facts["stop"] == 12:
        facts["stop"] = facts["epochs"]
    return result.assign_coords({"study": "toy", "condition": condition, "seed": seed} | facts)


def scatter(condition: str, seed: int) -> np.random.Generator:
    return np.random.default_rng([seed, *condition.encode()])


def make_selectivity(condition="baseline", seed=0, dead=0, **said) -> xr.Dataset:
    """Selectivity that rises within an epoch and recedes except in module 7; `dead` units of each block are silent."""
    draw, epochs = scatter(condition, seed), np.arange(said.get("epochs", 12) + 1)
    facts = CONDITIONS.get(condition, {}) | said
    on = (epochs > facts["start"]) & (epochs <= facts["stop"])
    units = [(m, b, c) for m, blocks in MODULES.items() for b in range(blocks) for c in range(CHANNELS[m])]
    module, block, channel = np.transpose(units)
    level = 0.12 + 0.06 * (module - 4)
    rise = 1 - np.exp(-epochs / 0.6)
    fall = np.where(module[:, None] == 7, 1 + 0.02 * epochs, 0.45 + 0.55 * np.exp(-np.clip(epochs - 1, 0, None) / 2.5))
    curve = 0.05 + 2 * level[:, None] * rise * fall
    push = 0.3 if facts["alpha"] < 0 else 2.2
    curve = np.where(on[None] & (module[:, None] < 7), curve * push, curve)
    values = np.clip(
        curve * np.exp(0.25 * draw.normal(size=(len(units), 1)) + 0.06 * draw.normal(size=curve.shape)), 0, 1
    )
    values = np.where((channel[:, None] < dead) & (epochs > 3), np.nan, values)
    dims = ("epoch", "unit")
    result = xr.Dataset(
        {
            "selectivity": (dims, values.T),
            "preferred_class": (dims, np.where(np.isnan(values), -1, 3).T),
            "response_max": (dims, values.T),
            "response_rest": (dims, values.T / 2),
        },
        {"epoch": epochs, "module": ("unit", module), "block": ("unit", block), "channel": ("unit", channel)},
    )
    return described(result, condition, seed, **said)


def make_training(condition="baseline", seed=0, **said) -> xr.Dataset:
    """Accuracy that saturates, lower for as long as selectivity is suppressed from the start."""
    draw, epochs = scatter(condition, seed), np.arange(said.get("epochs", 12) + 1)
    facts = CONDITIONS.get(condition, {}) | said
    top = 0.95 if facts["alpha"] == 0 else 0.94 - 0.25 * (facts["start"] == 0)
    val = 0.1 + (top - 0.1) * (1 - np.exp(-epochs / 1.8)) + 0.012 * draw.normal(size=epochs.shape)
    train = np.where(epochs == 0, np.nan, val - 0.05 + 0.004 * epochs)
    result = xr.Dataset(
        {
            "train_accuracy": ("epoch", train),
            "val_accuracy": ("epoch", val),
            "predicted": (("epoch", "class"), np.full((len(epochs), 10), 5)),
        },
        {"epoch": epochs, "class": np.arange(10)},
    )
    return described(result, condition, seed, **said)


def make_ablation(condition="baseline", seed=0, measured=(1, 2, 3, 5, 8, 12), repeats=3, **said) -> xr.Dataset:
    """Curves that fall, the sooner the earlier the epoch if the most selective go first; random ones hardly differ."""
    draw, measured = scatter(condition, seed), np.array(measured)
    fractions = np.arange(9) / 8
    module, fraction = (grid.ravel() for grid in np.meshgrid(list(MODULES), fractions, indexing="ij"))
    e, f, m = measured[:, None], fraction[None], module[None]
    top = 0.95 - 0.5 * np.exp(-e / 2)
    chosen = np.where(m == 7, 3.0, 0.8 + 2.6 * (1 - np.exp(-e / 4)))
    selective = 0.1 + (top - 0.1) * (1 - f) ** (3 / chosen)
    control = 0.1 + (top - 0.1) * (1 - f) ** np.where(m == 7, 1.2, 2.0)
    values = np.full((len(measured), 2, repeats, module.size), np.nan)
    values[:, 0, 0] = selective
    values[:, 1] = control[:, None] + 0
    values = values * (1 + 0.05 * f[:, None, None] * draw.normal(size=(1, 2, 1, module.size)))
    dims = ("epoch", "order", "repeat", "point")
    ablated = [round(part * CHANNELS[one]) for part, one in zip(fraction, module, strict=True)]
    result = xr.Dataset(
        {"accuracy": (dims, values), "accuracy_top5": (dims, values**0.3)},
        {
            "epoch": measured,
            "order": ["selective", "random"],
            "repeat": np.arange(repeats),
            "module": ("point", module),
            "ablated": ("point", ablated),
            "fraction": ("point", fraction),
        },
    )
    return described(result, condition, seed, **said)


def make_cka(condition="baseline", seed=0, **said) -> xr.Dataset:
    """Similarity that is high at first and recedes, the more the further apart the layers are."""
    draw, epochs = scatter(condition, seed), np.arange(said.get("epochs", 12) + 1)
    layers = ["4", "5", "6", "7", "fc"]
    apart = np.abs(np.subtract.outer(np.arange(5), np.arange(5)))
    fall = np.exp(-epochs / 3)[:, None, None]
    noise = 0.03 * draw.normal(size=(len(epochs), 5, 5))
    values = np.where(apart == 0, 1, 0.95 - apart * (0.05 + 0.16 * (1 - fall)) + (noise + noise.transpose(0, 2, 1)) / 2)
    result = xr.Dataset(
        {"cka": (("epoch", "layer", "layer_other"), values)}, {"epoch": epochs, "layer": layers, "layer_other": layers}
    )
    return described(result, condition, seed, **said)


def make_between(first: tuple[str, int], second: tuple[str, int]) -> xr.Dataset:
    """Similarity of the layers of two networks; that of layer a in the one with b in the other is not the reverse."""
    (condition, seed), (other, other_seed) = first, second
    made = make_cka(condition, seed)
    noise = 0.05 * scatter(other, other_seed).normal(size=made["cka"].shape)
    ends = {"first": described(made, condition, seed), "second": described(made, other, other_seed)}
    said = {
        f"{name}_{place}": value.item()
        for place, end in ends.items()
        for name, value in end.coords.items()
        if value.ndim == 0 and name != "study"
    }
    plain = made.drop_vars([name for name, value in made.coords.items() if value.ndim == 0])
    return (0.7 * plain + noise).assign_coords({"study": "toy", "pair": f"{condition}_{other}", "seed": seed} | said)


def make_network(blocks=(1, 2), shortcuts=True, side=8) -> xr.Dataset:
    """A stem, modules 4, 5, ... of so many blocks that halve the image from the second on, a pool and a head."""
    rows = [("stem", -1, -1, 16, side, "conv 3×3, 16", "")]
    for place, count in enumerate(blocks):
        channels, now = 64 * 2**place, side // 2**place
        for block in range(count):
            stride = ", stride 2" * (place > 0 and block == 0)
            around = "identity" if block else f"conv 1×1, {channels}{stride}"
            layers = f"conv 1×1, {channels // 4}; conv 3×3, {channels // 4}{stride}; conv 1×1, {channels}"
            rows.append((f"layer{place + 1}.{block}", 4 + place, block, channels, now, layers, around * shortcuts))
    rows += [("pool", -1, -1, channels, 1, "average pool to 1×1", ""), ("fc", -1, -1, 10, 1, "linear, 10", "")]
    step, module, block, channels, height, layers, shortcut = zip(*rows, strict=True)
    columns = {"module": module, "block": block, "channels": channels, "height": height, "width": height}
    columns |= {"parameters": np.arange(len(step)), "layers": layers, "shortcut": shortcut}
    whole = {"family": "toy", "input_channels": 1, "input_height": side, "input_width": side, "classes": 10}
    return xr.Dataset(
        {name: ("step", list(values)) for name, values in columns.items()} | whole | {"parameters_total": 1234},
        {"step": list(step), "study": "toy"},
    )


MAKERS = {"selectivity": make_selectivity, "training": make_training, "ablation": make_ablation, "cka": make_cka}
