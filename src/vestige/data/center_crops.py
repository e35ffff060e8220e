"""The squares that networks see of validation photographs, decoded once and memory-mapped from `work/`."""

import hashlib
import io
import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch

from vestige.data.arrays import FOLDER, digest
from vestige.data.photograph_index import Index
from vestige.data.photographs import Reader, open_photographs
from vestige.foundation.file_identity import identity
from vestige.foundation.files import write_whole

BATCH = 256  # photographs that are decoded before they are written
CHECKED = ".checked"  # beside an array: what its file was like when its digest was last computed


def decode_squares(index: Index, settings) -> str:
    """The sha256 of what evaluation sees of the validation photographs of an index, left in `work/` as one array."""
    nothing = torch.zeros(3)  # they are not normalised
    split = open_photographs(Reader(index, "val"), settings, BATCH, nothing, nothing)
    count = len(split.labels)
    batches = split.decode_batches(np.arange(count), None)
    return write_squares((pixels.numpy() for pixels, _ in batches), count, settings.crop)


def write_squares(batches: Iterable[np.ndarray], count: int, size: int) -> str:
    """Write squares uint8 (count, 3, size, size), which come in batches, under their digest, which is returned."""
    shape = (count, 3, size, size)
    FOLDER.mkdir(parents=True, exist_ok=True)
    found = hashlib.sha256(f"|u1 {shape}\n".encode())
    number, name = tempfile.mkstemp(dir=FOLDER, prefix=".squares-", suffix=".npy")
    partial = Path(name)
    try:
        with open(number, "wb") as file:
            file.write(header_of(shape))
            for batch in batches:
                data = np.ascontiguousarray(batch).data
                found.update(data)
                file.write(data)
            file.flush()
            os.fsync(file.fileno())
        path = FOLDER / f"{found.hexdigest()}.npy"
        partial.chmod(0o644)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    note_checked(path)
    return found.hexdigest()


def load_squares(name: str) -> np.ndarray | None:
    """The array of a digest, memory-mapped; None if it is absent or damaged.

    Its gigabytes are hashed only where its file is another than when that was last done.
    """
    path = FOLDER / f"{name}.npy"
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    if not is_checked(path):
        if digest(array) != name:
            return None
        note_checked(path)
    return array


def is_checked(path: Path) -> bool:
    """Whether a file is still the one whose digest was computed."""
    try:
        return json.loads(path.with_suffix(CHECKED).read_text()) == list(identity(path))
    except (OSError, ValueError):
        return False


def note_checked(path: Path) -> None:
    """Note what a file is like whose digest was computed."""
    with write_whole(path.with_suffix(CHECKED)) as file:
        file.write(json.dumps(list(identity(path))).encode())


def header_of(shape: tuple[int, ...]) -> bytes:
    """What stands before the bytes of an array of uint8 in the format of `.npy`."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": shape})
    return header.getvalue()
