"""Compares two checkpoints (safetensors): names, kinds, shapes and the bytes of every tensor."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from comparison.arrays import compare_values
from comparison.records import Compared, Difference, LeftOut, Record, compare_plain
from comparison.renamed import Renamed, pair_names

METADATA = "__metadata__"
KINDS = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1", "U8": "u1"}
KINDS |= {"BOOL": "?", "BF16": "<u2"}  # numpy knows no bfloat16: its bits are shown as a whole number


def compare_tensors(old: Path, new: Path, renamed: Renamed) -> Iterator[Record]:
    """All tensors of two files."""
    (header, data), (others_header, others_data) = load(old), load(new)
    if METADATA in header or METADATA in others_header:
        yield LeftOut("metadata of checkpoints", "it is a note, and no tensor")
    names = [[name for name in each if name != METADATA] for each in (header, others_header)]
    pairs, missing = pair_names(renamed, "tensors", *names)
    yield from missing
    for name, others_name in pairs:
        yield Compared("tensors", 1)
        yield from compare_tensor(name, header[name], data, others_header[others_name], others_data)


def load(path: Path):
    """The header of a file, and its bytes behind that."""
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(size))
    return header, np.memmap(path, np.uint8, mode="r")[8 + size :]


def compare_tensor(name: str, old: dict, old_data, new: dict, new_data) -> Iterator[Record]:
    """One tensor."""
    yield from compare_plain("tensor", f"{name} (dtype)", old["dtype"], new["dtype"])
    yield from compare_plain("tensor", f"{name} (shape)", old["shape"], new["shape"])
    one, other = (data[slice(*each["data_offsets"])] for each, data in ((old, old_data), (new, new_data)))
    yield Compared("values", int(np.prod(old["shape"])))
    if (old["dtype"], old["shape"]) == (new["dtype"], new["shape"]) and not np.array_equal(one, other):
        kind = KINDS.get(old["dtype"])
        if kind is None:
            yield Difference("tensor", name, ("its bytes differ",))
        else:
            values = [np.array(each).view(kind).reshape(old["shape"]) for each in (one, other)]
            yield from compare_values("tensor", name, *values, lambda index: str(list(index)))
