"""Reads, hashes and decodes photographs by threads, and finds those that cannot be used."""

import hashlib
import os
import threading
import time
import warnings
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
from tqdm import tqdm

from vestige.data import photograph_index
from vestige.data.arrays import FOLDER
from vestige.data.decoding import DecodingError, decode
from vestige.data.photograph_index import Index, Photographs
from vestige.data.photographs import count_cores
from vestige.data.resizing import resize_middle
from vestige.data.shards.byte_ranges import Listing
from vestige.data.shards.entries import SUFFIXES
from vestige.data.shards.faults import Faults

TASK = 32  # photographs that a thread reads before it looks for more
KEEP = 60  # seconds between two moments after which nothing is lost
LONGEST = 50  # times its shorter side may the longer side of a photograph be: more would fill the memory
JPEG = b"\xff\xd8"  # how a file begins


def fill_rows(begun: Index, listings: Mapping[str, Listing], settings, faults: Faults, note) -> Index:
    """An index with the sha256, the size and, where the study states no mean, the sums of every photograph.

    What was read before of shards that have not changed is not read again. Faults are added for photographs that cannot
    be used; with `on_unreadable: skip` those that cannot be decoded are notes, and left out.
    """
    index = replace(begun, splits={split: with_sums(rows, settings, split) for split, rows in begun.splits.items()})
    done = take_over(index, settings.reading_place)
    if kept := sum(int(known.sum()) for known in done.values()):
        note(f"{kept} photographs are as they were when they were last read")
    reading = Reading(index, listings, settings, faults)
    with warnings_by_file(reading):
        read_unknown(reading, done)
    if not all(known.all() for known in done.values()):
        keep_read(index, settings.reading_place)  # also where there are faults: whoever mends one file waits for one
    sound = {split: rows.take(np.flatnonzero(rows.height > 0)) for split, rows in index.splits.items()}
    return replace(index, splits=sound)


def with_sums(rows: Photographs, settings, split: str) -> Photographs:
    """The same, with room for sums where they are needed: of training images, unless the study states mean and std."""
    needed = split != "val" and (settings.mean is None or settings.std is None)
    return replace(rows, sums=np.zeros((len(rows), 6 if needed else 0), np.int64))


def read_unknown(reading: "Reading", done: dict[str, np.ndarray]) -> None:
    """Read all photographs that are not `done`; what was read is kept from time to time, and when it is stopped."""
    todo = [(split, rows) for split, known in done.items() for rows in parts_of(np.flatnonzero(~known))]
    kept = time.monotonic()
    with ThreadPoolExecutor(count_cores()) as pool, progress(todo) as bar:
        tasks = [(rows, pool.submit(reading.read_rows, split, rows)) for split, rows in todo]
        try:
            for rows, task in tasks:
                task.result()
                bar.update(len(rows))
                if time.monotonic() - kept > KEEP:
                    keep_read(reading.index, reading.settings.reading_place)
                    kept = time.monotonic()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            keep_read(reading.index, reading.settings.reading_place)
            raise


def parts_of(rows: np.ndarray) -> list[np.ndarray]:
    """The rows in parts of one task each."""
    return [rows[start : start + TASK] for start in range(0, len(rows), TASK)]


def progress(todo: list) -> tqdm:
    """A bar of the photographs to read, with the time that is left."""
    return tqdm(total=sum(len(rows) for _, rows in todo), unit="photograph", disable=None)


def keep_read(index: Index, place: str) -> None:
    """Leave what is known of photographs that can be used: all of them are read again that are not among these.

    The height of a photograph is what is written last of it.
    """
    splits = {split: rows.take(np.flatnonzero(rows.height > 0)) for split, rows in index.splits.items()}
    photograph_index.write_index(replace(index, splits=splits), FOLDER, place)


def take_over(index: Index, place: str) -> dict[str, np.ndarray]:
    """Which photographs (n) of each split are known, of shards that have not changed since they were read."""
    known = {split: np.zeros(len(rows), bool) for split, rows in index.splits.items()}
    former = photograph_index.read_index(FOLDER, place)
    if former is None or former.decoder != index.decoder or not former.shards:
        return known
    same = same_shards(index, former)
    for split, rows in index.splits.items():
        for held in former.splits.values():
            known[split] |= copy_known(rows, held, same)
    return known


def same_shards(index: Index, former: Index) -> np.ndarray:
    """The number (shards) that each shard has in a former index; -1 where it has none, or has changed."""
    numbers = {shard: number for number, shard in enumerate(former.shards)}
    found = np.array([numbers.get(shard, -1) for shard in index.shards])
    alike = (index.identities == former.identities[found]).all(1)
    return np.where((found >= 0) & alike, found, -1)


def copy_known(rows: Photographs, held: Photographs, same: np.ndarray) -> np.ndarray:
    """Copy what is held of photographs (n) in shards that are the same; which these are."""
    needed = rows.sums.shape[1]
    if not len(held) or not len(rows) or held.sums.shape[1] < needed:
        return np.zeros(len(rows), bool)
    asked, given = key_of(same[rows.shard], rows.offset), key_of(held.shard, held.offset)
    order = np.argsort(given)
    found = order[np.clip(np.searchsorted(given, asked, sorter=order), 0, len(order) - 1)]
    known = (same[rows.shard] >= 0) & (given[found] == asked) & (held.length[found] == rows.length)
    for column in ("sha256", "height", "width", "sums"):
        values = getattr(held, column)[found[known]]
        getattr(rows, column)[known] = values[:, :needed] if column == "sums" else values
    return known


def key_of(shard: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """One number (n, int64) for a shard and a place in it, which is below a terabyte."""
    return (shard.astype(np.int64) << 40) + offset


class Reading:
    """What threads share that read photographs: the rows that they fill, and the faults that they find."""

    def __init__(self, index: Index, listings: Mapping[str, Listing], settings, faults: Faults):
        self.index, self.listings, self.settings, self.faults = index, listings, settings, faults
        self.lock = threading.Lock()

    def read_rows(self, split: str, rows: np.ndarray) -> None:
        """Read some photographs of a split."""
        photographs, names = self.index.splits[split], self.listings[split].name
        for row in rows.tolist():
            current.file = name = self.name_of(photographs, row, names[row])
            try:
                self.read_row(photographs, row, name)
            except OSError as error:  # of the disk or the network: it says nothing of the photograph
                self.add_fault("unreadable", name, error.strerror or str(error))
            except DecodingError as error:
                self.add_unusable("undecodable", name, str(error))

    def name_of(self, photographs: Photographs, row: int, name: str) -> str:
        """What messages call a photograph: its path, or its name and the shard that holds it."""
        shard = self.index.shards[photographs.shard[row]]
        return shard if shard == name else f"{name} in {shard}"

    def read_row(self, photographs: Photographs, row: int, name: str) -> None:
        """Read one photograph, and note its sha256, its size and, where they are asked for, its sums."""
        data = self.read_bytes(photographs, row)
        pixels = decode(data)
        height, width = pixels.shape[:2]
        if max(height, width) > LONGEST * min(height, width):
            return self.add_unusable("oblong", name, f"{width}x{height} pixels")
        suffix = os.path.splitext(name.partition(" in ")[0])[1].lower()
        if suffix in SUFFIXES and (suffix == ".png") == data.startswith(JPEG):
            self.note("other_format", name, "JPEG" if data.startswith(JPEG) else "PNG")
        photographs.sha256[row] = np.frombuffer(hashlib.sha256(data).digest(), np.uint8)
        photographs.width[row] = width
        if photographs.sums.shape[1]:
            photographs.sums[row] = self.sums(pixels)
        photographs.height[row] = height
        return None

    def read_bytes(self, photographs: Photographs, row: int) -> bytes:
        """The bytes of a photograph."""
        length = int(photographs.length[row])
        with open(self.index.path(int(photographs.shard[row])), "rb") as file:
            data = os.pread(file.fileno(), length, int(photographs.offset[row]))
        if len(data) < length:
            raise OSError(f"only {len(data)} of its {length} bytes can be read")
        return data

    def sums(self, pixels: np.ndarray) -> np.ndarray:
        """(6) sums of the levels of each channel of what evaluation sees, and of their squares: exact."""
        settings = self.settings
        seen = resize_middle(pixels, settings.resize, settings.crop, settings.resize_with).astype(np.int64)
        return np.concatenate([seen.sum((0, 1)), (seen**2).sum((0, 1))])

    def add_unusable(self, kind: str, name: str, says: str) -> None:
        """Add a fault, or a note where what cannot be used is left out."""
        if self.settings.on_unreadable == "skip":
            self.note("left_out", name, says)
        else:
            self.add_fault(kind, name, says)

    def add_fault(self, kind: str, name: str, says: str) -> None:
        """Add a fault."""
        with self.lock:
            self.faults.add(kind, name, says)

    def note(self, kind: str, name: str, says: str) -> None:
        """Add a note."""
        with self.lock:
            self.faults.note(kind, name, says)


current = threading.local()  # the file that a thread reads, for warnings that do not name it


@contextmanager
def warnings_by_file(reading: Reading) -> Iterator[None]:
    """Note what decoders warn of with the file that it is about, whichever thread reads it."""
    former = warnings.showwarning

    def show(message, category, filename, lineno, file=None, line=None):
        name = getattr(current, "file", None)
        if name is None:
            return former(message, category, filename, lineno, file, line)
        reading.note("decoder_warning", name, str(message))
        return None

    with warnings.catch_warnings():
        warnings.simplefilter("always", category=UserWarning)
        warnings.showwarning = show
        yield
