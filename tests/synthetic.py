"""A study of a thousand results that nobody computed: small files with true proofs, written by vestige's own shell."""

import contextlib
import time
from pathlib import Path

import invented
from engines import TINY, new_project
from ruamel.yaml import YAML

from vestige import pipeline
from vestige.commands import cost_records
from vestige.config import loading
from vestige.foundation import file_cache
from vestige.provenance import hashing, results

CONDITIONS, SEEDS = 25, 10  # four results a run


def synthetic_project(folder: Path, conditions: int = CONDITIONS, seeds: int = SEEDS) -> Path:
    """A project with every result of a wide study, and with the records of what they cost; known to no engine."""
    project = new_project(folder)
    yaml = YAML()
    yaml.dump(widened(yaml.load(TINY), conditions, seeds), project / "params.yaml")
    with contextlib.chdir(project):
        study = loading.read()
        results.make_folders(study)
        for job in pipeline.jobs(study):
            invented.make(job, hashing.of_text(job.output))
            record = cost_records.make_record(job, 1.5, 0, time.time())
            results.write_bytes(cost_records.path_of(job), record.model_dump_json().encode())
        file_cache.keep()
    return project


def widened(data: dict, conditions: int, seeds: int) -> dict:
    """The tiny study with many conditions and seeds, whose every run is ablated and compared."""
    named = {"baseline": {"alpha": 0}}
    named |= {f"suppressed_by_{n}": {"alpha": -n, "modules": [4, 5], "start": 0} for n in range(1, conditions)}
    data |= {"study": "wide", "conditions": named, "seeds": [*range(seeds)]}
    data |= {"applies": {"ablation": [*named], "cka": [*named], "association": [], "norms": [], "cluster_ablation": []}}
    return data
