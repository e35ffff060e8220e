"""Copies the photographs of a split to a disk of this machine, once for all processes that read them there."""

import hashlib
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from vestige.data.photograph_index import Index
from vestige.data.photographs import Reader
from vestige.foundation.disk import free_bytes
from vestige.foundation.files import hold_lock, write_whole

PART = 2**30  # bytes of a file of a copy, about: what is copied again after a kill
READERS = 8  # photographs that are read at once: a network answers slowly, but many
TOGETHER = 256  # photographs that are held in memory
OFTEN = 30  # seconds between two lines on how far it is
GB = 1e9

Note = Callable[[str], None]


class NoRoom(RuntimeError):
    """A folder with no room for a copy, or none in which it can be made; the message names the remedy."""


def stage(index: Index, split: str, folder: Path, note: Note) -> Reader:
    """A reader of a copy of a split's photographs, which is made in the folder unless it is there.

    Photographs lie there one after another, as they do in the original's files, so that these are read from front to
    back; each is checked against its sha256 on the way. Processes that need the same copy wait until it is whole, and
    one that was killed is gone on with. Raises NoRoom, and OtherPhotograph for an original that has changed.
    """
    rows = index.splits[split]
    order = np.lexsort((rows.offset, rows.shard))
    parts = divide(order, rows.length)
    target = folder / name_copy(rows.sha256[order], parts)
    files = [f"{number:04d}.images" for number in range(len(parts))]
    with lock_copies(target, note):
        missing = [
            each for each in zip(files, parts, strict=True) if not is_whole(target / each[0], rows.length[each[1]])
        ]
        copy_parts(Reader(index, split), missing, target, note)
    shard, offset = np.empty_like(rows.shard), np.empty_like(rows.offset)
    for number, part in enumerate(parts):
        shard[part], offset[part] = number, np.cumsum(rows.length[part]) - rows.length[part]
    staged = {split: replace(rows, shard=shard, offset=offset)}
    remedy = f"This is the copy that images.stage_to asks for: remove {target}, and start again."
    return Reader(replace(index, root=str(target), shards=tuple(files), splits=staged), split, remedy)


def divide(order: np.ndarray, length: np.ndarray) -> list[np.ndarray]:
    """The numbers of photographs in the order of copying, in parts of about so many bytes."""
    begins = np.cumsum(length[order]) - length[order]
    cuts = np.flatnonzero(np.diff(begins // PART)) + 1
    return np.split(order, cuts)


def name_copy(sha256: np.ndarray, parts: list[np.ndarray]) -> str:
    """The name of a copy: of what it holds, in which order and in which files."""
    found = hashlib.sha256(np.ascontiguousarray(sha256).data)
    found.update(repr([len(part) for part in parts]).encode())
    return f"vestige-{found.hexdigest()[:32]}"


def is_whole(path: Path, length: np.ndarray) -> bool:
    """Whether a file is as long as the photographs that it is to hold."""
    return path.is_file() and path.stat().st_size == length.sum()


@contextmanager
def lock_copies(target: Path, note: Note) -> Iterator[None]:
    """Wait until no other process makes a copy; what a killed one has left half-written is removed."""
    with ExitStack() as stack:
        try:
            stack.enter_context(
                hold_lock(
                    target / "lock",
                    lambda: note(f"another process copies the photographs to {target}: waiting for it"),
                )
            )
        except OSError as error:
            raise NoRoom(
                f"images.stage_to: no copy can be made in {target} ({error.strerror}): name a folder on a disk of the "
                "machine that trains, which this user may write to, or leave the key out (then photographs are read "
                "where they lie)"
            ) from error
        for begun in target.glob(".*.images.*"):
            begun.unlink()
        yield


def refuse_full_disk(target: Path, needed: int) -> None:
    """Raise NoRoom where so many bytes do not fit."""
    free = free_bytes(target)
    if free < needed:
        raise NoRoom(
            f"images.stage_to: the photographs need {needed / GB:.3g} GB in {target}, where {free / GB:.3g} GB are "
            "free: make room, name a larger disk, or leave the key out (then they are read where they lie)"
        )


def copy_parts(reader: Reader, parts: list[tuple[str, np.ndarray]], target: Path, note: Note) -> None:
    """Copy the photographs of each file; say how far it is, and how long it will take. Raises NoRoom before."""
    sizes = [int(reader.rows.length[numbers].sum()) for _, numbers in parts]
    total, done, began = sum(sizes), 0, time.monotonic()
    if not parts:
        return
    refuse_full_disk(target, total)
    note(f"copying {total / GB:.3g} GB of photographs to {target}")
    said = began
    for (name, numbers), size in zip(parts, sizes, strict=True):
        copy(reader, numbers, target / name)
        done, now = done + size, time.monotonic()
        if now - said > OFTEN or done == total:
            left = (now - began) * (total - done) / done
            note(f"{done / GB:.3g} of {total / GB:.3g} GB are copied, about {left:.0f} s left")
            said = now


def copy(reader: Reader, numbers: np.ndarray, path: Path) -> None:
    """Write photographs one after another into a file, which is there once it is whole."""
    with write_whole(path) as file, ThreadPoolExecutor(READERS, thread_name_prefix="stage") as pool:
        for start in range(0, len(numbers), TOGETHER):
            file.writelines(pool.map(reader.read, numbers[start : start + TOGETHER].tolist()))
