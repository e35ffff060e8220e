"""Writes what a stage returns: labelled, stamped with its proof, whole or not at all."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vestige.foundation.call import Call, module_of
from vestige.foundation.result_encoding import add_coordinates
from vestige.pipeline import Job
from vestige.provenance import hashing, results

Proof = Callable[[dict[str, str]], dict[str, Any]]  # of the digests of what lies beside a result


def write(job: Job, call: Call, made: Any, proof: Proof, beside: dict[str, str]) -> None:
    """Write a Dataset or a page, after what lies beside it."""
    stamp = proof(beside | numbers(job, made))
    if isinstance(made, str):
        results.write_page(Path(job.output), made, stamp)
    else:
        results.write_dataset(Path(job.output), add_coordinates(made, call["labels"]), stamp)


def numbers(job: Job, made: Any) -> dict[str, str]:
    """Write the JSON beside a Dataset, if its stage has any: what its function `metrics` says of it; its digest."""
    for path in job.files_beside:
        metrics = module_of(job.stage.code[0]).metrics(made)
        text = json.dumps(metrics, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        results.write_bytes(Path(path), text.encode())
    return {path: hashing.sha256(Path(path)) for path in job.files_beside}
