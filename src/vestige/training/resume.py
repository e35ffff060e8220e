"""What training leaves behind, so that any run of the same trajectory goes on from it as if it had never stopped.

Of each epoch that is its weights and its state: that of the optimizer, and the records so far. Files are named by the
epoch's trajectory and by their own sha256: whoever writes a file that is there already writes the same bytes.
"""

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors.torch

from vestige.foundation.files import place, whole
from vestige.models.network import Network
from vestige.training import checkpoints
from vestige.training.optimizer import State

Records = list[dict[str, Any]]  # one an epoch from 0 on; "checkpoint" is the sha256 of the epoch's file
SAVE_MINUTES = 15  # after which a state is saved within a pass, unless a study says otherwise
KEPT = 2  # states of the newest epochs: should the newest be damaged, only one pass is repeated


@dataclass(frozen=True)
class Trajectory:
    """The course of a run, in a folder that all runs share.

    `keys` say by epoch what determines the weights then; the states of `lasting` epochs stay, for others to go on from.
    Within a pass the state is saved every `save_seconds`.
    """

    folder: Path
    keys: tuple[str, ...]
    lasting: frozenset[int] = frozenset()
    save_seconds: float = 60.0 * SAVE_MINUTES

    def weights(self, epoch: int, sha256: str) -> Path:
        """The weights and buffers of an epoch."""
        return self.folder / f"{self.keys[epoch]}-weights-{sha256}.safetensors"

    def state(self, epoch: int, sha256: str) -> Path:
        """The state of an epoch."""
        return self.folder / f"{self.keys[epoch]}-state-{sha256}.safetensors"

    def statistics_path(self, epoch: int, sha256: str, checkpoint: str) -> Path:
        """The batch-norm statistics that the checkpoint of an epoch has in place of the running ones."""
        return self.folder / f"{self.keys[epoch]}-statistics-{sha256}-{checkpoint}.safetensors"

    def statistics(self, epoch: int) -> list[Path]:
        """The batch-norm statistics of an epoch that are there."""
        return sorted(self.folder.glob(f"{self.keys[epoch]}-statistics-*.safetensors"))

    def within(self, epoch: int, steps: int, sha256: str) -> Path:
        """The state after so many steps of the pass that follows an epoch."""
        return self.folder / f"{self.keys[epoch + 1]}-pass-{steps}-{sha256}.safetensors"

    def begun(self, epoch: int) -> list[tuple[int, Path]]:
        """The states within the pass that follows an epoch that are there, with their steps, most steps first."""
        found = self.folder.glob(f"{self.keys[epoch + 1]}-pass-*-*.safetensors")
        return sorted(((int(path.name.split("-")[2]), path) for path in found), reverse=True)

    def states(self) -> list[tuple[int, Path]]:
        """The states that are there, with their epoch, newest first."""
        epochs = {key: epoch for epoch, key in enumerate(self.keys)}
        found = [(epochs.get(path.name.split("-")[0], -1), path) for path in self.folder.glob("*-state-*.safetensors")]
        return sorted((each for each in found if each[0] >= 0), reverse=True)


def save(folder: Path, trajectory: Trajectory, network: Network, state: State, records: Records) -> Records:
    """Write the checkpoint of the epoch that the last record tells of, then its state; the records with its sha256."""
    epoch = len(records) - 1
    sha256 = checkpoints.write(folder / checkpoints.name(epoch), network.trunk)
    place(folder / checkpoints.name(epoch), trajectory.weights(epoch, sha256))
    records = [*records[:-1], records[-1] | {"checkpoint": sha256}]
    tensors = {key: each.contiguous().cpu() for key, each in state.items()}
    data = safetensors.torch.save(tensors, {"told": json.dumps([trajectory.keys[epoch], records])})
    with whole(trajectory.state(epoch, hashlib.sha256(data).hexdigest())) as file:
        file.write(data)
    forget(trajectory, epoch + 1 - KEPT)
    return records


def forget(trajectory: Trajectory, before: int) -> None:
    """Remove the states of epochs before one, unless they are lasting: whoever needs one all the same trains again."""
    for epoch, path in trajectory.states():
        if epoch < before and epoch not in trajectory.lasting:
            remove(path)


def resume(folder: Path, trajectory: Trajectory, network: Network, state: State) -> Records:
    """Bring network and optimizer to the last sound epoch of a trajectory, and its checkpoints into a folder.

    The records until then, none if there is no such epoch. A sound epoch has a state with the digest that its name
    says, and unharmed weights from epoch 0 on. States that are not sound are removed.
    """
    for epoch, path in trajectory.states():
        if records := restored(folder, trajectory, epoch, path, network, state):
            return records
        remove(path)
    return []


def restored(folder: Path, trajectory: Trajectory, epoch: int, path: Path, network: Network, state: State) -> Records:
    """Load the weights and the optimizer of a state; its records, none if anything is damaged, or gone meanwhile."""
    try:
        data = path.read_bytes()
        if trajectory.state(epoch, hashlib.sha256(data).hexdigest()) != path:
            return []
        records = records_in(data, trajectory.keys[epoch])
        for each, record in enumerate(records):
            place(trajectory.weights(each, record["checkpoint"]), folder / checkpoints.name(each))
            checkpoints.read(folder, each, record["checkpoint"])
    except (FileNotFoundError, IsADirectoryError, PermissionError, checkpoints.ForeignCheckpoint):
        return []
    if records:
        checkpoints.load(network, folder, epoch, records[epoch]["checkpoint"])
        tensors = safetensors.torch.load(data)
        for key, buffer in state.items():
            buffer.copy_(tensors[key])
    return records


def records_in(data: bytes, key: str) -> Records:
    """The records in a state's bytes; none if they are those of another trajectory under the name of this one."""
    whose, records = told_in(data)
    return records if whose == key else []


def told_in(data: bytes) -> Any:
    """What the metadata of a file of safetensors tell, under the key `told`."""
    size = int.from_bytes(data[:8], "little")  # the length of the header, then the header as JSON
    return json.loads(json.loads(data[8 : 8 + size])["__metadata__"]["told"])


def remove(path: Path) -> None:
    """Remove a file, if it is there and may be removed: in a shared folder others remove and own files too."""
    with suppress(OSError):
        path.unlink()
