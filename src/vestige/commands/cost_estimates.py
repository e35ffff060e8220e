"""What jobs will cost: by the records of like jobs, else as the study states it, else nobody knows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache
from statistics import median
from typing import Any

from vestige.commands.cost_records import Record, length, passes
from vestige.foundation.canonical_json import canonical
from vestige.foundation.rows import STAGES, Stage
from vestige.pipeline import Job

MEASURED, STATED, UNKNOWN = "measured", "stated", "unknown"
MADE_OF = ("device", "images", "network")  # what like jobs have in common
ALL_RUNS = ("conditions", "seeds", "applies", "between")  # which cells there are, and what sets one apart
MINUTE, MEGABYTE = 60, 1e6


@dataclass(frozen=True)
class Price:
    """What one job takes, None where nobody knows, and where the numbers come from.

    Seconds; bytes that it writes; `memory`, the bytes that its process holds at most; of a training that may stop
    early `expected_epochs`, those after which like ones ended.
    """

    seconds: float | None = None
    bytes: float | None = None
    source: str = UNKNOWN
    records: int = 0
    hardware: tuple[str, ...] = ()
    memory: float | None = None
    expected_epochs: float | None = None


def make_pricer(known: Iterable[Record]) -> Callable[..., Price]:
    """What tells the price of a job, of whose passes some are done already, given the records of former jobs.

    A training that may stop early takes as many epochs as like ones did, and asked for as a `whole`, all of them.
    """
    by_stage: dict[str, list[Record]] = {}
    for record in known:
        if record.passes and record.stage in STAGES:
            by_stage.setdefault(record.stage, []).append(record)

    @cache
    def of_one_pass(stage: str, study: str, made_of: str, work: str, cell: str) -> Price | None:
        found = nearest(by_stage.get(stage, []), STAGES[stage], (made_of, work, study, cell))
        return measured_price(found, STAGES[stage], study, work) if found else None

    def price(job: Job, done: int = 0, whole: bool = False) -> Price:
        each = of_one_pass(job.stage.name, job.study.study, *cost_factors(job.stage, job.settings))
        if each is None:
            return stated_price(job, done)
        ends = each.expected_epochs if job.stage.resumes and stops_early(job.settings) else None
        goes = passes(job.study, job.stage, length(job))
        goes = goes if ends is None or whole else min(goes, max(ends, done))
        seconds, memory = each.seconds * (goes - done) / job.devices, each.memory and each.memory * job.devices
        return replace(each, seconds=seconds, bytes=each.bytes * goes, memory=memory, expected_epochs=ends)

    return price


def expected_length(job: Job, price: Price) -> int:
    """The epochs of a job's run, as far as trainings like it go."""
    whole = length(job)
    return whole if price.expected_epochs is None else min(whole, round(price.expected_epochs))


def cost_factors(stage: Stage, settings: dict[str, Any]) -> tuple[str, str, str]:
    """What a job's cost depends on: images, network and device; the settings of its work; the run's condition.

    How many epochs there are is left out, as costs are scaled by it; what reads all results costs about the same with
    any network.
    """
    made_of = {} if stage.gathers else {key: settings.get(key) for key in MADE_OF}
    work = {key: without_epochs(value) for key, value in settings.items() if is_work(stage, key)}
    cell = [without_epochs(value) for key, value in settings.items() if key.startswith("conditions.")]
    return canonical(made_of), canonical(work), canonical(cell)


def is_work(stage: Stage, key: str) -> bool:
    """Whether a setting says what the jobs of a stage do, and not which ones there are, or with what."""
    return key.startswith("figures.") if stage.gathers else key.split(".")[0] not in (*MADE_OF, *ALL_RUNS)


def without_epochs(value: Any) -> Any:
    """A section without its number of epochs."""
    return {key: each for key, each in value.items() if key != "epochs"} if isinstance(value, dict) else value


def stops_early(settings: dict[str, Any]) -> bool:
    """Whether a job with some settings is a training that may end before its last epoch."""
    return training_in(settings).get("early_stopping") is not None


def devices_in(settings: dict[str, Any]) -> int:
    """On how many devices a job with some settings computed, of which each held as much memory."""
    return training_in(settings).get("devices") or 1


def training_in(settings: dict[str, Any]) -> dict[str, Any]:
    """The keys of training of a job with some settings, those of its condition in place of the study's."""
    own = {name: each for key, part in settings.items() if key.startswith("conditions.") for name, each in part.items()}
    return settings.get("training", {}) | own


def nearest(known: list[Record], stage: Stage, wanted: tuple[str, str, str, str]) -> list[Record]:
    """The like records that are most like a job: rather of the same work, then of the same study, then condition."""
    made_of, *rest = wanted
    ranked: dict[tuple[bool, ...], list[Record]] = {}
    for record in known:
        theirs, work, cell = cost_factors(stage, record.settings)
        if theirs == made_of:
            differs = tuple(a != b for a, b in zip((work, record.study, cell), rest, strict=True))
            ranked.setdefault(differs, []).append(record)
    return ranked[min(ranked)] if ranked else []


def measured_price(found: list[Record], stage: Stage, study: str, work: str) -> Price:
    """The price of one pass by like jobs, which are equally near: the median; and in what they differ.

    Seconds are those of all devices together. Of memory it is the most that a process of theirs held, however many
    passes it went over.
    """
    elsewhere = f" in {found[0].study}" if found[0].study != study else ""
    otherwise = " with other settings" if cost_factors(stage, found[0].settings)[1] != work else ""
    early = [each for each in found if stage.resumes and stops_early(each.settings)]
    ended = [each.of for each in early if each.of < training_in(each.settings)["epochs"]]  # not one too short to stop
    return Price(
        expected_epochs=median(ended) if ended else None,
        seconds=median(each.seconds * devices_in(each.settings) / each.passes for each in found),
        bytes=median(each.bytes / each.of for each in found),
        source=MEASURED + elsewhere + otherwise,
        records=len(found),
        hardware=tuple(sorted({" and ".join(reversed(each.hardware.values())) for each in found})),
        memory=max((each.memory["process"] for each in found if "process" in each.memory), default=None),
    )


def stated_price(job: Job, done: int) -> Price:
    """The price of a job as the study states it for a run of `training.epochs`, scaled to the job's own epochs."""
    study, stage = job.study, job.stage
    said = getattr(study.estimate, stage.group, None)
    if said is None:
        return Price()
    goes = passes(study, stage, length(job))
    usual = passes(study, stage, study.training.epochs) or goes  # 0 where only longer runs are measured
    minutes = said.minutes and said.minutes * (goes - done) / usual
    megabytes = said.megabytes and said.megabytes * goes / usual
    memory = said.megabytes_of_memory and said.megabytes_of_memory * MEGABYTE * job.devices
    return Price(
        seconds=None if minutes is None else minutes * MINUTE,
        bytes=megabytes and megabytes * MEGABYTE,
        source=STATED,
        memory=memory,
    )
