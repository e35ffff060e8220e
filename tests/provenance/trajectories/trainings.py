"""Trainings of a small study, made in the folder where one is, and what they leave there."""

import copy
from pathlib import Path

from engines import TINY
from ruamel.yaml import YAML

from vestige import pipeline
from vestige.commands.make import make
from vestige.config import loading

PLAIN = YAML(typ="safe").load(TINY)
PLAIN["training"]["epochs"] = 4
PLAIN["conditions"] = {
    "baseline": {"alpha": 0},
    "suppressed": {"alpha": -5, "modules": [4, 5], "start": 2},
    "longer": {"alpha": 0, "epochs": 6},
}
PLAIN |= {"between": {}, "applies": {"ablation": [], "cka": [], "association": [], "norms": [], "cluster_ablation": []}}
PLAIN |= {"figures": {kind: {} for kind in PLAIN["figures"]}}
RUNS = "baseline-seed0", "suppressed-seed0", "longer-seed0"


def varied(**changes):
    """The plain study with other values at some keys, `__` between a section and its key; None takes a key out."""
    data = copy.deepcopy(PLAIN)
    for path, value in changes.items():
        *above, key = path.split("__")
        section = data
        for each in above:
            section = section[each]
        section[key] = value
        if value is None:
            del section[key]
    return data


def study(**changes):
    return loading.validate_study(varied(**changes))


def training(of, run="baseline-seed0"):
    condition, seed = run.split("-seed")
    return pipeline.job(of, "training", condition=condition, seed=int(seed))


def arrive(folder, monkeypatch):
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def made(*runs, **changes):
    """Make some trainings of a study in the folder where one is, from images made before; their last pass each."""
    YAML().dump(varied(**changes), Path("params.yaml"))
    given = loading.read()
    make(pipeline.job(given, "images"))
    for run in runs:
        make(training(given, run))
    return given


def results():
    """The training results and checkpoints in the folder where one is."""
    folders = sorted(Path("results").glob("*/training")) + sorted(Path("results").glob("*/checkpoints/*"))
    return {str(path): path.read_bytes() for folder in folders for path in folder.glob("*.*")}


def began(run, name="tiny"):
    """The epoch with which a training's log begins."""
    lines = Path(f"logs/{name}/training/{run}.log").read_text().splitlines()
    return next(int(line.split("epoch ")[1].split()[0]) for line in lines if " epoch " in line)


def kinds(folder="work"):
    """How many weights and how many states lie in a scratch folder."""
    names = [path.name.split("-")[1] for path in Path(folder, "trajectories").iterdir()]
    return names.count("weights"), names.count("state")


class Killed(BaseException):
    """What stands for a kill."""


def die():
    raise Killed
