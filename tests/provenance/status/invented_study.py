"""The tiny study with other values, and which of its results are not proven, and why."""

from engines import TINY
from ruamel.yaml import YAML

from vestige.config import loading
from vestige.provenance import status
from vestige.provenance.status import PROVEN

TRAINING = "results/tiny/training/suppressed-seed0.nc"
SELECTIVITY = "results/tiny/selectivity/suppressed-seed0.nc"
FIGURE = "results/tiny/figures/emergence.png"
REPORT = "results/tiny/report.html"


def study_with(**leaves) -> loading.Study:
    """The tiny study, some leaves of it changed; a leaf's keys are joined by two underscores."""
    data = YAML(typ="safe").load(TINY)
    for keys, value in leaves.items():
        *path, last = keys.split("__")
        here = data
        for key in path:
            here = here[key]
        here[last] = value
    return loading.validate_study(data)


def states(study=None) -> dict[str, list[str]]:
    """The paths of all results that are not proven, by state."""
    found: dict[str, list[str]] = {}
    for path, each in status.judge(study or study_with()).items():
        found.setdefault(each.state, []).append(path)
    found.pop(PROVEN, None)
    return found


def reasons(path: str, study=None) -> str:
    """Why a result is not proven."""
    return "; ".join(status.judge(study or study_with())[path].reasons)
