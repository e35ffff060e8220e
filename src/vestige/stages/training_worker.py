"""The other processes of a training on several devices: the first one starts them, and they end with it.

`python -m vestige.stages.training_worker` is one of them. What it takes part in comes through its standard input.
"""

import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

FIRST = 0  # the number of the device of the process that reads and writes for all
PROMPT = 10.0  # seconds that a worker may take to end by itself


class WorkerFailed(RuntimeError):
    """A process of a training on several devices that has ended with an error of its own."""


@contextmanager
def workers(settings, images) -> Iterator[None]:
    """Train on `training.devices` devices in the block: in this process and in so many less one that it starts.

    Raises WorkerFailed, from what the block raises, where one of them has failed by itself.
    """
    from vestige.training import distributed

    size = settings.training.devices
    with tempfile.TemporaryDirectory(prefix="vestige-") as folder:
        store, started = str(Path(folder) / "store"), []
        try:
            for rank in range(FIRST + 1, size):
                started.append(start(pickle.dumps((settings, images.load(), rank, size, store))))
            with distributed.group(FIRST, size, store, settings.device):
                yield
        except RuntimeError as error:  # as where another process no longer answers
            if failed := find_failed(started):
                says = f"training.devices: process {failed} of {size} failed; what it said stands above, or in the log"
                raise WorkerFailed(says) from error
            raise
        finally:
            for each in started:
                end(each)


def start(work: bytes) -> subprocess.Popen:
    """Start a process that takes part in a training. It imports what this process would."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-m", "vestige.stages.training_worker"]
    started = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment, start_new_session=True)
    with suppress(BrokenPipeError):  # it has failed already, and said why
        started.stdin.write(len(work).to_bytes(8, "little") + work)
        started.stdin.flush()
    return started


def find_failed(started: list[subprocess.Popen]) -> int | None:
    """The number of the first process that has failed, or does so soon; None where none has."""
    deadline = time.monotonic() + PROMPT
    while time.monotonic() < deadline:
        for rank, each in enumerate(started, FIRST + 1):
            if each.poll() not in (None, 0):
                return rank
        time.sleep(0.05)
    return None


def end(started: subprocess.Popen) -> None:
    """End a process that was started here, if it does not soon end by itself."""
    with suppress(BrokenPipeError):
        started.stdin.close()
    try:
        started.wait(PROMPT)
    except subprocess.TimeoutExpired:
        started.kill()
        started.wait()


def take_part() -> None:
    """Take part in the training that standard input tells of, until it is over or the process that said so has gone."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1):  # the first process finishes the step with this one
        signal.signal(number, signal.SIG_IGN)
    size = int.from_bytes(sys.stdin.buffer.read(8), "little")
    settings, images, rank, devices, store = pickle.loads(sys.stdin.buffer.read(size))  # noqa: S301 - from that process
    threading.Thread(target=end_with_first, daemon=True).start()
    from vestige.stages.training import train_along
    from vestige.training import distributed

    with distributed.group(rank, devices, store, settings.device):
        train_along(settings, images)


def end_with_first() -> None:
    """End this process once the first one has closed its end of standard input, or has gone."""
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    take_part()
