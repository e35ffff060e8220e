"""What became of a job that a run of Snakemake has started, as its result and its log show."""

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from vestige.foundation.rows import STAGES
from vestige.pipeline import log_of

LINES = 8  # of the end of a log: where it was, and the message
ACCURACY = re.compile(r"\bval_accuracy (\d+\.\d+)")
DIVERGED = re.compile(r"\bdiverged in epoch (\d+)")


@dataclass(frozen=True)
class Started:
    """A job that makes a result, `path`: when it began by two clocks, of files and of this process; and its time."""

    path: str
    rule: str
    began: float
    since: float
    took: float = 0.0

    def end_now(self) -> "Started":
        """The same, ended now."""
        return replace(self, took=time.monotonic() - self.since)

    @property
    def log(self) -> Path:
        """The log that `vestige make` writes of it."""
        return Path(log_of(self.path))

    def has_written(self, path: Path) -> bool:
        """Whether a file was written since it started; disks round times, to two seconds at worst."""
        return path.is_file() and path.stat().st_mtime >= self.began - 2


def outcome(job: Started) -> str:
    """Of a training the final accuracy on held-out images, or that it diverged; of a result that was proven, so."""
    if not job.has_written(Path(job.path)):
        return "was there"
    if not STAGES[job.rule].resumes or not job.has_written(job.log):
        return ""
    text = job.log.read_text(encoding="utf-8", errors="replace")
    if DIVERGED.search(text):
        return "diverged"
    accuracies = ACCURACY.findall(text)
    return f"{100 * float(accuracies[-1]):.1f} %" if accuracies else ""


def end_of_logs(job: Started, logs: Sequence[str]) -> Iterator[str]:
    """The last lines of each log that a job that failed has written; where there is none, that it had not begun one."""
    written = [path for path in map(Path, logs) if job.has_written(path)]
    for path in written:
        lines = path.read_text(encoding="utf-8", errors="replace").rstrip().splitlines()
        yield f"the end of its log, {path}:"
        yield from (f"  {line}" for line in lines[-LINES:])
    if not written:
        yield "it ended before its log began: what it said stands above"
