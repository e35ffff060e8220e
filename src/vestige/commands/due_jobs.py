"""Which jobs would run, and why; what can be restored instead; and what each costs."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from vestige.commands import cost_records, restore
from vestige.commands.cost_estimates import Price, expected_length, make_pricer
from vestige.commands.job_limits import Limits, limits
from vestige.config.study import Study
from vestige.pipeline import Job
from vestige.provenance import trajectories
from vestige.provenance.differences import name_causes
from vestige.provenance.status import Judgement


@dataclass(frozen=True)
class Planned:
    """A job that would run, or (not `certain`) that runs only if what it reads comes out changed.

    Of a training, `begun` epochs are there already, and `epochs` remain; `shared` of these need not be trained if
    another run of the study has trained them by then. `limits` are those of the whole job, whatever of it is begun.
    """

    job: Job
    state: str
    why: str
    certain: bool
    restorable: bool
    price: Price
    begun: int
    epochs: int
    shared: int
    limits: Limits


def plan_jobs(study: Study, found: dict[str, Judgement]) -> list[Planned]:
    """The jobs that would or may run, in the order in which they are made."""
    price, restorable = make_pricer(cost_records.records()), restore.restorable(study, found)
    asked, due = reasons(found, restorable), []
    shared = trajectories.count_shared(study, asked.keys() - restorable)
    for path, (certain, why) in asked.items():
        job, state = found[path].job, found[path].state
        begun = cost_records.passes_done(job)
        cost, most = price(job, begun), limits(price(job, whole=True))
        epochs = max(expected_length(job, cost) - begun, 0) if job.stage.resumes else 0
        saved = min(max(shared.get(path, 0) - begun, 0), epochs)
        due.append(Planned(job, state, why, certain, path in restorable, cost, begun, epochs, saved, most))
    return due


def reasons(found: dict[str, Judgement], restorable: Collection[str]) -> dict[str, tuple[bool, str]]:
    """Of each job that would or may run, whether it does for certain, and why.

    A training of which only the checkpoints are absent runs if what reads them does.
    """
    without, wanted = trainings_without_checkpoints(found), {}
    while True:
        due: dict[str, tuple[bool, str]] = {}
        for path, each in found.items():
            certain, why = reason(each, [job.output for job in each.job.inputs if job.output in due])
            if why and (path not in without or path in wanted):
                due[path] = wanted.get(path, certain), why
        running = [(found[path].job, certain) for path, (certain, _) in due.items() if path not in restorable]
        former, wanted = wanted, read_by(running, without)
        if wanted == former:
            return due


def read_by(running: list[tuple[Job, bool]], among: set[str]) -> dict[str, bool]:
    """The trainings whose checkpoints jobs would read, and whether one of these runs for certain."""
    read: dict[str, bool] = {}
    for job, certain in running:
        for each in () if job.stage.gathers else job.inputs:
            if each.output in among:
                read[each.output] = read.get(each.output, False) or certain
    return read


def trainings_without_checkpoints(found: dict[str, Judgement]) -> set[str]:
    """The trainings whose result is here and sound, and whose checkpoints are not."""
    return {path for path, each in found.items() if each.lacks_checkpoints}


def reason(judgement: Judgement, after: list[str]) -> tuple[bool, str]:
    """Whether a job runs for certain, and why; no reason where it does not run.

    What it reads may come out as it was when this result was made: then it need not run after those jobs.
    """
    study, lasting = judgement.job.study, own_reasons(judgement, after)
    if lasting:
        return True, shorten_reason(lasting[0], study)
    return False, f"after {shorten_reason(after[0], study)}" if after else ""


def own_reasons(judgement: Judgement, after: list[str]) -> list[str]:
    """Why a result must be made whatever becomes of those of its inputs that will be."""
    inherited = {path: why for path, why in judgement.causes if path != judgement.job.output}
    undone = {*(f"input {path} changed" for path in after), *name_causes(inherited)}
    return [why for why in judgement.reasons if why not in undone]


def shorten_reason(why: str, study: Study) -> str:
    """A reason as a table has room for it: results/digits/training/baseline-seed0.nc is training/baseline-seed0."""
    why = re.sub(rf"results/{re.escape(study.study)}/(\S+?)(\.nc|\.png|\.html)?(?= |$)", r"\1", why)
    return why.removeprefix("it is ").removeprefix("setting ")
