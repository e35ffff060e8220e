"""Switches of ablation, and of the area under its curves."""

from types import SimpleNamespace

import numpy as np
import xarray as xr
from rows import row
from trained import INDEX, last_epoch, measured, settings_of

from vestige.metrics.summaries import ablation_curves
from vestige.stages.ablation import ablation
from vestige.stages.selectivity import selectivity

EARLY = 2  # the epoch that is held against the last one: the peak of selectivity is behind it, or at it
EIGHTHS = SimpleNamespace(fractions=[count / 8 for count in range(9)], steps=None)
STEPS = SimpleNamespace(fractions=None, steps=(15, 40))
ABLATION = {"grid": EIGHTHS, "ranked_on": "same_images", "halves_seed": 0, "batch_size": 512}


def of_ablation(study) -> None:
    """The area under the selective curve less that under the random one, and how the selective one rises."""
    last = last_epoch(study)
    epochs = [min(EARLY, last), last]
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
