"""Writes what a stage returns: labelled, stamped with its proof, whole or not at all."""

import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vestige.pipeline import Job
from vestige.provenance import hashing, results

Proof = Callable[[dict[str, str]], dict[str, Any]]  # of the digests of what lies beside a result


def write(job: Job, made: Any, labels: dict[str, Any], proof: Proof, beside: dict[str, str]) -> None:
    """Write a Dataset or a page, after what lies beside it."""
    stamp = proof(beside | numbers(job, made))
    if isinstance(made, str):
        results.write_page(Path(job.output), made, stamp)
    else:
        results.write_dataset(Path(job.output), labelled(made, labels), stamp)


def numbers(job: Job, made: Any) -> dict[str, str]:
    """Write the JSON beside a Dataset, if its stage has any: what its function `metrics` says of it; its digest."""
    for path in job.beside:
        metrics = importlib.import_module(f"vestige.stages.{job.stage.name}").metrics(made)
        text = json.dumps(metrics, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        results.write_bytes(Path(path), text.encode())
    return {path: hashing.sha256(Path(path)) for path in job.beside}


def labelled(dataset, labels: dict[str, Any]):
    """The Dataset with the scalar coordinates of its run.

    A setting of the run that is also measured (the learning rate of training) is what it was at first.
    """
    if own := [name for name, each in dataset.coords.items() if each.ndim == 0]:
        why = "which would pass for a setting of the run: give it a dimension, or make it a variable"
        raise ValueError(f"the stage gives its result the coordinate {own[0]} without a dimension, {why}")
    apart = {(f"initial_{name}" if name in dataset.variables else name): value for name, value in labels.items()}
    return dataset.assign_coords(apart)
