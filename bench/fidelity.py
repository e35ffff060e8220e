"""What every setting that departs from the paper's code changes, on the trained networks of a study.

`python bench/fidelity.py results/digits` prints a table in Markdown: for each switch a number that it bears on, under
either of its values, as means over networks, and what they differ by. It reads results of training and checkpoints.
"""

import io
import sys
import warnings
from contextlib import redirect_stderr
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import xarray as xr
from trained import SWITCHES, across, measured, overrides, proved, settings_of, trained, twin

from vestige import reading
from vestige.formulas.intervals import (
    difference_interval,
    module_band,
    paper_interval,
    pooled_spread,
    student_interval,
)
from vestige.formulas.summaries import ablation_curves, block_means, module_means
from vestige.stages.ablation import ablation
from vestige.stages.cka import cka
from vestige.stages.selectivity import selectivity

EARLY = 2  # the epoch that is held against the last one: the peak of selectivity is behind it, or at it
WAYS = ("omit", "zero")
INDEX = {"selectivity": {"batch_size": 512, "epsilon": 1e-6}}
CKA = {"batch_size": 64, "order": "shuffled", "order_seed": 0, "estimator": "minibatch"}
EIGHTHS = SimpleNamespace(fractions=[count / 8 for count in range(9)], steps=None)
STEPS = SimpleNamespace(fractions=None, steps=(15, 40))
ABLATION = {"grid": EIGHTHS, "ranked_on": "same_images", "halves_seed": 0, "batch_size": 512}


def main(folder: Path) -> None:
    """Print the table."""
    study = trained(folder)
    epochs = study.plain[0].sizes["epoch"] - 1
    print(f"{folder}: {len(study.plain)} networks without penalty, {epochs} epochs\n")
    print("| switch | number | sound | as the authors | difference |\n|---|---|---|---|---|")
    of_training(study)
    of_similarity(study, [0, epochs // 2, epochs])
    of_ablation(study, [min(EARLY, epochs), epochs])
    of_summaries(study)


def row(switch: str, number: str, sound, faithful, paired: bool = True) -> None:
    """A line of the table, in percent: means over networks, and what the second exceeds the first by.

    With its 95 % t interval if the values belong to the same networks one by one: pairs of networks are none.
    """
    sound, faithful = (100 * np.asarray(values, dtype=float) for values in (sound, faithful))
    shift = f"{np.mean(faithful) - np.mean(sound):+.2f}"
    if paired:
        shift += f" ± {difference_interval(faithful, sound, 0.95, paired=True)[1]:.2f}"
    print(f"| {switch} | {number} | {np.mean(sound):.2f} | {np.mean(faithful):.2f} | {shift} |", flush=True)


def of_training(study) -> None:
    """Conditions that override a switch of training, against the condition that is otherwise the same."""
    for key in SWITCHES:
        others = [run for run in study.runs if key in overrides(run)]
        for name in dict.fromkeys(run["condition"].item() for run in others):
            group = [run for run in others if run["condition"] == name]
            both = [twin(study, run) for run in group], group
            if all(one is not None for one in both[0]):
                values = proved(both[0][0])["training"][key], overrides(group[0])[key]
                of_overridden(study, f"`{key}`: {values[0]}, {values[1]}", name, both)
        if not others:
            print(f"| `{key}` | no condition of this study overrides it | | | |")


def of_overridden(study, switch: str, name: str, both: tuple[list, list]) -> None:
    """What two conditions end with: accuracy, and selectivity of the modules before the last one."""
    row(switch, f"final accuracy (%), {name}", *([run["val_accuracy"].values[-1] for run in runs] for runs in both))
    found = [
        [measured(selectivity, study, run.isel(epoch=[-1]), settings_of(run, **INDEX)) for run in runs] for runs in both
    ]
    means = [[module_means(run, "zero")["selectivity"][:-1].mean().item() for run in runs] for runs in found]
    row(switch, f"final selectivity (%), all modules but the last, {name}", *means)


def of_similarity(study, epochs: list[int]) -> None:
    """CKA between the first and the last module."""

    def within(**changed):
        asked = {"epochs": epochs, **CKA, **changed}
        return [measured(cka, study, run, settings_of(run, cka=asked))["cka"] for run in study.plain]

    sound, ordered, library = within(), within(order="class_sorted"), within(estimator="torch-cka")
    settings = settings_of(study.plain[0], cka={"epochs": epochs, **CKA})
    pairs = [across(study, *pair, settings)["cka"] for pair in combinations(study.plain, 2)]
    layers = sound[0]["layer"].values
    for epoch in epochs:
        number = f"CKA {layers[0]}–{layers[-2]} (%), epoch {epoch}"
        own, *others = ([ends(one.sel(epoch=epoch)) for one in each] for each in (sound, ordered, library, pairs))
        row("`cka.order`: shuffled, class_sorted", number, own, others[0])
        row("`cka.estimator`: minibatch, torch-cka", number, own, others[1])
        row("`cka`, `between`: within a network, between two", number, own, others[2], paired=False)


def ends(matrix: xr.DataArray) -> float:
    """CKA of the first module with the last, the mean of both ways round as the paper takes it between networks."""
    return float(matrix[0, -2] + matrix[-2, 0]) / 2


def of_ablation(study, epochs: list[int]) -> None:
    """The area under the selective curve less that under the random one, and how the selective one rises."""
    ranked = [measured(selectivity, study, run.sel(epoch=epochs), settings_of(run, **INDEX)) for run in study.plain]
    modules = np.unique(ranked[0]["module"]).tolist()
    names = (f"modules {modules[0]}–{modules[-2]}", f"module {modules[-1]}")

    def curves(protocol="fixed_orders", repeats=3, **changed):
        random = SimpleNamespace(protocol=protocol, repeats=repeats)
        asked = {"epochs": epochs, "modules": modules, "random": random, **ABLATION, **changed}
        return [
            measured(ablation, study, run, settings_of(run, ablation=asked, **INDEX), selectivity=order)
            for run, order in zip(study.plain, ranked, strict=True)
        ]

    sound, uneven = curves(), curves(grid=STEPS)
    switched = {
        "`ablation.ranked_on`: held_out_halves, same_images": (curves(ranked_on="held_out_halves"), sound),
        "`ablation.random.protocol`: fixed_orders, redrawn_per_batch": (sound, curves("redrawn_per_batch")),
        "`ablation.grid`: eighths, steps of 15 and 40": (sound, uneven),
    }
    for switch, both in switched.items():
        for epoch in epochs:
            for name, *gaps in zip(names, *(gap(each, epoch) for each in both), strict=True):
                row(switch, f"area, selective − random (%), {name}, epoch {epoch}", *gaps)
    for name, *rises in zip(names, *(rise(uneven, area) for area in ("integral", "sum")), strict=True):
        number = f"rise of the selective area from epoch {epochs[0]} to {epochs[1]} (% of the former), {name}"
        row("`area`: integral, sum (of steps of 15 and 40)", number, *rises)


def gap(results: list[xr.Dataset], epoch: int) -> np.ndarray:
    """(2, networks) area of the selective order less that of the random one, of either group of modules."""
    areas = [ablation_curves(one)["area"].sel(epoch=epoch) for one in results]
    return np.transpose([grouped(area.sel(order="selective") - area.sel(order="random")) for area in areas])


def rise(results: list[xr.Dataset], area: str) -> np.ndarray:
    """(2, networks) what the selective area gains from the first to the last epoch, as a share of the first one's."""
    areas = [ablation_curves(one, area=area)["area"].sel(order="selective") for one in results]
    return np.transpose([grouped(each.isel(epoch=-1) / each.isel(epoch=0) - 1) for each in areas])


def grouped(of_modules: xr.DataArray) -> tuple[float, float]:
    """The mean over the modules before the last one, and the last one."""
    return float(of_modules[:-1].mean()), float(of_modules[-1])


def of_summaries(study) -> None:
    """Silent units in the condition that has the most of them; bands of the networks without penalty."""
    results = [measured(selectivity, study, run, settings_of(run, **INDEX)) for run in study.runs]
    silent = {run["condition"].item(): float(np.isnan(run["selectivity"][-1]).mean()) for run in results}
    most = max(silent, key=silent.get)
    ends = [run.isel(epoch=[-1]) for run in results if run["condition"] == most]
    for module in np.unique(ends[0]["module"]):
        values = [[module_means(run, way)["selectivity"].sel(module=module).item() for run in ends] for way in WAYS]
        row(f"`silent_units`: {', '.join(WAYS)}", f"selectivity (%), module {module}, {most}, at the end", *values)
    of_bands([run for run in results if run["condition"] == study.plain[0]["condition"]])
    accuracy = [run["val_accuracy"].values[-1] for run in study.plain]
    band("final accuracy (%)", student_interval(accuracy, 0.95)[1], paper_interval(accuracy)[1])


def of_bands(results: list[xr.Dataset]) -> None:
    """Half-widths of the bands of every module's mean selectivity, at the epoch of the peak."""
    means = xr.concat([module_means(run, "zero")["selectivity"] for run in results], "seed")
    peak = int(means.mean("seed")[:-1].mean("module").idxmax("epoch"))
    blocks = xr.concat([block_means(run, "zero").sel(epoch=peak) for run in results], "seed")
    for module in means["module"].values:
        here = blocks.isel(place=blocks["module"].values == module)
        theirs = module_band(pooled_spread(here["selectivity"].values.T, here["spread"].values.T))
        ours = student_interval(means.sel(module=module, epoch=peak).values, 0.95)[1]
        band(f"selectivity (%), module {module}, epoch {peak}", ours, theirs)


def band(number: str, ours: float, theirs: float) -> None:
    """A line of the table: half-widths, which no network has on its own."""
    print(f"| `bands`: networks, paper | half-width, {number} | {100 * ours:.2f} | {100 * theirs:.2f} | |", flush=True)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    with redirect_stderr(io.StringIO()):  # progress bars
        main(Path(sys.argv[1] if len(sys.argv) > 1 else f"results/{reading.read().study}"))
