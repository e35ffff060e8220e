"""What training leaves behind, so that any run of the same trajectory goes on from it as if it had never stopped.

Of each epoch that is its weights and its state: that of the optimizer, and the records so far, which say on what kind
of machine each epoch was computed. Files are named by the epoch's trajectory and by their own sha256: whoever writes a
file that is there already writes the same bytes. The name of a state also says which run has saved it, and on what
kinds of machine: a run goes on from its own on any machine, from another's on one of the same kind alone.
"""

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors.torch

from vestige.foundation.files import NotAFile, open_regular, place, read_regular, write_whole
from vestige.foundation.processor import kind_of
from vestige.models.network import Network
from vestige.training import checkpoints
from vestige.training.optimizer import State

Records = list[dict[str, Any]]  # one an epoch from 0 on; "checkpoint" is the sha256 of the epoch's file
SAVE_MINUTES = 15  # after which a state is saved within a pass, unless a study says otherwise
AND = " and "  # between the kinds of machine that have computed parts of one epoch
BASE = 16  # digits of the sha256 of the checkpoint from which a pass goes on
KEPT = 2  # states of the newest epochs: should the newest be damaged, only one pass is repeated


@dataclass(frozen=True)
class Trajectory:
    """The course of a run, in a folder that all runs share.

    `keys` say by epoch what determines the weights then; the states of `lasting` epochs stay, for others to go on from.
    Within a pass, which goes on from the checkpoint of the sha256 `base`, the state is saved every `save_seconds`.
    `run` is a digest of the run that trains, `machine` the kind of machine that computes.
    """

    folder: Path
    keys: tuple[str, ...]
    lasting: frozenset[int] = frozenset()
    save_seconds: float = 60.0 * SAVE_MINUTES
    run: str = ""
    machine: str = ""
    base: str = ""

    def weights(self, epoch: int, sha256: str) -> Path:
        """The weights and buffers of an epoch."""
        return self.folder / f"{self.keys[epoch]}-weights-{sha256}.safetensors"

    def state(self, epoch: int, kind: str, sha256: str, run: str | None = None) -> Path:
        """The state of an epoch that a run has saved, this one if none is named, by the kind of its machines."""
        whose = self.run if run is None else run
        return self.folder / f"{self.keys[epoch]}-state-{whose}-{kind}-{sha256}.safetensors"

    def statistics_path(self, epoch: int, sha256: str, checkpoint: str) -> Path:
        """The batch-norm statistics that the checkpoint of an epoch has in place of the running ones."""
        return self.folder / f"{self.keys[epoch]}-statistics-{sha256}-{checkpoint}.safetensors"

    def statistics(self, epoch: int) -> list[Path]:
        """The batch-norm statistics of an epoch that are there."""
        return sorted(self.folder.glob(f"{self.keys[epoch]}-statistics-*.safetensors"))

    def file_within_epoch(self, epoch: int, steps: int, kind: str, sha256: str, run: str | None = None) -> Path:
        """The state after so many steps of the pass that follows an epoch, from the checkpoint `base` on."""
        whose = f"{self.run if run is None else run}-{kind}-{self.base[:BASE]}"
        return self.folder / f"{self.keys[epoch + 1]}-pass-{steps}-{whose}-{sha256}.safetensors"

    def files_within_epoch(self, epoch: int) -> list[tuple[int, Path]]:
        """The states within the pass that follows an epoch from which this run may go on, most steps first."""
        found = self.folder.glob(f"{self.keys[epoch + 1]}-pass-*-*-*-{self.base[:BASE]}-*.safetensors")
        usable = [path for path in found if self.is_usable(*path.name.split("-")[3:5])]
        return sorted(((int(path.name.split("-")[2]), path) for path in usable), reverse=True)

    def own_files_within_epoch(self, epoch: int) -> list[Path]:
        """All that this run has left within the pass that follows an epoch."""
        return sorted(self.folder.glob(f"{self.keys[epoch + 1]}-pass-*-{self.run}-*-*-*.safetensors"))

    def states(self) -> list[tuple[int, Path]]:
        """The states from which this run may go on, with their epoch: newest first, and of one epoch its own first."""
        epochs = {key: epoch for epoch, key in enumerate(self.keys)}
        found = []
        for path in self.folder.glob("*-state-*-*-*.safetensors"):
            key, _, run, kind, _ = path.name.split("-")
            if key in epochs and self.is_usable(run, kind):
                found.append((epochs[key], run == self.run, path))
        return [(epoch, path) for epoch, _, path in sorted(found, reverse=True)]

    def own_states(self) -> list[tuple[int, Path]]:
        """The states that this run has saved, with their epoch, newest first."""
        return [(epoch, path) for epoch, path in self.states() if path.name.split("-")[2] == self.run]

    def is_usable(self, run: str, kind: str) -> bool:
        """Whether this run may go on from what a run has left that was computed on machines of some kind."""
        return run == self.run or kind == kind_of([self.machine])


def save(folder: Path, trajectory: Trajectory, network: Network, state: State, records: Records) -> Records:
    """Write the checkpoint of the epoch that the last record tells of, then its state; the records with its sha256."""
    epoch = len(records) - 1
    sha256 = checkpoints.write(folder / checkpoints.name(epoch), network.trunk)
    place(folder / checkpoints.name(epoch), trajectory.weights(epoch, sha256))
    machine = AND.join(machines_of_pass(trajectory, epoch - 1))
    records = [*records[:-1], records[-1] | {"checkpoint": sha256, "machine": machine}]
    tensors = {key: each.contiguous().cpu() for key, each in state.items()}
    data = safetensors.torch.save(tensors, {"told": json.dumps([trajectory.keys[epoch], trajectory.run, records])})
    with write_whole(trajectory.state(epoch, kind_of_records(records), hashlib.sha256(data).hexdigest())) as file:
        file.write(data)
    forget(trajectory, epoch + 1 - KEPT)
    return records


def forget(trajectory: Trajectory, before: int) -> None:
    """Remove the run's states of epochs before one, unless they are lasting: who needs one all the same trains again.

    Those of other runs stay, for on their machines they may be unable to go on from this one's.
    """
    for epoch, path in trajectory.own_states():
        if epoch < before and epoch not in trajectory.lasting:
            remove(path)


def resume(folder: Path, trajectory: Trajectory, network: Network, state: State) -> Records:
    """Bring network and optimizer to the last sound epoch of a trajectory, and its checkpoints into a folder.

    The records until then, none if there is no such epoch. A sound epoch has a state with the digest that its name
    says, and unharmed weights from epoch 0 on. States that are not sound are removed.
    """
    for epoch, path in trajectory.states():
        if records := restore_state(folder, trajectory, epoch, path, network, state):
            return records
        remove(path)
    return []


def restore_state(
    folder: Path, trajectory: Trajectory, epoch: int, path: Path, network: Network, state: State
) -> Records:
    """Load the weights and the optimizer of a state; its records, none if anything is damaged, or gone meanwhile."""
    try:
        data = read_regular(path)
        records = records_in(data, trajectory, epoch, path)
        for each, record in enumerate(records):
            place(trajectory.weights(each, record["checkpoint"]), folder / checkpoints.name(each))
            checkpoints.read(folder, each, record["checkpoint"])
    except (FileNotFoundError, NotAFile, PermissionError, checkpoints.ForeignCheckpoint):
        return []
    if records:
        checkpoints.load(network, folder, epoch, records[epoch]["checkpoint"])
        tensors = safetensors.torch.load(data)
        for key, buffer in state.items():
            buffer.copy_(tensors[key])
    return records


def records_in(data: bytes, trajectory: Trajectory, epoch: int, path: Path) -> Records:
    """The records in a state's bytes; none if its name tells of other bytes, another trajectory, run or machine."""
    sha256 = hashlib.sha256(data).hexdigest()
    if path.stem.rpartition("-")[2] != sha256:
        return []
    key, run, records = parse_metadata(data)
    is_named_so = trajectory.state(epoch, kind_of_records(records), sha256, run) == path
    return records if is_named_so and key == trajectory.keys[epoch] else []


def kind_of_records(records: Records) -> str:
    """The kind of the machines that have computed some epochs."""
    return kind_of(record["machine"] for record in records)


def machines_of_pass(trajectory: Trajectory, epoch: int) -> list[str]:
    """The kinds of machine that have computed the pass that follows an epoch so far: this one, and before it others.

    Others, if it goes on from what was left within the pass; -1 stands for the drawing of the weights.
    """
    found: list[str] = []
    for _, path in trajectory.files_within_epoch(epoch) if epoch >= 0 else ():
        with suppress(OSError, ValueError, KeyError):  # gone meanwhile, or damaged: then nothing was taken from it
            found += read_state_metadata(path)
    return [*dict.fromkeys([*found, trajectory.machine])]


def read_state_metadata(path: Path) -> Any:
    """What the metadata of a file of safetensors tell. Raises OSError, ValueError or KeyError."""
    with open_regular(path) as file:
        size = file.read(8)
        return parse_metadata(size + file.read(int.from_bytes(size, "little")))


def parse_metadata(data: bytes) -> Any:
    """What the metadata of a file of safetensors tell, under the key `told`."""
    size = int.from_bytes(data[:8], "little")  # the length of the header, then the header as JSON
    return json.loads(json.loads(data[8 : 8 + size])["__metadata__"]["told"])


def remove(path: Path) -> None:
    """Remove a file, if it is there and may be removed: in a shared folder others remove and own files too."""
    with suppress(OSError):
        path.unlink()
