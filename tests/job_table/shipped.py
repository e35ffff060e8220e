"""The shipped study, and which of its results an edit reaches."""

import copy
from fnmatch import fnmatch
from pathlib import Path

from vestige import pipeline
from vestige.config import loading
from vestige.foundation import canonical_json

ROOT = Path(__file__).resolve().parents[2]
PARAMS = ROOT / "studies" / "digits.yaml"
SHIPPED = loading.parse_yaml(PARAMS.read_text(), PARAMS)
STUDY = loading.validate_study(SHIPPED)
KIND_OF = {figure: kind for kind, figures in SHIPPED["figures"].items() for figure in figures}
ABSENT = object()

CLAIMS = ["*/claims"]
RUNS = ["training/*", "selectivity/*", "ablation/*", "cka/*", "between/*"]
OF_CONDITIONS = ["figures_training/*", "figures_selectivity/*", *CLAIMS]
OF_SEEDS = ["figures_ablation/*", "figures_cka/*", *OF_CONDITIONS]
NETWORKS = [*RUNS, "figures_between/*", *OF_SEEDS]
STRUCTURE = [*NETWORKS, "*/network", "figures_network/*"]
SUPPRESSED = [f"{stage}/suppressed-*" for stage in ("training", "selectivity", "cka")]
SUPPRESSED += ["between/*suppressed*", "figures_between/*", "figures_cka/*", *OF_CONDITIONS]
ABLATION = ["ablation/*", "figures_ablation/*", *CLAIMS]
CKA = ["cka/*", "between/*", "figures_cka/*", "figures_between/*", *CLAIMS]


def edited(edits: dict) -> dict:
    """The shipped study with other values at some paths."""
    data = copy.deepcopy(SHIPPED)
    for path, value in edits.items():
        *above, key = path.split(".")
        section = data
        for each in above:
            section = section[each]
        if value is ABSENT:
            del section[key]
        else:
            section[key] = value(section[key]) if callable(value) else value
    return data


def prints(data: dict) -> dict[str, str]:
    """What determines each result of a study, by stage and name: settings, code, and the same of its inputs."""
    made: dict[str, str] = {}
    for job in pipeline.jobs(loading.validate_study(data)):
        inputs = [made[each.output] for each in job.inputs]
        made[job.output] = canonical_json.canonical([job.output, job.text, job.code, inputs])
    return made


def label(path: str) -> str:
    """The stage and the name of a result: training/baseline-seed0, figures_cka/linearity."""
    folder, name = Path(path).parent.name, Path(path).stem
    return f"figures_{KIND_OF[name]}/{name}" if folder == "figures" else f"{folder}/{name}"


BEFORE = prints(SHIPPED)


def changed(data: dict) -> set[str]:
    """The results of a study that are new, or made from something else than before."""
    return {label(path) for path, each in prints(data).items() if BEFORE.get(path) != each}


def expected(patterns: list[str], data: dict) -> set[str]:
    """The results of a study that match patterns; whatever changes, the report tells of it."""
    due = [*patterns, *(["*/report"] if patterns else [])]
    return {name for name in map(label, prints(data)) if any(fnmatch(name, pattern) for pattern in due)}
