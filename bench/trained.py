"""Runs of a study that has been trained, and what the stages find of them under other settings than the study's."""

import importlib
import json
from pathlib import Path
from types import SimpleNamespace

import xarray as xr

from vestige.stages.between import between

SWITCHES = ("class_reduction", "learning_rate_step")
INDEX = {"selectivity": {"batch_size": 512, "epsilon": 1e-6}}
PENALTY = ("alpha", "start", "stop", "modules", "epochs")


def trained(folder: Path) -> SimpleNamespace:
    """A study from its folder of results: its images, all runs, and those of the first condition without penalty."""
    runs = [xr.open_dataset(path) for path in sorted((folder / "training").glob("*.nc"))]
    plain = [run for run in runs if run["alpha"] == 0 and not overrides(run)]
    plain = [run for run in plain if run["condition"] == plain[0]["condition"]]
    return SimpleNamespace(folder=folder, images=xr.open_dataset(folder / "images.nc"), runs=runs, plain=plain)


def last_epoch(study) -> int:
    """The last epoch of the runs without penalty."""
    return study.plain[0]["epoch"].values[-1].item()


def overrides(run: xr.Dataset) -> dict:
    """The keys of training that a run's condition overrides, among those that are switches."""
    return {name: run[name].item() for name in SWITCHES if name in run.coords}


def proved(run: xr.Dataset) -> dict:
    """The settings with which a run was trained."""
    return json.loads(json.loads(run.attrs["proof"])["text"])["settings"]


def settings_of(run: xr.Dataset, **sections: dict) -> SimpleNamespace:
    """Settings for measuring a run, whose network and images are those that it was trained with."""
    said = proved(run)
    named = {"network": ("models", "family"), "images": ("data", "source")}
    files = {
        section: importlib.import_module(f"vestige.{folder}.{said[section][tag]}").Settings(**said[section])
        for section, (folder, tag) in named.items()
    }
    sections = {name: SimpleNamespace(**values) for name, values in sections.items()}
    return SimpleNamespace(device=said["device"], threads=said["threads"], **files, **sections)


def checkpoints(study, run: xr.Dataset) -> Path:
    """The folder of a run's checkpoints."""
    return study.folder / "checkpoints" / f"{run['condition'].item()}-seed{run['seed'].item()}"


def measured(stage, study, run: xr.Dataset, settings, **inputs) -> xr.Dataset:
    """What a stage finds of one run, labelled as the run is."""
    given = {"training": run, "checkpoints": checkpoints(study, run), "note": lambda line: None, **inputs}
    return stage(settings, study.images, **given).assign_coords(condition=run["condition"], seed=run["seed"])


def twin(study, run: xr.Dataset) -> xr.Dataset | None:
    """The run of the same seed and penalty whose condition overrides no switch."""
    alike = [one for one in study.runs if not overrides(one) and one["seed"] == run["seed"]]
    return next((one for one in alike if all(one[key] == run[key] for key in PENALTY)), None)


def across(study, first: xr.Dataset, second: xr.Dataset, settings) -> xr.Dataset:
    """What the stage `between` finds of two runs."""
    folders = [checkpoints(study, run) for run in (first, second)]
    return between(settings, study.images, first, second, *folders, lambda line: None)
