"""What surrounds the making of a result: its lock and its log."""

import io
import os
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

from vestige.foundation.files import hold_lock
from vestige.pipeline import Job

Note = Callable[[str], None]


@contextmanager
def lock_result(job: Job) -> Iterator[None]:
    """Hold the result's kernel lock, which dies with its process; wait for whoever holds it now."""
    path = Path("work", "locks", job.output.removeprefix("results/").replace("/", "-") + ".lock")
    says = f"vestige: another process is making {job.output}: waiting for it"
    with hold_lock(path, lambda: print(says, file=sys.stderr)):
        yield


@contextmanager
def capture_log(job: Job) -> Iterator[Note]:
    """The job's log: a line a note, what is printed, warnings, and the traceback of a failure."""
    path = Path(job.log)
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", buffering=1, encoding="utf-8") as file, warnings.catch_warnings():

        def note(text: str) -> None:
            print(time.strftime("%Y-%m-%d %H:%M:%S"), text, file=file)

        def warn(message, category, *where) -> None:
            note(f"{category.__name__}: {message}")
            print(f"vestige: {job.output}: {message}", file=sys.stderr)

        warnings.showwarning = warn
        note(f"vestige make {job.output} (process {os.getpid()})")
        try:
            with redirect_stdout(Lines(note)):
                yield note
        except BaseException as error:
            note(traceback.format_exc())
            error.add_note(f"The log: {path}")
            error.is_logged = True
            raise


class Lines(io.TextIOBase):
    """A file of which each line is noted; what has no line of its own is left out."""

    def __init__(self, note: Note):
        self.note = note

    def write(self, text: str) -> int:
        """Note the lines of a text."""
        for line in filter(str.strip, text.splitlines()):
            self.note(line)
        return len(text)
