"""Switches of the figures: what counts in a mean, and what is drawn as its band."""

import numpy as np
import xarray as xr
from rows import band, row
from trained import INDEX, measured, settings_of

from vestige.metrics.intervals import module_band, paper_interval, pooled_spread, student_interval
from vestige.metrics.summaries import block_means, module_means
from vestige.stages.selectivity import selectivity

WAYS = ("omit", "zero")


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
