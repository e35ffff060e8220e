"""What a stage is called with: its function, its inputs, its settings, and how its result is labelled."""

import importlib
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from vestige.commands.checkpoint_publishing import workplace
from vestige.config.study import Run
from vestige.data.settings import refuse_smaller
from vestige.pipeline import Job


def load(job: Job) -> None:
    """Load all the code that will be run, so that no later edit is run in its place."""
    for file in job.code:
        if file.endswith(".py"):
            importlib.import_module(f"vestige.{file.removesuffix('.py').replace('/', '.')}")


def function_of(job: Job) -> Callable:
    """The function that makes a result; a source of images may bring its own, where they exceed the memory."""
    if job.stage.name == "images":
        source = importlib.import_module(f"vestige.data.{job.study.images.source}")
        if hasattr(source, "images"):
            return source.images
    return getattr(importlib.import_module(f"vestige.stages.{job.stage.name}"), job.stage.name)


def refuse_unusable(job: Job, made) -> None:
    """Refuse images without a split or class, of one class, or too small, before a network is trained."""
    if job.stage.name != "images":
        return
    counts = made["count"]
    for split in counts["split"].values:
        empty = [str(made["class_name"].values[each]) for each in (counts.sel(split=split).values == 0).nonzero()[0]]
        if empty:
            raise ValueError(f"images: there is no {split} image of {', '.join(empty[:6])}")
    if counts.sizes["class"] < 2:
        raise ValueError("images: there is one class only; selectivity compares two or more")
    if not (made["height"].item() and made["width"].item()):
        raise ValueError("images: they have no pixels")
    refuse_smaller(job.study.images.crop, made["height"].item(), made["width"].item())


def places_of(job: Job) -> dict[str, Any]:
    """The folder that a stage is handed: training one to fill, a measure that of the checkpoints of each run."""
    if job.stage.name == "training":
        return workplace(job)
    if "pair" in job.names:
        return {f"{place}_checkpoints": Path(job.named[place].checkpoints) for place in ("first", "second")}
    return {"checkpoints": Path(job.checkpoints)} if "training" in job.named else {}


def labels_of(job: Job) -> dict[str, Any]:
    """The scalar coordinates of a result: those of its run or pair, which its inputs are checked to have."""
    if "pair" in job.names:
        return job.study.coordinates_of_pair(job.names["pair"])
    if "condition" in job.names:
        return job.study.coordinates(Run(job.names["condition"], job.names["seed"]))
    return {"study": job.study.study}


def settings_of(job: Job) -> SimpleNamespace:
    """Exactly the sections that a stage declares; reading any other is an AttributeError.

    A run's own condition is complete, and so is its training; other stages are given sections as the study has them.
    """
    study, declared = job.study, {key.split(".")[0] for key in job.settings}
    given = {name: getattr(study, name) for name in declared}
    if "condition" in job.names and "conditions" in declared:
        condition = job.names["condition"]
        given |= {"training": study.training_of(condition), "condition": study.penalty_of(condition)}
        given |= {"seed": study.stream(condition, job.names["seed"])}
        del given["conditions"]
    return SimpleNamespace(**given)
