"""Checkpoints: weights and buffers of a run after each pass, one safetensors file an epoch, checked before use."""

import hashlib
from collections.abc import Collection
from pathlib import Path

import safetensors.torch
from torch import nn

from vestige.foundation.files import read_regular, write_whole
from vestige.models.network import Network


class ForeignCheckpoint(RuntimeError):
    """A checkpoint that is missing, or is not the one that the training result lists."""


def name(epoch: int) -> str:
    """The file name of the checkpoint after so many passes."""
    return f"epoch-{epoch:03d}.safetensors"


def write(path: Path, trunk: nn.Module) -> str:
    """Write the weights and buffers of a trunk whole; the sha256 of the file."""
    data = safetensors.torch.save({key: each.contiguous().cpu() for key, each in trunk.state_dict().items()})
    with write_whole(path) as file:
        file.write(data)
    return hashlib.sha256(data).hexdigest()


def load(network: Network, folder: Path, epoch: int, sha256: str) -> None:
    """Load a checkpoint in place. Raises ForeignCheckpoint unless its bytes have the sha256 that training noted."""
    network.trunk.load_state_dict(safetensors.torch.load(read(folder, epoch, sha256)), strict=True)


def read(folder: Path, epoch: int, sha256: str) -> bytes:
    """The bytes of a checkpoint. Raises ForeignCheckpoint unless they have the sha256 that training noted."""
    path = Path(folder) / name(epoch)
    data = read_regular(path) if path.is_file() else None
    if data is None or hashlib.sha256(data).hexdigest() != sha256:
        fault = "is missing" if data is None else "is not the checkpoint that the training result lists"
        run = f"results/{path.parent.parent.parent.name}/training/{path.parent.name}.nc"
        raise ForeignCheckpoint(f"{path} {fault}: `vestige make {run}` remakes it")
    return data


def select_epochs(epochs: Collection[int] | str, training) -> list[int]:
    """The epochs of a run among those asked for ("all": every one), rising. Raises ValueError if none remains.

    Of a run that diverged, or stopped early, before the first of them, its last epoch stands in: its result says which
    that is.
    """
    existing = [int(epoch) for epoch in training["epoch"].values]
    asked = [epoch for epoch in existing if epochs == "all" or epoch in epochs]
    if not asked and ("diverged" in training or "best" in training):
        return existing[-1:]
    if not asked:
        raise ValueError(f"none of the epochs {list(epochs)} is within the run; allowed: 0 to {existing[-1]}, or all")
    return asked
