"""The other processes of a training on several devices: the first one starts them, and they end with it.

`python -m vestige.stages.training_worker` is one of them. What it takes part in comes through its standard input.
"""

import os
import pickle
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

FIRST = 0  # the number of the device of the process that reads and writes for all
PROMPT = 10.0  # seconds that a process may take to end by itself
SOON = 2.0  # seconds within which a process that has failed has also ended


class WorkerFailed(RuntimeError):
    """A process of a training on several devices that has ended with an error of its own."""


@dataclass(frozen=True)
class Worker:
    """A process that takes part in a training, and the end of a pipe on which it says that it is ready."""

    process: subprocess.Popen
    ready: int


@contextmanager
def workers(settings, images) -> Iterator[None]:
    """Train on `training.devices` devices in the block: in this process and in so many less one that it starts.

    Raises WorkerFailed where one of them has failed by itself.
    """
    from vestige.training import distributed

    size, started = settings.training.devices, []
    with tempfile.TemporaryDirectory(prefix="vestige-") as folder:
        store = str(Path(folder) / "store")
        try:
            for rank in range(FIRST + 1, size):
                started.append(start(pickle.dumps((settings, images.load(), rank, size, store))))
            wait_until_ready(started)
            with distributed.group(FIRST, size, store, settings.device), end_with_others(started):
                try:
                    yield
                except RuntimeError as error:  # as where another process no longer answers
                    if find_failed(started, SOON):
                        raise failure(started) from error
                    raise
                finally:
                    close(started)  # before the group: a process that waits for this one ends
        finally:
            end(started)


def start(work: bytes) -> Worker:
    """Start a process that takes part in a training. It imports what this process would."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    ready, theirs = os.pipe()
    command = [sys.executable, "-P", "-m", "vestige.stages.training_worker", str(theirs)]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, env=environment, start_new_session=True, pass_fds=[theirs]
    )
    os.close(theirs)
    with suppress(BrokenPipeError):  # it has failed already, and said why
        process.stdin.write(len(work).to_bytes(8, "little") + work)
        process.stdin.flush()
    return Worker(process, ready)


def wait_until_ready(started: list[Worker]) -> None:
    """Wait until every process has what it trains with: from then on they are waited for where nobody can look."""
    for each in started:
        while not select.select([each.ready], [], [], 0.1)[0]:
            pass  # Python handles signals in between
        if not os.read(each.ready, 1):
            find_failed(started, SOON)
            raise failure(started)


def find_failed(started: list[Worker], seconds: float) -> list[int]:
    """The numbers of the processes that have failed, or do so within some seconds."""
    deadline = time.monotonic() + seconds
    while True:
        failed = [rank for rank, each in enumerate(started, FIRST + 1) if each.process.poll() not in (None, 0)]
        if failed or time.monotonic() > deadline:
            return failed
        time.sleep(0.05)


def failure(started: list[Worker]) -> WorkerFailed:
    """What to say of processes that have failed."""
    failed = ", ".join(f"{rank}{describe_kill(started[rank - FIRST - 1])}" for rank in find_failed(started, 0))
    return WorkerFailed(
        f"training.devices: process {failed} of {len(started) + 1} failed; what it said stands above, or in the log"
    )


def describe_kill(worker: Worker) -> str:
    """That a process was killed, in brackets, for it cannot say so itself; empty where it was not."""
    return " (SIGKILL, as where memory runs out)" if worker.process.returncode == -signal.SIGKILL else ""


@contextmanager
def end_with_others(started: list[Worker]) -> Iterator[None]:
    """End this process where another has failed in the block, and this one waits for it all the same.

    Between processes on CPUs a wait fails by itself then; between GPUs it would last for hours.
    """
    over = threading.Event()

    def watch() -> None:
        while not over.wait(1.0):
            if find_failed(started, 0) and not over.wait(PROMPT):
                print(f"vestige: {failure(started)}", file=sys.stderr, flush=True)
                os._exit(1)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def close(started: list[Worker]) -> None:
    """Let processes that were started here know that there is nothing more to do."""
    for each in started:
        with suppress(BrokenPipeError):
            each.process.stdin.close()


def end(started: list[Worker]) -> None:
    """End processes that were started here, those by force that do not soon do so themselves."""
    close(started)
    for each in started:
        try:
            each.process.wait(PROMPT)
        except subprocess.TimeoutExpired:
            each.process.kill()
            each.process.wait()
        os.close(each.ready)


def take_part(ready: int) -> None:
    """Take part in the training that standard input tells of, until it is over or the process that said so has gone."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1):  # the first process finishes the step with this one
        signal.signal(number, signal.SIG_IGN)
    size = int.from_bytes(sys.stdin.buffer.read(8), "little")
    settings, images, rank, devices, store = pickle.loads(sys.stdin.buffer.read(size))  # noqa: S301 - from that process
    threading.Thread(target=end_with_first, daemon=True).start()
    from vestige.stages.training import prepare_training, train_along
    from vestige.training import distributed

    distributed.use_device(rank, settings.device)
    given = prepare_training(settings, images)
    os.write(ready, b"1")
    with distributed.group(rank, devices, store, settings.device):
        train_along(settings, given)


def end_with_first() -> None:
    """End this process once the first one has closed its end of standard input, or has gone."""
    while os.read(0, 1):
        pass
    os._exit(0)


if __name__ == "__main__":
    try:
        take_part(int(sys.argv[1]))
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)  # without waiting for the thread that reads
    os._exit(0)
