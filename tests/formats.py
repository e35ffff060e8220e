"""The format of results: what is decoded of one of each kind. `make format-number` raises its number and notes it anew.

Run in the project's root. Numbers themselves are not noted, for machines differ in them.
"""

import json
import re
import tempfile
from pathlib import Path

import netCDF4
from engines import ROOT, TINY, new_project, run
from PIL import Image
from ruamel.yaml import YAML

from vestige import pipeline
from vestige.config import loading
from vestige.provenance import proofs

FILE = ROOT / "tests" / "format.json"
NUMBER = ROOT / "src" / "vestige" / "foundation" / "format.py"
ENCODINGS = ("zlib", "shuffle", "complevel", "fletcher32")
# The tiny study with one run of every kind of result.
EVERY_KIND = {
    "study": "every_kind",
    "seeds": [0, 1],
    "conditions": {
        "baseline": {"alpha": 0},
        "suppressed": {"alpha": -5, "modules": [4, 5], "start": 0, "learning_rate": 0.05},
    },
    "association": {"epochs": [0, 1], "batch_size": 512, "directions": 2, "directions_seed": 0},
    "clustering": {"restarts": 1, "steps": 9, "entropy": 0.15, "seed": 0, "nulls": {"shuffled": 1, "strengths": 1}},
    "agreement": {"dead_units": "left_out"},
    "norms": {"epochs": "all"},
    "cluster_ablation": {"measures": ["covariance"], "repeats": 2, "seed": 0, "batch_size": 512},
    "between": {"mixed": {"first": "baseline", "second": "suppressed"}},
    "untrained": {"initial": {"networks": 2, "seed": 0}},
    "applies": dict.fromkeys(("ablation", "cka", "association", "norms", "cluster_ablation"), ["suppressed"]),
}


def make_results(folder: Path) -> Path:
    """The results of that study, made in an empty folder."""
    project = new_project(folder)
    yaml = YAML(typ="safe")
    data = yaml.load(TINY.read_text()) | EVERY_KIND
    figures = {kind: {} for kind in data["figures"]} | {"network": {"architecture": {"dpi": 80}}}
    yaml.dump(data | {"figures": figures}, project / "params.yaml")
    run(project, "snakemake figures --cores 2", timeout=600)
    return project / "results" / "every_kind"


def describe_results(results: Path) -> dict:
    """What is decoded of one result of each kind, by the path of its folder or file."""
    found = {}
    for path in sorted(results.rglob("*.*")):
        kind = path.relative_to(results).parts[0]
        describe = {".nc": describe_dataset, ".png": describe_picture, ".html": describe_page}.get(path.suffix)
        if describe is not None and not kind.startswith("."):
            found[kind] = describe(path)
    return found


def describe_dataset(path: Path) -> dict:
    """Variables of a labelled array file: dimensions, type, encoding, attributes; names of the file's own."""
    with netCDF4.Dataset(path) as opened:
        return {
            "attributes": sorted(opened.ncattrs()),
            "unlimited": [name for name, each in opened.dimensions.items() if each.isunlimited()],
            "variables": {name: describe_variable(each) for name, each in sorted(opened.variables.items())},
        }


def describe_variable(variable) -> dict:
    """One variable."""
    filters = variable.filters() or {}
    return {
        "dimensions": [*variable.dimensions],
        "type": str(variable.dtype) if variable.dtype is not str else "text",
        "encoding": {name: filters[name] for name in ENCODINGS if filters.get(name)},
        "attributes": {name: str(variable.getncattr(name)) for name in sorted(variable.ncattrs())},
    }


def describe_picture(path: Path) -> dict:
    """The texts in a PNG by name, and its mode."""
    with Image.open(path) as opened:
        opened.load()
        return {"texts": sorted(opened.text), "mode": opened.mode}


def describe_page(path: Path) -> dict:
    """Where a page holds its proof."""
    return {"scripts": re.findall(r"<script[^>]*>", path.read_text(encoding="utf-8"))[-1:]}


def read_number() -> int:
    """The number of the format in the source."""
    return int(re.search(r"^FORMAT = (\d+)$", NUMBER.read_text(), re.MULTILINE)[1])


def trainings() -> list:
    """The trainings of the shipped study."""
    return [job for job in pipeline.jobs(loading.read(ROOT / "studies/digits.yaml")) if job.stage.resumes]


def write_note(number: int, found: dict) -> None:
    """Note what is decoded of results of a format, and what trainings of the shipped study are made with."""
    jobs = trainings()
    note = {"format": number, "results": found, "code": proofs.code_digests(jobs[0])}
    note["texts"] = {job.output: job.text for job in jobs}
    FILE.write_text(json.dumps(note, indent=1, sort_keys=True) + "\n")


def main() -> None:
    """Raise the number where what is decoded has changed, and note it."""
    with tempfile.TemporaryDirectory() as folder:
        found = describe_results(make_results(Path(folder, "project")))
    noted = json.loads(FILE.read_text()) if FILE.is_file() else {}
    if noted.get("results") == found:
        write_note(read_number(), found)
        return print(f"format {read_number()}: as it was; what trainings are made with is noted as it is now")
    number = noted.get("format", read_number() - 1) + 1
    NUMBER.write_text(re.sub(r"^FORMAT = \d+$", f"FORMAT = {number}", NUMBER.read_text(), flags=re.MULTILINE))
    write_note(number, found)
    print(f"format {number}: every result is made anew")


if __name__ == "__main__":
    main()
