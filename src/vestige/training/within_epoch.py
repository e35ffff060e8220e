"""What a training leaves within a pass: a kill costs minutes, and the signal that comes before one costs no step.

It is the weights, the optimizer's state and what the steps so far have measured, in a file of the trajectory whose name
ends with its own sha256.
"""

import hashlib
import json
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import safetensors.torch
import torch
from torch import Tensor

from vestige.foundation.files import read_regular, write_whole
from vestige.foundation.processor import kind_of
from vestige.models.network import Network
from vestige.training.optimizer import State
from vestige.training.resume import Trajectory, machines_of_pass, parse_metadata, remove

# What ends a process and leaves it time: a batch system sends the first, or with `sbatch --signal` the last.
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1)
PATIENCE = 1.0  # seconds within which several signals are one: a terminal's comes twice
WEIGHTS, STATE, STEPS = "weights.", "state.", "steps"  # of names of tensors

Steps = list[Tensor]  # what each step of a pass so far has measured


class Stopped(Exception):
    """A pass that ends after a step, for a signal has come."""


@contextmanager
def make_saver(
    trajectory: Trajectory | None, epoch: int, network: Network, state: State, steps: Steps
) -> Iterator[Callable[[], None]]:
    """What to call after each step of the pass that follows an epoch, when it is among the `steps` so far.

    It saves now and then, and once a signal comes. The signal is obeyed then, and a second one, after a while, at once.
    Without a trajectory, as where another process has it, nothing is done.
    """
    if trajectory is None:
        yield lambda: None
        return
    with postpone_signals() as asked:
        last = time.monotonic()

        def save_after_step() -> None:
            nonlocal last
            if asked or time.monotonic() - last >= trajectory.save_seconds:
                save(trajectory, epoch, network, state, steps)
                last = time.monotonic()
            if asked:
                raise Stopped

        yield save_after_step
        if asked:  # it came after the last step
            save(trajectory, epoch, network, state, steps)


@contextmanager
def postpone_signals() -> Iterator[list[int]]:
    """Have signals that end this process wait until the end of the block, which sees them in the list."""
    asked: list[int] = []
    came = 0.0

    def note(number, frame) -> None:
        nonlocal came
        if not asked:
            asked.append(number)
            came = time.monotonic()
        elif time.monotonic() - came > PATIENCE:
            restore()
            signal.raise_signal(number)

    def restore() -> None:
        for number, handler in former.items():
            signal.signal(number, handler)

    is_main = threading.current_thread() is threading.main_thread()  # no other may say what a signal does
    former = {number: signal.getsignal(number) for number in ENDING} if is_main else {}
    former = {number: handler for number, handler in former.items() if handler not in (signal.SIG_IGN, None)}
    for number in former:
        signal.signal(number, note)
    try:
        yield asked
    except Stopped:
        restore()
    except BaseException:  # it says more than the signal
        restore()
        raise
    restore()
    if asked:
        signal.raise_signal(asked[0])
        raise KeyboardInterrupt  # whoever handles the signal has let it pass


@contextmanager
def save_pass_on_signal(
    trajectory: Trajectory | None, epoch: int, network: Network, state: State, steps: Steps
) -> Iterator[None]:
    """Leave the pass that follows an epoch, which is over, should a signal end what is done about it in the block."""
    try:
        yield
    except Exception:
        raise
    except BaseException:
        if trajectory is not None:
            save(trajectory, epoch, network, state, steps)
        raise


def save(trajectory: Trajectory, epoch: int, network: Network, state: State, steps: Steps) -> None:
    """Leave the state after some steps of the pass that follows an epoch; those after fewer go."""
    tensors = {f"{WEIGHTS}{key}": each.contiguous().cpu() for key, each in network.trunk.state_dict().items()}
    tensors |= {f"{STATE}{key}": each.contiguous().cpu() for key, each in state.items()}
    machines = machines_of_pass(trajectory, epoch)
    data = safetensors.torch.save(tensors | {STEPS: torch.stack(steps).cpu()}, {"told": json.dumps(machines)})
    digest = hashlib.sha256(data).hexdigest()
    with write_whole(trajectory.file_within_epoch(epoch, len(steps), kind_of(machines), digest)) as file:
        file.write(data)
    for count, path in trajectory.files_within_epoch(epoch):
        if count < len(steps) and path in trajectory.own_files_within_epoch(epoch):
            remove(path)


def restore(trajectory: Trajectory, epoch: int, network: Network, state: State) -> Tensor | None:
    """Bring network and optimizer to the last sound state within the pass that follows an epoch; its steps (steps, 3).

    They stay as they are, and nothing is given, where there is none. States that are not sound are removed.
    """
    for count, path in trajectory.files_within_epoch(epoch):
        tensors = read(trajectory, epoch, count, path)
        if tensors is None:
            remove(path)
            continue
        weights = {key: tensors[f"{WEIGHTS}{key}"] for key in network.trunk.state_dict()}
        network.trunk.load_state_dict(weights, strict=True)
        for key, buffer in state.items():
            buffer.copy_(tensors[f"{STATE}{key}"])
        return tensors[STEPS]
    return None


def read(trajectory: Trajectory, epoch: int, count: int, path: Path) -> dict[str, Tensor] | None:
    """The tensors in a file; None if they are not those of which its name tells, or it is gone meanwhile."""
    try:
        data = read_regular(path)
    except OSError:
        return None
    sha256, run = hashlib.sha256(data).hexdigest(), path.name.split("-")[3]
    if path.stem.rpartition("-")[2] != sha256:
        return None
    is_sound = trajectory.file_within_epoch(epoch, count, kind_of(parse_metadata(data)), sha256, run) == path
    return safetensors.torch.load(data) if is_sound else None


def forget(trajectory: Trajectory, epochs: Iterable[int]) -> None:
    """Remove what the run has left within the passes that follow some epochs: they are over."""
    for epoch in epochs:
        for path in trajectory.own_files_within_epoch(epoch):
            remove(path)
