"""Whether networks that are trained in bfloat16 are those of float32: differences of a study's runs, and their margins.

`python bench/precision.py results/FOLDER` compares, at each epoch, every condition that sets `precision` with the one
that differs from it in nothing else, seed by seed. They count as equivalent where the whole 95 % interval of the mean
difference lies within margins that were fixed before anything was trained.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import xarray as xr

from vestige.metrics.intervals import difference_interval

MARGINS = {"accuracy": 0.01, "module mean of selectivity": 0.02}
NAMES = ("condition", "seed", "precision")
FEWEST = 5  # seeds


def main(folder: Path) -> None:
    """Print a row for each pair and quantity: the epoch at which the interval reaches farthest from 0, and the last."""
    if not [*(folder / "training").glob("*.nc")]:
        raise SystemExit(f"{folder} holds no results of training")
    compared = [*pairs(folder)]
    if not compared:
        raise SystemExit(f"{folder}: no condition sets `precision`, and so there is nothing to compare")
    print("| condition | quantity | margin | last epoch | farthest of all epochs | equivalent |")
    print("|---|---|---|---|---|---|")
    for name, other, seeds in compared:
        for quantity, (halved, plain) in quantities(folder, name, other, seeds).items():
            if len(seeds) < FEWEST:
                raise SystemExit(f"{name}: {len(seeds)} seeds; {FEWEST} or more are needed")
            margin = next(each for kind, each in MARGINS.items() if quantity.startswith(kind))
            found = [difference_interval(*each, 0.95, paired=True) for each in zip(halved.T, plain.T, strict=True)]
            reach = [abs(mean) + half for mean, half in found]
            farthest = int(np.argmax(reach))
            last, worst = (f"{mean:+.4f} ± {half:.4f}" for mean, half in (found[-1], found[farthest]))
            shown = "" if max(reach) <= margin else " of the last epoch" if reach[-1] <= margin else None
            cells = (f"{name}, {len(seeds)} seeds", quantity, margin, last, f"{worst} (epoch {farthest + 1})")
            print("|", *(f"{each} |" for each in cells), "not shown |" if shown is None else f"shown{shown} |")


def pairs(folder: Path) -> Iterator[tuple[str, str, list[int]]]:
    """Conditions that set a precision, those that are like them in all else, and the seeds that both have."""
    runs: dict[str, list[xr.Dataset]] = {}
    for path in sorted((folder / "training").glob("*.nc")):
        run = xr.open_dataset(path)
        runs.setdefault(run["condition"].item(), []).append(run)
    for name, (first, *_) in runs.items():
        if "precision" not in first.coords:
            continue
        alike = [other for other, (run, *_) in runs.items() if "precision" not in run.coords and is_like(run, first)]
        if not alike:
            raise SystemExit(f"{name}: no condition differs from it in precision alone")
        seeds = [{run["seed"].item() for run in runs[each]} for each in (name, alike[0])]
        yield name, alike[0], sorted(set.intersection(*seeds))


def is_like(run: xr.Dataset, other: xr.Dataset) -> bool:
    """Whether nothing but the precision, and what names a run, tells two conditions apart."""
    said = [
        {key: str(each.values) for key, each in one.coords.items() if each.ndim == 0 and key not in NAMES}
        for one in (run, other)
    ]
    return said[0] == said[1]


def quantities(folder: Path, name: str, other: str, seeds: list[int]) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """By quantity its values (seeds, epochs) of both conditions, from the first pass on: epoch 0 is the same."""
    found: dict[str, list] = {}
    for condition in (name, other):
        for kind, each in of_condition(folder, condition, seeds).items():
            found.setdefault(kind, []).append(each)
    return {kind: tuple(each) for kind, each in found.items()}


def of_condition(folder: Path, condition: str, seeds: list[int]) -> dict[str, np.ndarray]:
    """Those of one condition. A silent unit counts as 0, as in the figures."""
    found: dict[str, list] = {}
    for seed in seeds:
        training = xr.open_dataset(folder / f"training/{condition}-seed{seed}.nc")
        found.setdefault("accuracy", []).append(training["val_accuracy"].values[1:])
        indices = xr.open_dataset(folder / f"selectivity/{condition}-seed{seed}.nc")["selectivity"].fillna(0)
        for module, mean in indices.groupby("module").mean().transpose("module", "epoch").groupby("module"):
            found.setdefault(f"module mean of selectivity, {module}", []).append(mean.values.ravel()[1:])
    return {kind: np.array(each) for kind, each in found.items()}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
