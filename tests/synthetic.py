"""A study of a thousand results that nobody computed: small files with true proofs, written by vestige's own shell."""

import contextlib
import io
import time
from pathlib import Path

from engines import TINY, new_project
from ruamel.yaml import YAML

from vestige import digests, pipeline, proofs, reading, results
from vestige.fronts import costs

CONDITIONS, SEEDS = 25, 10  # four results a run


def synthetic_project(folder: Path, conditions: int = CONDITIONS, seeds: int = SEEDS) -> Path:
    """A project with every result of a wide study, and with the records of what they cost; known to no engine."""
    project = new_project(folder)
    yaml = YAML()
    yaml.dump(widened(yaml.load(TINY), conditions, seeds), project / "params.yaml")
    with contextlib.chdir(project):
        study = reading.read()
        results.make_folders(study)
        for job in pipeline.jobs(study):
            fake(job)
        digests.keep()
    return project


def widened(data: dict, conditions: int, seeds: int) -> dict:
    """The tiny study with many conditions and seeds, whose every run is ablated and compared."""
    named = {"baseline": {"alpha": 0}}
    named |= {f"suppressed_by_{n}": {"alpha": -n, "modules": [4, 5], "start": 0} for n in range(1, conditions)}
    data |= {"study": "wide", "conditions": named, "seeds": [*range(seeds)]}
    data |= {"applies": {"ablation": [*named], "cka": [*named]}}
    return data


def fake(job: pipeline.Job) -> None:
    """Write a result that says little, what lies beside it, its proof and its record."""
    for path in (*job.beside, *checkpoints(job)):
        results.write_bytes(Path(path), f"what lies beside {job.output}: {path}".encode())
    beside = {path: digests.sha256(Path(path)) for path in (*job.beside, *checkpoints(job))}
    write(job, proofs.proof(job, proofs.code_digests(job), proofs.input_digests(job), beside))
    record = costs.spent(job, 1.5, 0, time.time())
    results.write_bytes(costs.path_of(job), record.model_dump_json().encode())


def checkpoints(job: pipeline.Job) -> tuple[str, ...]:
    """The checkpoints of a training; nothing for what trains nothing."""
    if job.stage.name != "training":
        return ()
    return tuple(f"{job.checkpoints}/epoch-{epoch:03d}.safetensors" for epoch in range(costs.length(job) + 1))


def write(job: pipeline.Job, stamp: dict) -> None:
    """Write a result as its kind of file is written."""
    path, text = Path(job.output), f"no more than the name of {job.output}"
    if path.suffix == ".html":
        results.write_page(path, f"<html><body>{text}</body></html>", stamp)
    elif path.suffix == ".png":
        results.write_picture(path, picture(text), stamp)
    else:
        import xarray

        results.write_dataset(path, xarray.Dataset({"number": ("x", [1.0, 2.0])}, attrs={"title": text}), stamp)


def picture(text: str) -> bytes:
    """A small PNG with a description."""
    from PIL import Image, PngImagePlugin

    said, file = PngImagePlugin.PngInfo(), io.BytesIO()
    said.add_text("Description", text)
    Image.new("L", (4, 4)).save(file, "png", pnginfo=said)
    return file.getvalue()
