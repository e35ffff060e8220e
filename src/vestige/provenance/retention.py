"""Which checkpoints must be there: all, or with `keep` those that a measure names or has still to read, or the best."""

import re
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from vestige.foundation.rows import PAIR, RUN, STAGES
from vestige.pipeline import Job, cells, job
from vestige.provenance import result_facts

BEST = "best"
RELEASING = ("listed", BEST)  # the values of `keep` that let checkpoints go
EPOCH = re.compile(r"epoch-([0-9]{3,9})\.safetensors")  # as training/checkpoints.py names them, which loads torch
IsProven = Callable[[Job], bool]


def needed_files(training: Job, written: Collection[str], is_proven: IsProven) -> list[str]:
    """Of the files written with a training result, those that must be there."""
    epochs = needed_epochs(training, last_of(written), is_proven)
    return [path for path in written if epochs is None or epoch_of(path) in epochs]


def needed_epochs(
    training: Job, last: int, is_proven: IsProven, best_in: Callable[[Path], int | None] = result_facts.read_best_epoch
) -> set[int] | None:
    """The epochs of a run whose checkpoints must be there; None for all, and for what is no training.

    The first and the last, and those that a measure names. A measure of every epoch names none: once it is proven it
    needs no checkpoint more, until then all. With `keep: best` the best one too, as `best_in` finds it in the training
    result, and all where nobody knows which it is.
    """
    if training.study.keep not in RELEASING or not training.stage.resumes:
        return None
    needed = {0, last}
    if training.study.keep == BEST:
        if (best := best_in(Path(training.output))) is None:
            return None
        needed.add(best)
    for reader in readers(training):
        named = named_epochs(reader)
        if named is None and not is_proven(reader):
            return None
        needed |= named or set()
    return needed


def readers(training: Job) -> Iterator[Job]:
    """The jobs that are handed the checkpoints of a run."""
    study, run = training.study, dict(training.values)
    for stage in STAGES.values():
        if training.stage.name in stage.reads and stage.axis in (RUN, PAIR):
            own = [cell for cell in cells(study, stage.name) if stage.axis == PAIR or cell == run]
            found = (job(study, stage.name, **cell) for cell in own)
            yield from (one for one in found if training.output in {each.output for each in one.read_jobs.values()})


def named_epochs(reader: Job) -> set[int] | None:
    """The epochs that a measure names in its settings; None where it goes over all, or over one without a number."""
    section = getattr(reader.study, reader.stage.epochs, None)
    epochs = getattr(section, "epochs", "all")
    return None if isinstance(epochs, str) or any(isinstance(each, str) for each in epochs) else set(epochs)


def epoch_of(path: str) -> int | None:
    """The epoch of a checkpoint, by its path; None where it is none."""
    found = EPOCH.search(path)
    return int(found[1]) if found else None


def last_of(written: Collection[str]) -> int:
    """The last epoch of which a training has written a checkpoint."""
    return max((epoch_of(path) or 0 for path in written), default=0)
