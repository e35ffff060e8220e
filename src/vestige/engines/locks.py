"""What keeps two commands from writing to the engines' memories at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vestige.foundation.files import lock_file

LOCK = Path("work", "locks", "snakemake.lock")


def lock():
    """The file whose lock Snakemake holds while it runs, locked by this process. Raises BlockingIOError."""
    return lock_file(LOCK)


class Busy(RuntimeError):
    """A Snakemake, or a command that keeps it from starting, runs in this folder."""


@contextmanager
def without_snakemake() -> Iterator[None]:
    """Keep Snakemake from starting here meanwhile. Raises Busy if one runs."""
    try:
        held = lock()
    except BlockingIOError:
        raise Busy(
            "a snakemake, or another vestige command, is running in this folder: wait for it, or stop it"
        ) from None
    with held:
        yield
