"""What Snakemake tells a logger plugin of a run, handed on as the events that a person wants to hear of.

Snakemake calls a plugin in a thread of its own, with a log record an event. All that is known of these records is in
this file: where one lacks what is needed, or a text cannot be made of it, Snakemake's own lines take over.
"""

import logging
import re
import signal
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent
from snakemake_interface_logger_plugins.settings import LogHandlerSettingsBase

from vestige.engines import internals
from vestige.engines.internals import MemberMissing

INTERFACE = internals.Engine("snakemake-interface-logger-plugins", "snakemake-interface-logger-plugins", tested="2.1.0")
EVENTS = ("WORKFLOW_STARTED", "RUN_INFO", "JOB_INFO", "JOB_FINISHED", "JOB_ERROR", "ERROR")
MEMBERS = tuple(f"snakemake_interface_logger_plugins.common:LogEvent.{event}" for event in EVENTS)
# What Snakemake says before a run, or in none at all (as with --lint), is passed on, but for this.
PREAMBLE = ("Building DAG of jobs", "Assuming unrestricted shared filesystem usage")
# What it says beside its events while jobs run stays in its log, but for this.
PASSED_ON = ("Trying to restart job", "Will exit after finishing", "Terminating processes", "Waiting at most")
STOPPING = "Terminating processes"  # on Ctrl-C: jobs that end after it have not failed
# How it says that a job's command was killed: by the signal, or as a shell does, by 128 and the signal's number.
KILLED = re.compile(r"(vestige make \S+)' (?:died with <Signals\.(\w+): \d+>|returned non-zero exit status (\d+))")
TOTAL = "total"  # beside the counts of all rules, their sum
NOTHING = "Nothing to be done"
FINAL = ("Exiting because a job execution failed", "At least one job did not complete", "WorkflowError:\nAt least one")


class Listener(Protocol):
    """Who is told of a run; each answer is lines to be printed."""

    def dry(self, counts: dict[str, int]) -> Iterable[str]:
        """So many jobs of each rule would run."""

    def on_nothing_to_run(self) -> Iterable[str]:
        """No job has to run, or would."""

    def on_expected(self, counts: dict[str, int]) -> Iterable[str]:
        """So many jobs of each rule are to run."""

    def on_started(self, number: int, rule: str, output: list[str]) -> Iterable[str]:
        """A job has started, or starts again."""

    def on_finished(self, number: int) -> Iterable[str]:
        """A job has ended well."""

    def on_failed(self, number: int, rule: str, output: list[str], logs: list[str]) -> Iterable[str]:
        """A job has failed, or one attempt of it; a cluster's own log is among `logs`."""

    def on_stopped(self, number: int) -> Iterable[str]:
        """A job was stopped by whoever stopped the run."""

    def on_ended(self) -> Iterable[str]:
        """The run is over."""


@dataclass
class LogHandlerSettings(LogHandlerSettingsBase):
    """Options of the plugin; Snakemake makes `--logger-vestige-details` of it."""

    details: bool = field(
        default=False,
        metadata={
            "help": "Print all that Snakemake says itself, and not one line a job.",
            "env_var": False,
            "required": False,
        },
    )


class LogHandler(LogHandlerBase):
    """Prints what a listener says of a run; `listens` makes the listener."""

    listens: Any = None

    def __post_init__(self) -> None:
        said = self.common_settings
        self.quiet = {str(getattr(each, "name", each)).lower() for each in said.quiet or ()}
        self.stream = sys.stdout if said.stdout else sys.stderr
        self.listener: Listener | None = None
        self.started = self.counted = False  # whether Snakemake runs jobs, and has said how many there are
        self.stopping = False  # whether a person has stopped the run
        if said.verbose or said.debug_dag or "all" in self.quiet or getattr(self.settings, "details", False):
            return
        try:
            internals.check(INTERFACE, MEMBERS)
        except MemberMissing as error:
            print(f"vestige: Snakemake prints its own lines: {error}", file=sys.stderr)
            return
        self.listener = self.listens()

    def emit(self, record: logging.LogRecord) -> None:
        """Print what is to be said of an event; what goes wrong in it is said once, and breaks no run."""
        if self.listener is None:
            return
        try:
            self.print(self.lines_of(record))
        except Exception as error:
            self.listener = None
            self.print([f"vestige: the run goes on, and its lines are no longer printed here: {error!r}"])

    def close(self) -> None:
        """Print what is to be said at the end: Snakemake closes its loggers last."""
        listener, self.listener = self.listener, None
        try:
            if listener is not None and self.counted and not (self.common_settings.dryrun or self.quiet):
                self.print(listener.on_ended())
        except Exception as error:
            self.print([f"vestige: what the run has come to cannot be told: {error!r}"])
        super().close()

    def lines_of(self, record: logging.LogRecord) -> Iterable[str]:
        """What a record comes to."""
        event, listener = getattr(record, "event", None), self.listener
        if event == LogEvent.WORKFLOW_STARTED:
            self.started = True
            return ()
        if event == LogEvent.RUN_INFO:
            return self.unless_quiet(self.report_job_counts(record.stats))
        if event in (None, LogEvent.ERROR) or record.levelno == logging.WARNING:
            return self.beside_events(record)
        if self.common_settings.dryrun:
            return ()
        if event == LogEvent.JOB_INFO:
            return self.unless_quiet(listener.on_started(record.jobid, record.rule_name, [*record.output]))
        if event == LogEvent.JOB_FINISHED:
            return self.unless_quiet(listener.on_finished(record.job_id))
        if event == LogEvent.JOB_ERROR and self.stopping:
            return listener.on_stopped(record.jobid)
        if event == LogEvent.JOB_ERROR:
            logs = [str(path) for path in record.log]
            return listener.on_failed(record.jobid, record.rule_name, [*record.output], logs)
        return ()

    def report_job_counts(self, counts: Mapping[str, int]) -> Iterable[str]:
        """How many jobs of each rule are to run, or would; a dry run says it twice."""
        again, self.counted = self.counted, True
        if again:
            return ()
        return (self.listener.dry if self.common_settings.dryrun else self.listener.on_expected)(of_rules(counts))

    def beside_events(self, record: logging.LogRecord) -> Iterable[str]:
        """What Snakemake says beside its events."""
        text = str(record.msg or "")
        if text.startswith(NOTHING):
            return self.unless_quiet(self.listener.on_nothing_to_run())
        self.stopping = self.stopping or text.startswith(STOPPING)
        if text.startswith(FINAL):
            return ()  # told by the end of the run
        if "CalledProcessError" in text and "vestige make" in text:
            return describe_killed(text)  # else told by the job's own error
        if record.levelno >= logging.WARNING:
            return [self.format(record)]
        shown = text.startswith(PASSED_ON) if self.started else not text.startswith(PREAMBLE)
        return self.unless_quiet([self.format(record)]) if shown else ()

    def unless_quiet(self, lines: Iterable[str]) -> Iterable[str]:
        """Lines that `--quiet` keeps back; what they come from has been heard all the same."""
        lines = [*lines]
        return [] if self.quiet else lines

    def print(self, lines: Iterable[str]) -> None:
        """Print lines, as long as somebody reads them."""
        try:
            for line in lines:
                self.stream.write(line + "\n")
            self.stream.flush()
        except BrokenPipeError:
            self.listener = None

    @property
    def writes_to_stream(self) -> bool:
        """Whether Snakemake leaves the terminal to this plugin."""
        return self.listener is not None

    @property
    def writes_to_file(self) -> bool:
        """Never: Snakemake's own log file has all details."""
        return False

    @property
    def has_filter(self) -> bool:
        """Which events count is decided here: Snakemake's filter for --quiet would also hide failures."""
        return True

    @property
    def has_formatter(self) -> bool:
        """Warnings are worded as Snakemake words them."""
        return False

    @property
    def needs_rulegraph(self) -> bool:
        """Nothing is drawn of the rules."""
        return False


def of_rules(counts: Mapping[str, int]) -> dict[str, int]:
    """The jobs of each rule, of what Snakemake counts: without their sum."""
    return {rule: count for rule, count in counts.items() if rule != TOTAL}


def describe_killed(text: str) -> list[str]:
    """That a job's command was killed, which no log of its own can say, such as for want of memory; nothing else."""
    found = KILLED.search(text)
    if found is None:
        return []
    command, name, status = found.groups()
    known = {each.value: each.name for each in signal.Signals}
    name = name or known.get(int(status) - 128)
    return [f"{command} was killed ({name})"] if name and name != signal.SIGINT.name else []
