"""What trainings leave in scratch, made to say that another kind of machine has computed it, or another run."""

import hashlib
import json
from pathlib import Path

import safetensors.torch

from vestige.foundation.processor import kind_of
from vestige.training.resume import kind_of_records, read_state_metadata

OTHER = "Abacus 9 (beads)"


def relabel(folder: Path, machine: str = OTHER, run: str = "") -> None:
    """Let all states in a folder, and those within passes, be of one kind of machine, and of a run if one is named."""
    for path in [*folder.glob("*-state-*"), *folder.glob("*-pass-*")]:
        key, kind, *marks, _, _ = path.name.split("-")
        told = read_state_metadata(path)
        if kind == "state":
            told = [told[0], run or told[1], [record | {"machine": machine} for record in told[2]]]
            marks = [told[1], kind_of_records(told[2])]
        else:
            *_, base, _ = path.name.split("-")
            told, marks = [machine], [marks[0], run or marks[1], kind_of([machine]), base]
        data = safetensors.torch.save(safetensors.torch.load_file(path), {"told": json.dumps(told)})
        path.unlink()
        name = "-".join([key, kind, *marks, hashlib.sha256(data).hexdigest()])
        (folder / f"{name}.safetensors").write_bytes(data)
