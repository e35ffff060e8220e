"""What is told of a run of Snakemake: a line a finished job, what failed and why, and in the end the verdicts."""

import json
import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from vestige.commands import job_outcome, time_left
from vestige.commands.formatting import columns, format_time, plural
from vestige.commands.job_outcome import Started
from vestige.commands.printing import TOLD
from vestige.engines import snakemake_metadata
from vestige.foundation.rows import STAGES

RUN: list["Run"] = []  # that of this process's Snakefile: Snakemake hands a logger nothing of it
WIDTHS = (11, 9)  # characters of a stage's name, or more where one has more, and of what became of a job


@dataclass(frozen=True)
class Run:
    """The study that a Snakefile makes, and Snakemake's workflow."""

    study: Any
    workflow: Any

    @property
    def is_whole(self) -> bool:
        """Whether all of the study was asked for."""
        return snakemake_metadata.is_whole(self.workflow)

    @property
    def is_touched(self) -> bool:
        """Whether nothing is made, and files are only marked."""
        return snakemake_metadata.is_touched(self.workflow)


def begin(study, workflow) -> None:
    """Say what the run of this process is one of; what is asked of it is known later."""
    RUN[:] = [Run(study, workflow)]


class Progress:
    """Follows a run of the study, and words what is told of it.

    Every answer is lines to be printed. A job is known by the number that the engine gives it, and a rule's jobs by
    the result that comes first among their outputs.
    """

    def __init__(self) -> None:
        os.environ[TOLD] = "1"  # for the jobs of this run
        self.began = time.monotonic()
        self.running: dict[int, Started] = {}
        self.done: dict[int, Started] = {}
        self.failures: dict[int, Started] = {}
        self.counts: dict[str, int] = {}  # of each rule
        self.total = 0

    def dry(self, counts: dict[str, int]) -> Iterator[str]:
        """The jobs that would run, by stage."""
        found = of_stages(counts)
        yield f"study {self.study.study}: {plural(sum(found.values()), 'job')} would run"
        yield from columns([(f"  {stage}", f"{count:,}") for stage, count in found.items()], right=[1])
        yield "Why, and what it costs: vestige plan. Every job: the same command with --logger-vestige-details"

    def on_nothing_to_run(self) -> Iterator[str]:
        """All that was asked for is there."""
        asked = "all results are current" if self.run.is_whole else "what was asked for is current"
        yield f"study {self.study.study}: nothing to do, {asked}"
        yield from self.conclusion()

    def on_expected(self, counts: dict[str, int]) -> Iterator[str]:
        """The jobs that are to run, by stage."""
        self.counts, found = counts, of_stages(counts)
        self.total = sum(found.values())
        stages = ", ".join(f"{count:,} {stage}" for stage, count in found.items())
        yield f"study {self.study.study}: {plural(self.total, 'job')} to run: {stages}"

    def on_started(self, number: int, rule: str, output: list[str]) -> Iterable[str]:
        """A job has started, or starts again: nothing is said yet."""
        if output and is_stage(rule):
            self.running[number] = Started(output[0], rule, time.time(), time.monotonic())
        return ()

    def on_finished(self, number: int) -> Iterator[str]:
        """The line of a job that has ended well; none where its files are only touched."""
        job = self.running.pop(number, None)
        if job is None:
            return
        self.done[number] = job.end_now()
        self.failures.pop(number, None)
        if not self.run.is_touched:
            yield self.line(self.done[number])

    def on_failed(self, number: int, rule: str, output: list[str], logs: list[str]) -> Iterator[str]:
        """The block on a job that has failed: which, after how long, and the end of each log that it has written."""
        known = self.running.pop(number, None)
        job = (known or Started(output[0] if output else rule, rule, time.time(), time.monotonic())).end_now()
        self.failures[number] = job
        name = " ".join(filter(None, self.name_job(job)))
        yield from ("", f"FAILED  {name}, after {format_time(job.took)}: {job.path}")
        yield from (f"  {line}" for line in job_outcome.end_of_logs(job, logs))
        yield ""

    def on_stopped(self, number: int) -> Iterable[str]:
        """A job was stopped with the run, and has not failed."""
        self.running.pop(number, None)
        return ()

    def on_ended(self) -> Iterator[str]:
        """How many jobs ended well and what failed; where none did, what the study comes to."""
        count, took = (
            f"{len(self.done):,} of {plural(self.total, 'job')}",
            format_time(time.monotonic() - self.began),
        )
        if self.run.is_touched:
            yield f"study {self.study.study}: results of {count} marked as current, and none made"
        elif len(self.done) >= self.total:
            yield f"study {self.study.study}: {count} done in {took}"
            yield from self.conclusion()
        else:
            failed = f", {len(self.failures)} failed" if self.failures else ""
            yield f"study {self.study.study}: {count} done in {took}{failed}; the same command goes on from here"
            yield from (f"  failed: {each.path}" for each in self.failures.values())

    def conclusion(self) -> Iterator[str]:
        """The verdicts on the paper's claims, in the report's words, and where the report lies; not of a part."""
        claims, page = (Path("results", self.study.study, file) for file in ("claims.json", "report.html"))
        if self.run.is_whole and claims.is_file():
            verdicts = json.loads(claims.read_text(encoding="utf-8"))["verdicts"]
            told = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.items() if count)
            yield f"claims of the paper: {told or 'none'}"
        if self.run.is_whole and page.is_file():
            yield f"report: {page}"

    @property
    def run(self) -> Run:
        """What is run. Raises LookupError where the Snakefile is not that of a study."""
        if not RUN:
            raise LookupError("this Snakefile makes no study of vestige")
        return RUN[0]

    @property
    def study(self) -> Any:
        """The study of the run."""
        return self.run.study

    def line(self, job: Started) -> str:
        """The line of a job that has ended well."""
        place, (stage, cell) = f"{len(self.done):{len(str(self.total))}}/{self.total}", self.name_job(job)
        became = f"{job_outcome.outcome(job):>{WIDTHS[1]}}  {format_time(job.took):>7}"
        job_name = f"{stage:{self.widest_stage}}  {cell:{self.widest}}"
        return f"{place}  {job_name}  {became}  {self.format_time_left()}".rstrip()

    def format_time_left(self) -> str:
        """The time that is left of the whole, in words; nothing after the last job."""
        if len(self.done) >= self.total:
            return ""
        now = time.monotonic()
        ended = {each.path: each.took for each in self.done.values()}
        running = {each.path: now - each.since for each in self.running.values()}
        span = format_time(time_left.estimate(self.costs, ended, running, self.count_waiting(), now - self.began))
        return f"about {span} left"

    def count_waiting(self) -> list[tuple[int, list[str]]]:
        """Of each stage how many jobs have not started, and the results of all that the study has."""
        begun = Counter(job.rule for job in (self.done | self.running | self.failures).values())
        results: dict[str, list[str]] = {}
        for path, job in self.jobs.items():
            results.setdefault(job.stage.name, []).append(path)
        return [(max(self.counts.get(rule, 0) - begun[rule], 0), paths) for rule, paths in results.items()]

    def name_job(self, job: Started) -> tuple[str, str]:
        """A job's stage, and what tells it apart from others of it."""
        known = self.jobs.get(job.path)
        return (known.stage.group, cell_of(known)) if known else (job.rule, job.path)

    @cached_property
    def jobs(self) -> dict[str, Any]:
        """The study's jobs by the result that they make."""
        from vestige import pipeline

        return {job.output: job for job in pipeline.jobs(self.study)}

    @cached_property
    def widest(self) -> int:
        """The characters of the longest name of a job."""
        return max(len(cell_of(job)) for job in self.jobs.values())

    @cached_property
    def widest_stage(self) -> int:
        """The characters of the longest name of a stage that has jobs."""
        return max(WIDTHS[0], *(len(job.stage.group) for job in self.jobs.values()))

    @cached_property
    def costs(self) -> dict[str, float | None]:
        """The seconds that each job takes by records of like jobs, or as the study says; None where neither does."""
        from vestige.commands import cost_records
        from vestige.commands.cost_estimates import make_pricer

        price = make_pricer(cost_records.records())
        return {path: price(job).seconds for path, job in self.jobs.items()}


def is_stage(rule: str) -> bool:
    """Whether a rule makes results; `figures`, the target, gathers them."""
    return rule in STAGES


def of_stages(counts: dict[str, int]) -> dict[str, int]:
    """The jobs of each stage, in the order in which they are made, from those of each rule; figures are one."""
    found: Counter[str] = Counter()
    for name in filter(counts.get, STAGES):
        found[STAGES[name].group] += counts[name]
    return dict(found)


def cell_of(job) -> str:
    """What tells a job apart from others of its stage: condition and seed, pair and seed, or the figure."""
    return ", ".join(f"seed {value}" if name == "seed" else str(value) for name, value in job.values)
