"""Projects whose results are invented in milliseconds, with true proofs: each says what it would be made from."""

import io
import json
import shutil
from pathlib import Path

import numpy as np
import xarray as xr
from PIL import Image

from vestige import pipeline
from vestige.commands import cost_records
from vestige.config.study import Study
from vestige.foundation import canonical_json, source_hash
from vestige.pipeline import Job
from vestige.provenance import embedding, hashing, proofs, results


def copy_of_the_code(root: Path, monkeypatch) -> Path:
    """Let the code that makes results be a copy in a project's folder, where it may be edited."""
    package = root / "src" / "vestige"
    shutil.copytree(source_hash.PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(source_hash, "PACKAGE", package)
    return package


def afresh(study: Study) -> dict[str, str]:
    """By path a digest of all that determines each result of a study, if everything were made from nothing."""
    found: dict[str, str] = {}
    for job in pipeline.jobs(study):
        behind = [found[each.output] for each in job.inputs]
        said = [job.output, proofs.code_digests(job), job.text, behind]
        found[job.output] = hashing.of_text(canonical_json.canonical(said))
    return found


def make(job: Job, says: str) -> None:
    """Write a result that says a text, all that lies beside it, and its proof."""
    beside = [*job.files_beside, *checkpoints(job)]
    for path in beside:
        results.write_bytes(Path(path), f"{path} {says}".encode())
    given = {path: hashing.sha256(Path(path)) for path in beside}
    stamp = proofs.proof(job, proofs.code_digests(job), proofs.input_digests(job), proofs.describe_behind(job), given)
    write(Path(job.output), says, stamp)


def checkpoints(job: Job) -> list[str]:
    """The checkpoints of a training; nothing for what trains nothing."""
    if job.stage.name != "training":
        return []
    return [f"{job.folder}/epoch-{epoch:03d}.safetensors" for epoch in range(cost_records.length(job) + 1)]


# What the check of a study reads in these two results: as many images as the digits have, the layers of a ResNet
TABLES = {
    "images.nc": {"split": ("split", ["train", "val"]), "count": (("split", "class"), [[144] * 10, [36] * 10])},
    "network.nc": {"module": ("step", [-1, 4, 5, 6, 7, -1]), "head": ((), "fc")},
}


def write(path: Path, says: str, stamp: dict) -> None:
    """Write a file of the kind that the path asks for."""
    if path.suffix == ".html":
        results.write_page(path, f"<html><body>{says}</body></html>\n", stamp)
    elif path.suffix == ".png":
        file = io.BytesIO()
        Image.frombytes("L", (8, 8), says.encode()[:64]).save(file, "png")
        results.write_picture(path, file.getvalue(), stamp)
    else:
        text = {"says": ("byte", np.frombuffer(says.encode(), "u1"))}
        results.write_dataset(path, xr.Dataset(text | TABLES.get(path.name, {})), stamp)


def corrupt(path: Path) -> None:
    """Change what a result says, and leave its proof."""
    if path.suffix == ".nc":
        import netCDF4

        with netCDF4.Dataset(path, "a") as opened:
            opened["says"][0] = opened["says"][0] ^ 1
    else:
        path.write_bytes(path.read_bytes() + b"\n")


def proof_of(path: Path) -> dict:
    """The proof in a file."""
    return json.loads(embedding.read_embedded(path)[0])
