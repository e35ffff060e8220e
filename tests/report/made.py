"""Inputs of a report, made by hand: results as the stage is handed them, and figures as files."""

import json
from math import inf, nan
from types import SimpleNamespace

import numpy as np
import xarray as xr
from PIL import Image, PngImagePlugin

from vestige.config.sections import Applies, ConditionSettings
from vestige.data import digits
from vestige.foundation.canonical_json import plain
from vestige.models import bottleneck_resnet
from vestige.stages.selectivity import Settings as Selectivity
from vestige.stages.training import Settings as Training

CONDITIONS = {
    "baseline": {"alpha": 0.0},
    "suppressed": {"alpha": -20.0, "modules": (4, 5, 6), "start": 0},
    "suppressed_later": {"alpha": -20.0, "modules": (4, 5, 6), "start": 5},
    "promoted": {"alpha": 10.0, "modules": (4, 5, 6), "start": 0, "stop": 4, "learning_rate": 0.05},
}
WIDE = "conv 1×1, 64; conv 3×3, 64, stride 2; conv 1×1, 256"
STEPS = [  # name, module, block, channels, height, parameters, layers, shortcut
    ("stem", -1, -1, 16, 8, 176, "conv 3×3, 16", ""),
    ("layer1.0", 4, 0, 64, 8, 4_992, "conv 1×1, 16; conv 3×3, 16; conv 1×1, 64", "conv 1×1, 64"),
    ("layer2.0", 5, 0, 128, 4, 20_096, "conv 1×1, 32; conv 3×3, 32, stride 2; conv 1×1, 128", "conv 1×1, 128"),
    ("layer2.1", 5, 1, 128, 4, 17_792, "conv 1×1, 32; conv 3×3, 32; conv 1×1, 128", "identity"),
    ("layer3.0", 6, 0, 256, 2, 79_104, WIDE, "conv 1×1, 256, stride 2"),
    ("layer4.0", 7, 0, 512, 1, 313_856, "conv 1×1, 128; conv 3×3, 128; conv 1×1, 512", "conv 1×1, 512, stride 2"),
    ("pool", -1, -1, 512, 1, 0, "mean over space", ""),
    ("fc", -1, -1, 10, 1, 5_130, "linear, 10", ""),
]  # fmt: skip
# claim -> (sentence, paper, decision, quantity, units, verdict, explanation) and its parts
# (name, statistic, low, high, bound_low, bound_high, seeds, pairing, verdict).
CLAIMS = {
    "rise": (
        ("Selectivity rises in the first epochs in every module.", "figure 2, section 4.1", "greater",
         "largest mean selectivity of epochs 1 to 4, less that of epoch 0", "1", "reproduced", "Every part holds."),
        [("module 4", 0.071, 0.052, 0.090, 0.02, inf, 3, "one sample", "reproduced"),
         ("module 5", 0.094, 0.061, 0.127, 0.02, inf, 3, "one sample", "reproduced"),
         ("module 6", 0.148, 0.120, 0.176, 0.02, inf, 3, "one sample", "reproduced"),
         ("module 7", 0.301, 0.255, 0.347, 0.02, inf, 3, "one sample", "reproduced")],
    ),
    "recession": (
        ("Selectivity recedes afterwards in modules 4 to 6.", "figure 2, section 4.1", "less",
         "mean selectivity at the end, less its largest", "1", "contradicted", "Module 4 lies outside the region."),
        [("module 4", 0.012, 0.004, 0.020, -inf, -0.02, 3, "one sample", "contradicted"),
         ("module 5", -0.038, -0.071, -0.005, -inf, -0.02, 3, "one sample", "undecided"),
         ("module 6", -0.092, -0.118, -0.066, -inf, -0.02, 3, "one sample", "reproduced")],
    ),
    "late_suppression": (
        ("Suppression from epoch 5 on costs no final accuracy.", "figures 6 and 7, section 4.4", "equivalent",
         "final validation accuracy, suppressed from epoch 5 less not at all", "percentage points", "undecided",
         "The interval of 3 seeds is wider than the margin: more seeds would decide."),
        [("", -0.83, -2.61, 0.95, -1.0, 1.0, 3, "paired", "undecided")],
    ),
    "suppression": (
        ("Suppression from epoch 0 costs final accuracy.", "figures 6 and 7, section 4.4", "less",
         "final validation accuracy, suppressed from epoch 0 less not at all", "percentage points", "reproduced", ""),
        [("", -14.2, -19.6, -8.8, -inf, -1.0, 3, "paired", "reproduced")],
    ),
    "later_gain": (
        ("Later suppression ends better by far.", "figure 11", "greater",
         "final validation accuracy, suppressed from epoch 5 less from epoch 0", "1", "weaker than the margin", ""),
        [("", 0.01, 0.005, 0.015, 0.02, inf, 5, "paired", "weaker than the margin")],
    ),
    "vgg": (
        ("The same holds in a VGG.", "appendix A.6", "greater", "selectivity", "1", "not in this study",
         "It needs a study of a VGG network."), [],
    ),
}  # fmt: skip
FIRST, LATER = "Ranadive et al. 2023", "Lange et al. 2022"
SPREAD = (-0.01, 0.0, 0.01)  # of three seeds about a statistic


def proof(name, code=None, hardware=None, versions=None, inputs=None):
    """A proof as results carry it."""
    found = {"code": code or {"format.py": "f" * 64}, "hardware": hardware or {"cpu": "Abacus 9"}}
    return json.dumps(found | {"result": name, "versions": versions or {"numpy": "2.4.6"}, "inputs": inputs or {}})


def settings(conditions=CONDITIONS, study="toy"):
    """The sections of a study, as plain values."""
    trained = Training(
        epochs=12, batch_size=64, learning_rate=0.1, learning_rate_step=30, learning_rate_gamma=0.1,
        momentum=0.9, weight_decay=1e-3, class_reduction="mean", epsilon=1e-6, shift=1,
    )  # fmt: skip
    sections = {
        "study": study,
        "device": "cpu",
        "threads": 1,
        "seeds": (0, 1, 2),
        "images": digits.Settings(source="digits", val_fraction=0.2, split_seed=0),
        "network": bottleneck_resnet.Settings(family="bottleneck_resnet", blocks=(1, 2, 1, 1), width=16),
        "training": trained,
        "conditions": {name: ConditionSettings(**said) for name, said in conditions.items()},
        "selectivity": Selectivity(batch_size=512, epsilon=1e-6),
        "applies": Applies(ablation=(), cka=("baseline",), association=(), norms=(), cluster_ablation=()),
    }
    return SimpleNamespace(**{name: plain(section) for name, section in sections.items()})


def images(classes=10):
    """What the stage `images` says of (train, val) = (143 + class, 36) images of each class."""
    counts = [[143 + each for each in range(classes)], [36] * classes]
    return xr.Dataset(
        {
            "count": (("split", "class"), counts),
            "images_sha256": ("split", ["a" * 64, "b" * 64]),
            "labels_sha256": ("split", ["c" * 64, "d" * 64]),
            "height": 8,
            "width": 8,
        },
        coords={"split": ["train", "val"], "class": range(classes), "channel": [0]}
        | {"class_name": ("class", [f"digit {each}" for each in range(classes)])},
        attrs={"proof": proof("results/toy/images.nc")},
    )


def network():
    """What the stage `network` says of a small network."""
    name, module, block, channels, height, parameters, layers, shortcut = zip(*STEPS, strict=True)
    rows = {"module": module, "block": block, "channels": channels, "height": height, "width": height}
    rows |= {"parameters": parameters, "layers": layers, "shortcut": shortcut}
    scalars = {"family": "bottleneck_resnet", "classes": 10, "parameters_total": sum(parameters)}
    return xr.Dataset(
        {key: ("step", list(values)) for key, values in rows.items()} | scalars,
        coords={"step": list(name)},
        attrs={"proof": proof("results/toy/network.nc")},
    )


def claims(told=CLAIMS, of_later=()):
    """The result `claims`, of (texts, parts) by name; some claims are of the later paper of the two."""
    texts = ("sentence", "paper", "decision", "quantity", "units", "verdict", "explanation")
    columns = ("part", "statistic", "low", "high", "bound_low", "bound_high", "seeds", "pairing", "row_verdict")
    rows = [(name, *part) for name, (_, parts) in told.items() for part in parts]
    numbers = {"statistic", "low", "high", "bound_low", "bound_high"}
    kind = {name: float if name in numbers else int if name == "seeds" else object for name in columns}
    beside = {
        "wide_low": [row[3] for row in rows], "wide_high": [row[4] for row in rows],
        "row_diverged": [0] * len(rows), "row_left_out": [0] * len(rows),
        "check": [nan] * len(rows), "trimmed": [row[2] for row in rows],
    }  # fmt: skip
    of_claims = {name: ("claim", [said[k] for said, _ in told.values()]) for k, name in enumerate(texts)}
    of_rows = {name: ("row", np.array([row[k + 1] for row in rows], kind[name])) for k, name in enumerate(columns)}
    reasons = ["Half of what the paper shows." for _ in told]
    return xr.Dataset(
        of_claims | of_rows | {"margin_reason": ("claim", reasons), "kind": ("claim", ["training"] * len(told))}
        | {name: ("row", np.array(values, int if name[:4] == "row_" else float)) for name, values in beside.items()}
        | {"reading": ("claim", ["paper"] * len(told)), "least_accuracy": 0.8}
        | {"article": ("claim", [LATER if name in of_later else FIRST for name in told])}
        | {"value": (("row", "seed"), np.reshape([[row[2] + step for step in SPREAD] for row in rows], (-1, 3)))}
        | {"seeds_needed": ("claim", [9.0 if said[5] == "undecided" else nan for said, _ in told.values()])}
        | {"claim_of_row": ("row", np.array([row[0] for row in rows], object))},
        coords={"claim": list(told), "seed": [0, 1, 2]},
        attrs={"proof": proof("results/toy/claims.nc", inputs={"results/toy/training/baseline-seed0.nc": "e" * 64})},
    )  # fmt: skip


def training(conditions=CONDITIONS, seeds=(0, 1, 2), accuracy=0.9):
    """Training results of conditions and seeds, the accuracy of seed s a hundredth of s above the given."""
    return [run(name, seed, said, accuracy + seed / 100) for name, said in conditions.items() for seed in seeds]


def run(name, seed, said, accuracy):
    """One training result of two epochs' accuracy."""
    epochs = said.get("epochs", 12)
    others = {key: value for key, value in said.items() if key not in ("alpha", "modules", "start", "stop", "epochs")}
    scalars = {"study": "toy", "condition": name, "seed": seed, "alpha": said["alpha"], "start": said.get("start", 0)}
    scalars |= {"stop": said.get("stop", epochs if said["alpha"] else 0), "epochs": epochs}
    scalars["modules"] = " ".join(map(str, said.get("modules", ())))
    return xr.Dataset(
        {"val_accuracy": ("epoch", [0.1, accuracy]), "train_accuracy": ("epoch", [0.1, accuracy])},
        coords={"epoch": [0, epochs], **scalars, **others},
        attrs={"proof": proof(f"results/toy/training/{name}-seed{seed}.nc")},
    )


def measure(kind, **stated):
    """A result of a measure, of which the page reads the proof alone."""
    return xr.Dataset(attrs={"proof": proof(f"results/toy/{kind}/baseline-seed0.nc", **stated)})


def figure(folder, name, paper="2", caption="Evolution of class selectivity. A line a module.", rows=3, nan_row=False):
    """The three files of a figure, a grey picture of 60 x 40 pixels; the path of its PNG."""
    texts = PngImagePlugin.PngInfo()
    texts.add_itxt("Description", f"Figure {paper} of the paper. {caption}")
    texts.add_itxt("proof", proof(f"results/toy/figures/{name}.png"))
    path = folder / f"{name}.png"
    Image.new("L", (60, 40), 200).save(path, pnginfo=texts, dpi=(200, 200))
    path.with_suffix(".pdf").write_bytes(b"%PDF-1.4 of " + name.encode())
    lines = [f"baseline,no penalty,{epoch},{nan if nan_row else epoch / 7}" for epoch in range(rows)]
    path.with_suffix(".csv").write_text("\n".join(["condition,label,epoch,mean", *lines, ""]))
    return path
