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
from vestige.data.shards.faults import Faults

TASK = 32  # photographs that a thread reads before it looks for more
KEEP = 60  # seconds between two moments after which nothing is lost
LONGEST = 50  # times its shorter side may the longer side of a photograph be: more would fill the memory
PNG, JPEG = b"\x89PNG", b"\xff\xd8"
BEGUN = "begun"  # part of the name of an index that is not finished


def fill_rows(begun: Index, listings: Mapping[str, Listing], settings, faults: Faults, note) -> Index:
    """An index with the sha256, the size and, where the study states no mean, the sums of every photograph.

    Faults are added for those that cannot be used; with `on_unreadable: skip` they are notes, and left out.
    """
    index = replace(begun, splits={split: with_sums(rows, settings, split) for split, rows in begun.splits.items()})
    done = {split: take_over(index, split, settings.place) for split in index.splits}
    if kept := sum(int(known.sum()) for known in done.values()):
        note(f"{kept} photographs are as they were when they were last read")
    with warnings_by_file(faults):
        read_unknown(Reading(index, listings, settings, faults), done)
    if faults:  # whoever mends these files need not wait for all others again
        keep_begun(index, {split: rows.height > 0 for split, rows in index.splits.items()}, settings.place)
        return index
    for path in photograph_index.find_indices(FOLDER, f"{settings.place}-{BEGUN}"):
        path.unlink()
    sound = {split: rows.take(np.flatnonzero(rows.height > 0)) for split, rows in index.splits.items()}
    return replace(index, splits=sound)


def with_sums(rows: Photographs, settings, split: str) -> Photographs:
    """The same, with room for sums where they are needed: of training images, unless the study states mean and std."""
    needed = split != "val" and (settings.mean is None or settings.std is None)
    return replace(rows, sums=np.zeros((len(rows), 6 if needed else 0), np.int64))


def read_unknown(reading: "Reading", done: dict[str, np.ndarray]) -> None:
    """Read all photographs that are not `done`, which is kept from time to time, and when it is stopped."""
    todo = [(split, rows) for split, known in done.items() for rows in parts_of(np.flatnonzero(~known))]
    kept = time.monotonic()
    with ThreadPoolExecutor(count_cores()) as pool, progress(todo) as bar:
        tasks = [(split, rows, pool.submit(reading.read_rows, split, rows)) for split, rows in todo]
        try:
            for split, rows, task in tasks:
                task.result()
                done[split][rows] = True
                bar.update(len(rows))
                if time.monotonic() - kept > KEEP:
                    keep_begun(reading.index, done, reading.settings.place)
                    kept = time.monotonic()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            keep_begun(reading.index, done, reading.settings.place)
            raise


def parts_of(rows: np.ndarray) -> list[np.ndarray]:
    """The rows in parts of one task each."""
    return [rows[start : start + TASK] for start in range(0, len(rows), TASK)]


def progress(todo: list) -> tqdm:
    """A bar of the photographs to read, with the time that is left."""
    return tqdm(total=sum(len(rows) for _, rows in todo), unit="photograph", disable=None)


def keep_begun(index: Index, done: Mapping[str, np.ndarray], place: str) -> None:
    """Leave what is known so far, for whoever goes on after a kill."""
    splits = {split: rows.take(np.flatnonzero(done[split])) for split, rows in index.splits.items()}
    photograph_index.write_index(replace(index, splits=splits), FOLDER, f"{place}-{BEGUN}")


def take_over(index: Index, split: str, place: str) -> np.ndarray:
    """Which photographs (n) are known, of shards that have not changed since an index was made or begun."""
    rows = index.splits[split]
    known = np.zeros(len(rows), bool)
    for name in (place, f"{place}-{BEGUN}"):
        former = photograph_index.read_index(FOLDER, name)
        if former is not None and former.decoder == index.decoder:
            known |= copy_known(index, rows, former)
    return known


def copy_known(index: Index, rows: Photographs, former: Index) -> np.ndarray:
    """Copy what a former index knows of photographs (n) in shards that are the same; which these are."""
    names = {shard: number for number, shard in enumerate(former.shards)}
    same = np.array([names.get(shard, -1) for shard in index.shards])
    for number, other in enumerate(same):
        if other >= 0 and not np.array_equal(index.identities[number], former.identities[other]):
            same[number] = -1
    asked = list(zip(same[rows.shard].tolist(), rows.offset.tolist(), rows.length.tolist(), strict=True))
    known = np.zeros(len(rows), bool)
    for held in former.splits.values():
        if held.sums.shape[1] != rows.sums.shape[1]:
            continue
        keys = zip(held.shard.tolist(), held.offset.tolist(), held.length.tolist(), strict=True)
        places = {key: row for row, key in enumerate(keys)}
        found = np.array([places.get(key, -1) for key in asked], dtype=np.int64)
        mine = np.flatnonzero(found >= 0)
        for column in ("sha256", "height", "width", "sums"):
            getattr(rows, column)[mine] = getattr(held, column)[found[mine]]
        known[mine] = True
    return known


class Reading:
    """What threads share that read photographs: the rows that they fill, and the faults that they find."""

    def __init__(self, index: Index, listings: Mapping[str, Listing], settings, faults: Faults):
        self.index, self.listings, self.settings, self.faults = index, listings, settings, faults
        self.lock = threading.Lock()

    def read_rows(self, split: str, rows: np.ndarray) -> None:
        """Read some photographs of a split."""
        photographs, names = self.index.splits[split], self.listings[split].name
        for row in rows.tolist():
            current.file = names[row]
            try:
                self.read_row(photographs, row, names[row])
            except (DecodingError, OSError) as error:
                self.add("undecodable", names[row], getattr(error, "strerror", None) or str(error))

    def read_row(self, photographs: Photographs, row: int, name: str) -> None:
        """Read one photograph, and note its sha256, its size and, where they are asked for, its sums."""
        data = self.read_bytes(photographs, row)
        pixels = decode(data)
        height, width = pixels.shape[:2]
        if max(height, width) > LONGEST * min(height, width):
            return self.add("oblong", name, f"{width}x{height} pixels")
        if name.lower().endswith(".png") == data.startswith(JPEG):
            self.note("other_format", name, "JPEG" if data.startswith(JPEG) else "PNG")
        photographs.sha256[row] = np.frombuffer(hashlib.sha256(data).digest(), np.uint8)
        photographs.width[row] = width
        if photographs.sums.shape[1]:
            photographs.sums[row] = self.sums(pixels)
        photographs.height[row] = height
        return None

    def read_bytes(self, photographs: Photographs, row: int) -> bytes:
        """The bytes of a photograph."""
        with open(self.index.path(int(photographs.shard[row])), "rb") as file:
            return os.pread(file.fileno(), int(photographs.length[row]), int(photographs.offset[row]))

    def sums(self, pixels: np.ndarray) -> np.ndarray:
        """(6) sums of the levels of each channel of what evaluation sees, and of their squares: exact."""
        settings = self.settings
        seen = resize_middle(pixels, settings.resize, settings.crop, settings.resize_with).astype(np.int64)
        return np.concatenate([seen.sum((0, 1)), (seen**2).sum((0, 1))])

    def add(self, kind: str, name: str, says: str) -> None:
        """Add a fault, or a note where what cannot be read is skipped."""
        with self.lock:
            skipped = self.settings.on_unreadable == "skip"
            (self.faults.note if skipped else self.faults.add)(kind, name, says)

    def note(self, kind: str, name: str, says: str) -> None:
        """Add a note."""
        with self.lock:
            self.faults.note(kind, name, says)


current = threading.local()  # the file that a thread reads, for warnings that do not name it


@contextmanager
def warnings_by_file(faults: Faults) -> Iterator[None]:
    """Note what decoders warn of with the file that it is about, whichever thread reads it."""
    lock, former = threading.Lock(), warnings.showwarning

    def show(message, category, filename, lineno, file=None, line=None):
        name = getattr(current, "file", None)
        if name is None:
            return former(message, category, filename, lineno, file, line)
        with lock:
            faults.note("decoder_warning", name, str(message))
        return None

    with warnings.catch_warnings():
        warnings.simplefilter("always", category=UserWarning)
        warnings.showwarning = show
        yield
