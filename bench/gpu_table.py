"""A table in Markdown whose rows are written one by one, each within a limit of time, and the words for what failed."""

import gc
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any, TextIO

import torch

COLUMNS = ("part", "case", "result", "tolerance", "verdict", "seconds")
LONGEST = 160  # characters of a reason
SHORTEST = 0.5  # seconds for which nothing is begun


class NoTimeLeft(BaseException):
    """The time of a row is up. Not an Exception, or the code that is measured could take it for one of its own."""


class Missing(Exception):
    """What a row needs was not made; why not is said where it was tried."""


@dataclass(frozen=True)
class Outcome:
    """What a row found, what it allows, and whether that is passed."""

    result: str
    tolerance: str
    verdict: str
    passed: bool = True


class Table:
    """Rows on standard output and in files, until the time is up; `failed` once a row has not passed."""

    def __init__(self, files: list[TextIO], began: float, seconds: float):
        self.files, self.began, self.seconds = files, began, seconds
        self.part, self.deadline, self.failed = "", began + seconds, False

    def write(self, line: str) -> None:
        """A line, which is there whatever comes after it."""
        for file in self.files:
            print(line, file=file, flush=True)

    def begin(self, part: str, share: float) -> None:
        """Begin a part, which ends when this share of the whole time is over: a slow one leaves time for the next."""
        self.part, self.deadline = part, self.began + share * self.seconds

    def left(self) -> float:
        """Seconds that this part still has."""
        return self.deadline - time.monotonic()

    def row(self, case: str, compute: Callable[[], Outcome], limit: float | None = None) -> None:
        """Compute and write a row. What it raises is written in its place, and the next row goes on."""
        clock = time.monotonic()
        outcome = self.outcome(compute, self.left() if limit is None else limit)
        self.failed |= not outcome.passed
        cells = (self.part, case, outcome.result, outcome.tolerance, outcome.verdict)
        self.write(f"| {' | '.join(map(in_a_cell, cells))} | {time.monotonic() - clock:.1f} |")
        release_memory()

    def outcome(self, compute: Callable[[], Outcome], limit: float) -> Outcome:
        """What a row finds, or why it did not run. An error that is not for lack of time or memory does not pass."""
        try:
            with within(limit):
                return compute()
        except NoTimeLeft:
            return not_run("no time left")
        except Missing as error:
            return not_run(first_line(error))
        except torch.OutOfMemoryError as error:
            return not_run(f"out of memory ({first_line(error)})")
        except Exception as error:
            traceback.print_exc(file=sys.stderr)
            return not_run(f"{type(error).__name__}: {first_line(error)}", passed=False)

    def prepare(self, case: str, make: Callable[[], Any]) -> Any:
        """What the next rows need, with a row that says how long it took; None where it was not made."""
        made = []
        self.row(case, lambda: made.append(make()) or Outcome("", "", "made"))
        return made[0] if made else None

    def rates(self, cases: dict[str, Callable[[list[float]], str | None]]) -> None:
        """A row for each case, which appends the images a second of one window after another to a list.

        It may return what else there is to say.
        """
        for number, (case, measure) in enumerate(cases.items()):
            self.row(case, lambda measure=measure: rate(measure), self.left() / (len(cases) - number))


def not_run(reason: str, passed: bool = True) -> Outcome:
    """A row that did not run, and why."""
    return Outcome("", "", f"not run: {reason}", passed)


def rate(measure: Callable[[list[float]], str | None]) -> Outcome:
    """The median of the windows that fit into the time; the first is for warming up."""
    windows: list[float] = []
    if torch.cuda.is_initialized():
        torch.cuda.reset_peak_memory_stats()
    more = None
    try:
        more = measure(windows)
    except NoTimeLeft:
        if len(windows) < 2:
            raise
    timed = windows[1:]
    spread = f"{len(timed)} timed, {min(timed):,.1f} to {max(timed):,.1f}"
    memory = f", {torch.cuda.max_memory_allocated() / 2**30:.1f} GiB" if torch.cuda.is_initialized() else ""
    return Outcome(f"{median(timed):,.1f} images/s ({spread}){memory}" + (f"; {more}" if more else ""), "", "measured")


def distance(found: float, allowed: float, noun: str) -> Outcome:
    """A difference and its tolerance; NaN is never within one."""
    within_it = found <= allowed
    return Outcome(f"{found:.3g} {noun}", f"{allowed:g}", "within" if within_it else "outside", within_it)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raise NoTimeLeft in what is done here once so many seconds are over, or at once where hardly any are left."""
    if seconds < SHORTEST:
        raise NoTimeLeft

    def stop(number, frame):
        raise NoTimeLeft

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def release_memory() -> None:
    """Give back what a row, or the traceback of one, has held on the device."""
    gc.collect()
    if torch.cuda.is_initialized():
        torch.cuda.empty_cache()


def first_line(error: BaseException) -> str:
    """The first line of what an error says."""
    return next(iter(str(error).splitlines()), "")[:LONGEST]


def in_a_cell(text: str) -> str:
    """Text that does not end its cell."""
    return text.replace("|", "\\|").replace("\n", " ")
