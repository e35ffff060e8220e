"""What a stage is called with: its function, its inputs, its settings, and how its result is labelled."""

import importlib
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from vestige.commands.checkpoint_publishing import workplace
from vestige.config.study import Run
from vestige.foundation.rows import PAIR, SET
from vestige.pipeline import Job
from vestige.provenance import given


def load(job: Job) -> None:
    """Load all the code that will be run, so that no later edit is run in its place."""
    for file in job.code:
        if file.endswith(".py"):
            module_of(file)


def function_of(job: Job) -> Callable:
    """The function that makes a result; another file may bring its own, as a source of images that exceed memory."""
    name = job.stage.name
    for file in filter(None, (job.stage.own_function, f"stages/{name}.py")):
        module = module_of(file.format(**job.names | {"study": job.study}))
        if hasattr(module, name):
            return getattr(module, name)
    raise AttributeError(f"stages/{name}.py has no function {name}")


def check_result(job: Job, made) -> None:
    """Refuse a result that nothing can be made of, where the stage's file has a function `check_result` to say so."""
    check = getattr(module_of(job.stage.code[0]), "check_result", None)
    if check is not None:
        check(settings_of(job), made)


def module_of(file: str):
    """A module of the package, by its file."""
    return importlib.import_module(f"vestige.{file.removesuffix('.py').replace('/', '.')}")


def places_of(job: Job) -> dict[str, Any]:
    """The folders that a stage is handed: one to fill, and those that belong to the results that it reads.

    They are named as their own folder is: `checkpoints`, or of a pair `first_checkpoints`.
    """
    own = workplace(job) if job.stage.folder else {}
    if given.is_given(job):
        own |= {"given": given.list_files(job), "key": given.key_of(job)}
    read = {name: Path(each.folder) for name, each in job.named.items() if each.stage.folder}
    of_pair = job.stage.axis == PAIR
    return own | {f"{name}_{path.parent.name}" if of_pair else path.parent.name: path for name, path in read.items()}


def labels_of(job: Job) -> dict[str, Any]:
    """The scalar coordinates of a result: those of its run or pair, which its inputs are checked to have, or set."""
    if "pair" in job.names:
        return job.study.coordinates_of_pair(job.names["pair"], job.names["seed"])
    if "condition" in job.names:
        return job.study.coordinates(Run(job.names["condition"], job.names["seed"]))
    return {"study": job.study.study, **dict(job.values)}


def settings_of(job: Job) -> SimpleNamespace:
    """Exactly the sections that a stage declares; reading any other is an AttributeError.

    A run's own condition is complete, and so is its training; a set's own section is its part of it; other stages are
    given sections as the study has them.
    """
    study, declared = job.study, dict.fromkeys(key.split(".")[0] for key in job.keys)
    given = {name: getattr(study, name) for name in declared} | ({"rows": job.rows} if job.stage.rows else {})
    if "condition" in job.names and "conditions" in declared:
        condition = job.names["condition"]
        penalty = SimpleNamespace(**study.condition(condition).penalty)
        stream = study.stream(condition, job.names["seed"])
        given.update(training=study.training_of(condition), condition=penalty, seed=stream)
        del given["conditions"]
    if job.stage.axis == SET:
        given[job.stage.name] = given[job.stage.name][job.names["set"]]
    return SimpleNamespace(**given)
