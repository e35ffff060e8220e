"""Where trainings work: a folder that neither engine knows, and that may lie on a faster disk."""

import os
import re
import tempfile
from functools import cache
from pathlib import Path

from vestige.config.study import Study
from vestige.foundation.file_identity import identity
from vestige.foundation.rows import STAGES
from vestige.pipeline import Job
from vestige.provenance import hashing

DEFAULT = "work"
FILLING = "|".join(stage.name for stage in STAGES.values() if stage.folder)  # the stages that work there
WORKPLACE = re.compile(rf".+-({FILLING})-.+-[0-9a-f]{{8}}")
TAKEN = ("results", "logs", "benchmarks", "src", "workflow", "tests", ".dvc", ".git", ".snakemake")
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
    clone = hashing.of_text(str(Path.cwd()))[:8]
    return workplaces(job.study) / f"{job.study.study}-{job.stage.name}-{Path(job.output).stem}-{clone}"


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


def lying(folder: Path) -> tuple[set[str], set[str]]:
    """The keys of which weights lie in a folder, and those of which states do. Raises OSError where there is none."""
    return listed(folder, *identity(folder))


@cache
def listed(folder: Path, *mark: int) -> tuple[set[str], set[str]]:
    """The keys of the weights and of the states in a folder, remembered while no file of it comes or goes."""
    parts = [name.split("-") for name in os.listdir(folder)]
    weights, states = ({key for key, *kind in parts if kind[:1] == [asked]} for asked in ("weights", "state"))
    return weights, states
