"""What training needs beside its checkpoints to go on as if it had never stopped: momentum and its records."""

import hashlib
import json
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch

from vestige.apparatus import checkpoints
from vestige.apparatus.descent import Momentum
from vestige.apparatus.network import Network
from vestige.apparatus.writing import whole

Records = list[dict[str, Any]]  # one an epoch from 0 on; "checkpoint" is the sha256 of the epoch's file
KEPT = 2  # states on disk: should the newest be damaged, only one pass is repeated


def save(folder: Path, network: Network, momentum: Momentum, records: Records) -> Records:
    """Write the checkpoint of the epoch that the last record tells of, then its state; the records with its sha256."""
    epoch = len(records) - 1
    sha256 = checkpoints.write(folder / checkpoints.name(epoch), network.trunk)
    records = [*records[:-1], records[-1] | {"checkpoint": sha256}]
    tensors = {key: each.contiguous().cpu() for key, each in momentum.items()}
    data = safetensors.torch.save(tensors, {"records": json.dumps(records)})
    with whole(folder / f"state-{epoch:03d}-{hashlib.sha256(data).hexdigest()}.safetensors") as file:
        file.write(data)
    for old in states(folder)[KEPT:]:
        old.unlink()
    return records


def resume(folder: Path, network: Network, momentum: Momentum) -> Records:
    """Bring network and momentum to the last sound epoch in a folder; its records, none if there is no such epoch.

    A sound epoch has a state with the digest that its name says, and unharmed checkpoints from 0 up to it. States
    that are not sound are removed.
    """
    records: Records = []
    for path in states(folder):
        records = records or restored(path, network, momentum)
        if not records:
            path.unlink()
    return records


def states(folder: Path) -> list[Path]:
    """The states in a folder, newest first."""
    return sorted(folder.glob("state-*.safetensors"), reverse=True)


def restored(path: Path, network: Network, momentum: Momentum) -> Records:
    """Load the weights and the momentum of a state; its records, none if anything is damaged."""
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != path.stem.split("-")[-1]:
        return []
    with safetensors.safe_open(path, framework="pt") as file:
        records = json.loads(file.metadata()["records"])
    try:
        for epoch, record in enumerate(records):
            checkpoints.read(path.parent, epoch, record["checkpoint"])
    except checkpoints.ForeignCheckpoint:
        return []
    checkpoints.load(network, path.parent, epoch, record["checkpoint"])
    tensors = safetensors.torch.load(data)
    for key, buffer in momentum.items():
        buffer.copy_(tensors[key])
    return records
