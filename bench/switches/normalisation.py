"""The statistics of batch normalisation in evaluation, which lag behind the weights where epochs have few steps."""

from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import xarray as xr
from rows import row
from trained import INDEX, checkpoints, last_epoch, measured, proved, settings_of

from vestige.data.loader import split_of
from vestige.foundation.device import prepare
from vestige.foundation.random import generator
from vestige.metrics.summaries import module_means, over_representation
from vestige.stages.selectivity import selectivity
from vestige.training.batch_norm import recompute
from vestige.training.checkpoints import name, write
from vestige.training.evaluation import each_checkpoint, load_network
from vestige.training.loop import validate

SWITCH = "batch normalisation: recomputed on the training images, running statistics"
EARLY = 1


def of_normalisation(study) -> None:
    """Headline numbers with either statistics, of the same weights."""
    study = at_headlines(study)
    with TemporaryDirectory() as folder:
        sound, faithful = headlines(recomputed(study, Path(folder))), headlines(study)
    for number, values in faithful.items():
        row(SWITCH, number, sound[number], values)


def at_headlines(study) -> SimpleNamespace:
    """The last epoch of every run, and of those without penalty an early one too."""
    plain = [run.sel(epoch=[EARLY, last_epoch(study)]) for run in study.plain]
    others = [run.isel(epoch=[-1]) for run in study.runs if run["condition"] != plain[0]["condition"]]
    return SimpleNamespace(folder=study.folder, images=study.images, runs=plain + others, plain=plain)


def headlines(study) -> dict[str, list[float]]:
    """What is read off the evaluated networks, by name: a value for each network of a condition."""
    baseline, last = study.plain[0]["condition"].item(), last_epoch(study)
    numbers = {f"accuracy (%), {baseline}, epoch {EARLY}": [run["val_accuracy"].values[0] for run in study.plain]}
    for run in study.runs:
        numbers.setdefault(f"final accuracy (%), {run['condition'].item()}", []).append(run["val_accuracy"].values[-1])
    found = [measured(selectivity, study, run, settings_of(run, **INDEX)) for run in study.plain]
    means = [module_means(run, "zero")["selectivity"].isel(module=-1) for run in found]
    for epoch in (EARLY, last):
        number = f"selectivity (%), module {means[0]['module'].item()}, {baseline}, epoch {epoch}"
        numbers[number] = [mean.sel(epoch=epoch).item() for mean in means]
    most = min(study.runs, key=lambda run: (run["alpha"].item(), run["start"].item()))["condition"]
    counts = [over_representation(run).values[-1] for run in study.runs if run["condition"] == most]
    return numbers | {f"5 most predicted classes, final count (% of an even spread), {most.item()}": counts}


def recomputed(study, folder: Path) -> SimpleNamespace:
    """The study with recomputed statistics in its networks, whose checkpoints are left in `folder`."""
    anew = SimpleNamespace(folder=folder, images=study.images)
    anew.runs = [reevaluated(study, run, checkpoints(anew, run)) for run in study.runs]
    anew.plain = anew.runs[: len(study.plain)]
    return anew


def reevaluated(study, run: xr.Dataset, folder: Path) -> xr.Dataset:
    """A run whose checkpoints and validation are those with recomputed statistics."""
    settings, size = settings_of(run), proved(run)["training"]["batch_size"]
    device = prepare(settings.device, settings.threads)
    network = load_network(settings, study.images, device)
    train, val = (split_of(study.images, settings.images, split, size, device) for split in ("train", "val"))
    order = generator("statistics").permutation(len(train.labels))
    order = order[: len(order) - len(order) % size]  # without a last batch that is smaller
    folder.mkdir(parents=True)
    records = []
    for epoch in each_checkpoint(network, "all", run, checkpoints(study, run)):
        recompute(network.trunk, (images for images, _ in train.batches(order)))
        records.append(validate(network, val) | {"checkpoint": write(folder / name(epoch), network.trunk)})
    return run.assign({key: (run[key].dims, [record[key] for record in records]) for key in records[0]})
