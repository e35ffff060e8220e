"""What jobs have cost so far: each leaves a small record in `benchmarks/`, on which no result depends."""

import math
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, NonNegativeFloat

from vestige.config.study import Study
from vestige.foundation.files import read_regular
from vestige.foundation.rows import EVERY, TRAINED, Stage
from vestige.foundation.settings import Values
from vestige.pipeline import Job
from vestige.provenance import environment, external_checkpoints, results, trajectories

FOLDER = Path("benchmarks")
KIBIBYTE = 1 if sys.platform == "darwin" else 1024  # the unit in which the system states memory


class Record(Values):
    """What the making of one result took, and what it was made with.

    The work went over `passes` epochs of the `of` that the whole job goes over: others had been trained before. `bytes`
    are what was written, with what lies beside the result and the checkpoints; `memory` is the most that was held, in
    bytes.
    """

    result: str
    stage: str
    study: str
    seconds: NonNegativeFloat
    passes: Annotated[int, Field(ge=0, le=2**31)]
    of: Annotated[int, Field(ge=1, le=2**31)]
    bytes: Annotated[int, Field(ge=0, le=2**60)]
    memory: dict[str, int]
    hardware: dict[str, str]
    settings: dict[str, Any]


@contextmanager
def record_cost(job: Job) -> Iterator[None]:
    """Note what the making of a result costs, once it is made; where that cannot be written, it is left out.

    A result that stayed was not made: what its making has cost remains noted. What it costs to take over checkpoints is
    not, for it says nothing of training.
    """
    if external_checkpoints.is_given(job):
        yield
        return
    began, since, before = time.time(), time.monotonic(), passes_done(job, here=True)
    yield
    with suppress(OSError):  # other jobs come and go among the files that are counted
        if Path(job.output).stat().st_mtime < began - 1:  # a second, for disks that keep whole ones
            return
        record = make_record(job, time.monotonic() - since, before, began)
        results.write_bytes(path_of(job), (record.model_dump_json(indent=1) + "\n").encode())


def path_of(job: Job) -> Path:
    """Where the record of a job lies: `benchmarks/{study}/`, under the name of the result."""
    return FOLDER / Path(job.output).relative_to("results").with_suffix(".json")


def make_record(job: Job, seconds: float, before: int, began: float) -> Record:
    """The record of a job that took so long, of whose passes some had been trained before."""
    of = min(passes(job.study, job.stage, length(job)), last_epoch(job))
    return Record(
        result=job.output,
        stage=job.stage.name,
        study=job.study.study,
        seconds=round(seconds, 3),
        passes=max(0, of - before),
        of=of,
        bytes=sum(path.stat().st_size for path in files_of_job(job, began)),
        memory=memory(),
        hardware=environment.hardware("cuda" if on_gpu(job) else None),
        settings=job.settings,
    )


def on_gpu(job: Job) -> bool:
    """Whether a job computes on a GPU: its stage runs networks, and the study says so."""
    return job.study.device == "cuda" and job.stage.networks


def passes(study: Study, stage: Stage, epochs: int) -> int:
    """Over how many epochs the work of a stage goes, in a run of so many epochs; 1 where it goes over none."""
    if not stage.epochs:
        return 1
    if stage.epochs == TRAINED:
        return epochs
    said = "all" if stage.epochs == EVERY else getattr(study, stage.epochs).epochs
    return epochs + 1 if said == "all" else max(1, sum(isinstance(each, str) or each <= epochs for each in said))


def length(job: Job) -> int:
    """The epochs of a job's run, of the shorter run of a pair, and of the study's training for what has none."""
    if "pair" in job.names:
        return min(job.study.training_of(condition).epochs for _, condition in job.study.between[job.names["pair"]])
    return (
        job.study.training_of(job.names["condition"]).epochs if "condition" in job.names else job.study.training.epochs
    )


def passes_done(job: Job, here: bool = False) -> int:
    """How many passes of a training are there already, from which it goes on; 0 for what trains nothing.

    `here`: on this machine, for what other runs have left on another kind of machine is of no use then.
    """
    if not job.stage.resumes:
        return 0
    if not here:
        return trajectories.first_epoch_to_train(job)
    from vestige.foundation.device import describe_machine

    return trajectories.first_epoch_to_train(job, describe_machine(job.study.device))


def last_epoch(job: Job) -> float:
    """After how many epochs, at least one, a training that left its checkpoints ended: where it diverged, early."""
    checkpoints = [*Path(job.folder).glob("epoch-*.safetensors")] if job.stage.resumes else []
    return max(1, len(checkpoints) - 1) if checkpoints else math.inf


def files_of_job(job: Job, began: float) -> list[Path]:
    """The files that a job wrote: its result, what lies beside it, what is in its folder, what it leaves for others."""
    beside = [Path(each) for each in (job.output, *job.files_beside)]
    filled = [*Path(job.folder).glob("*")] if job.folder else []
    stored = [*Path(job.stage.stores).glob("*")] if job.stage.stores else []
    return [*beside, *filled, *(path for path in stored if path.stat().st_ctime >= began)]


def memory() -> dict[str, int]:
    """The most memory that this process has held, and on a GPU if it used one, in bytes."""
    torch = sys.modules.get("torch")
    gpu = {"gpu": torch.cuda.max_memory_allocated()} if torch is not None and torch.cuda.is_initialized() else {}
    return {"process": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIBIBYTE} | gpu


def records() -> list[Record]:
    """All records of this project, of whatever study; what cannot be read is left out."""
    found = map(read, sorted(FOLDER.glob("*/**/*.json")))
    return [each for each in found if each is not None]


def read(path: Path) -> Record | None:
    """One record; None where it is none."""
    try:
        return Record.model_validate_json(read_regular(path))
    except (OSError, ValueError):
        return None
