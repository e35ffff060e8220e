"""Whether training gives the same bytes again: as a whole, resumed after a kill, and step by step."""

import hashlib
import multiprocessing
import os
import signal
import threading
from pathlib import Path
from types import SimpleNamespace

import gpu_inputs as inputs
import numpy as np
import torch
from gpu_table import Missing, Outcome, Table
from tqdm import tqdm

from vestige.data.loader import split_of
from vestige.foundation.device import prepare
from vestige.models.network import build
from vestige.training.loop import gradients

ALPHA = -5.0
KILLED_AFTER = 1  # epoch


def repeat(table: Table, case: inputs.Case, device: str, folder: Path) -> None:
    """The rows of a case: trained, trained again, and killed in another process, then resumed in this one."""
    run = table.prepare(f"{case.name}: trained", lambda: trained_once(case, device, folder / "first"))
    table.row(f"{case.name}: trained again", lambda: again(run, folder / "again"))
    table.row(f"{case.name}: killed and resumed", lambda: resumed(run, folder / "killed"))
    inputs.discard(folder)


def trained_once(case: inputs.Case, device: str, folder: Path) -> SimpleNamespace:
    """A penalised run, and what is needed to train it once more."""
    images, source = case.images()
    settings = inputs.settings(case, source, device, threads=1, condition=inputs.penalty(ALPHA))
    result = inputs.trained(settings, images, folder, inputs.print_nothing)
    return SimpleNamespace(images=images, settings=settings, result=result, folder=folder)


def again(run: SimpleNamespace | None, folder: Path) -> Outcome:
    """Train once more from the beginning."""
    if run is None:
        raise Missing("there is no first training")
    result = inputs.trained(run.settings, run.images, folder, inputs.print_nothing)
    return same_bytes(run, result, folder)


def resumed(run: SimpleNamespace | None, folder: Path) -> Outcome:
    """Train in a process that is killed on its way, and go on from what it has left."""
    if run is None:
        raise Missing("there is no first training")
    child = multiprocessing.get_context("spawn").Process(
        target=train_until_killed, args=(run.settings, run.images, folder, os.getcwd())
    )
    child.start()
    try:
        child.join()
    finally:
        child.kill()
    if child.exitcode != -signal.SIGKILL:
        raise RuntimeError(f"the training that was to be killed ended with exit code {child.exitcode}")
    began: list[str] = []
    result = inputs.trained(run.settings, run.images, folder, began.append)
    if not began[0].startswith(f"epoch {KILLED_AFTER} of"):
        raise RuntimeError(f"the training that was killed was not resumed: {began[0]}")
    return same_bytes(run, result, folder)


def train_until_killed(settings, images, folder: Path, here: str) -> None:
    """Train, and be killed once an epoch is there. A new process begins in another folder, so it is told which."""
    os.chdir(here)
    tqdm.set_lock(threading.RLock())  # its own lock is one between processes, which would outlive this one

    def kill(line: str) -> None:
        if line.startswith(f"epoch {KILLED_AFTER} of"):
            os.kill(os.getpid(), signal.SIGKILL)

    inputs.trained(settings, images, folder, kill)


def same_bytes(run: SimpleNamespace, result, folder: Path) -> Outcome:
    """Compare all checkpoints and the last state, by their sha256, and the training results."""
    first, other = digests(run.folder), digests(folder)
    unlike = [name for name in sorted({*first, *other}) if first.get(name) != other.get(name)]
    same = not unlike and result.identical(run.result)
    text = f"{len(first)} files" + (f", other bytes: {', '.join(name[:30] for name in unlike[:3])}" if unlike else "")
    return Outcome(text, "same sha256", "same bytes" if same else "other bytes", same)


def digests(folder: Path) -> dict[str, str]:
    """File name -> sha256 of every checkpoint and state."""
    paths = [*folder.glob("checkpoints/epoch-*"), *folder.glob("trajectory/*-state-*")]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def repeat_step(case: inputs.Case, device: str) -> Outcome:
    """The gradients of one penalised batch, three times: a sum in another order is rare enough to be missed once."""
    images, source = case.images()
    settings = inputs.settings(case, source, device, threads=1, condition=inputs.penalty(ALPHA))
    train = split_of(images, source, "train", settings.training.batch_size, prepare(device, 1))
    batch = next(train.batches(np.arange(len(train.labels))))
    all_gradients = [step(case, images, settings, batch, device) for _ in range(3)]
    same = all(torch.equal(all_gradients[0], each) for each in all_gradients[1:])
    text = f"{len(all_gradients[0]):,} gradients"
    return Outcome(text, "same bits", "same bytes" if same else "other bytes", same)


def step(case: inputs.Case, images, settings, batch, device: str) -> torch.Tensor:
    """The gradients of one step of a new network."""
    network = build(case.network, images.sizes["channel"], images.sizes["class"], seed=0)
    network.trunk.to(device).train()
    penalised = list(network.modules.values())
    gradients(network, *batch, batch[1].unique(), penalised, settings)
    return torch.cat([weight.grad.flatten() for weight in network.trunk.parameters()]).cpu()
