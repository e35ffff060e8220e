"""Where trainings work: a folder that neither engine knows, and that may lie on a faster disk."""

import os
import re
import tempfile
from collections import defaultdict
from functools import cache
from pathlib import Path

from vestige.config.study import Study
from vestige.foundation.file_identity import identity
from vestige.foundation.rows import STAGES
from vestige.pipeline import Job
from vestige.provenance import hashing

DEFAULT = "work"
FILLING = "|".join(stage.name for stage in STAGES.values() if stage.folder)  # the stages that work there
RUN = 16  # digits of a run's digest
WORKPLACE = re.compile(rf".+-({FILLING})-.+-[0-9a-f]{{8}}")
TAKEN = ("results", "logs", "benchmarks", "src", "workflow", "tests", ".dvc", ".git", ".snakemake")
Marks = dict[str, set[tuple[str, str]]]  # of the states of an epoch, by its key, which run and kind of machine
REMEDY = "name a folder that every job can write to, or leave the key out (then it is work/)"


class ScratchRefused(RuntimeError):
    """A scratch folder in which no training can work; the message names the remedy."""


def scratch(study: Study) -> Path:
    """The study's scratch folder, `~` and `$VARIABLES` filled in.

    Raises ScratchRefused for a variable that is not set, and for a folder in which other things of the project lie.
    """
    path = os.path.expanduser(os.path.expandvars(study.scratch or DEFAULT))
    if unset := re.search(r"\$(\w+|\{\w+\})|^~[^/]*", path):
        raise ScratchRefused(f"scratch in {study.file} is {study.scratch}, but {unset[0]} is not known here: {REMEDY}")
    inside = Path(os.path.relpath(os.path.abspath(path))).parts
    if not path.strip() or "\0" in path or not inside or inside[0] in TAKEN:
        raise ScratchRefused(f"scratch in {study.file} is {study.scratch!r}, which cannot be used: {REMEDY}")
    return Path(path)


def trajectories(study: Study) -> Path:
    """The folder in which all runs leave what others may go on from. Raises ScratchRefused."""
    return scratch(study) / "trajectories"


def workplaces(study: Study) -> Path:
    """The folder that holds those of the trainings in progress. Raises ScratchRefused."""
    return scratch(study) / "training"


def workplace(job: Job) -> Path:
    """The folder in which a training gathers its checkpoints: its own, should clones of the project share scratch."""
    return workplaces(job.study) / name_of(job)


def name_of(job: Job) -> str:
    """The name of a run among those of all studies and clones."""
    clone = hashing.of_text(str(Path.cwd()))[:8]
    return f"{job.study.study}-{job.stage.name}-{Path(job.output).stem}-{clone}"


def digest_of(job: Job) -> str:
    """The digest of that name, by which a run knows what it has left itself."""
    return hashing.of_text(name_of(job))[:RUN]


def make(*folders: Path) -> None:
    """Make folders, and see that they can be written to. Raises ScratchRefused."""
    for each in folders:
        try:
            each.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=each):
                pass
        except OSError as error:
            why = f"{each}, where trainings work, cannot be written to ({error.strerror})"
            raise ScratchRefused(f"{why}; scratch in params.yaml says where: {REMEDY}") from None


def keys_in_folder(folder: Path) -> tuple[set[str], Marks]:
    """The keys of which weights lie in a folder, and of which states, with who left them. Raises OSError without it."""
    return list_keys(folder, *identity(folder))


@cache
def list_keys(folder: Path, *mark: int) -> tuple[set[str], Marks]:
    """The keys of the weights and of the states in a folder, remembered while no file of it comes or goes."""
    parts = [name.split("-") for name in os.listdir(folder)]
    weights = {key for key, *kind in parts if kind[:1] == ["weights"]}
    states: Marks = defaultdict(set)
    for key, *more in parts:
        if more[:1] == ["state"] and len(more) == 4:  # as training/resume.py names them, which loads torch
            states[key].add((more[1], more[2]))
    return weights, states
