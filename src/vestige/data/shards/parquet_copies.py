"""Copies of the images in Parquet shards: one flat file a shard, written once, in which images are byte ranges."""

import errno
import hashlib
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from vestige.data.shards.byte_ranges import NO_FIELDS, Listing
from vestige.data.shards.faults import Faults
from vestige.data.shards.parquet_shards import IMAGE, image_chunk, import_pyarrow, is_parquet
from vestige.data.shards.shard_files import find_shards
from vestige.foundation.disk import free_bytes
from vestige.foundation.files import write_whole

ROWS = 256  # rows read at once


def copy_shards(
    root: Path,
    listing: Listing,
    target: Path,
    progress: Callable[[int], None] = lambda images: None,
    fields: Mapping[str, str] = NO_FIELDS,
) -> Listing:
    """The listing of the same images in flat files in the folder `target`, which are written unless they are there.

    A file is named after its shard's path, size and time of change, so that a process that was stopped is gone on with
    after the last whole shard. `progress` is called with numbers of images that are there. Raises ImagesRefused, before
    anything is written, if the disk has too little room; and if images are null or empty, or a shard cannot be read.
    """
    faults, column = Faults(root), fields.get("image", IMAGE)
    targets = [_name_copy(root, shard, column, target, faults) for shard in listing.shards]
    faults.refuse()
    check_room(root, listing.shards, targets, column, faults)
    faults.refuse()
    for shard, path in zip(listing.shards, targets, strict=True):
        if is_copied(path):
            progress(len(read_ends(path)))
        else:
            _copy(root, shard, path, column, progress, faults)
    faults.refuse()
    return _place(listing, targets, faults)


def find_copies(root: Path, target: Path, fields: Mapping[str, str] = NO_FIELDS) -> dict[Path, Path]:
    """Each flat file that `copy_shards` makes of the Parquet shards in a folder -> its shard; no shard is opened."""
    faults, column = Faults(root), fields.get("image", IMAGE)
    shards = [each for paths in find_shards(root, is_parquet, faults).values() for each in paths]
    return {_name_copy(root, shard, column, target, faults): root / shard for shard in shards}


def measure_copies(copies: Mapping[Path, Path]) -> int:
    """About how many bytes `copy_shards` would write of flat files -> shards: as many as those not copied have."""
    return sum(shard.stat().st_size for path, shard in copies.items() if not is_copied(path))


def _name_copy(root: Path, shard: str, column: str, target: Path, faults: Faults) -> Path:
    """The flat file of a shard."""
    try:
        status = (root / shard).stat()
    except OSError as fault:
        faults.add("unreadable", shard, fault.strerror or "")
        return target
    text = json.dumps([str((root / shard).absolute()), status.st_size, status.st_mtime_ns, column])
    return target.absolute() / f"{hashlib.sha256(text.encode()).hexdigest()[:32]}.images"


def _ends_of(path: Path) -> Path:
    """The file that holds where each image ends in a flat file; it is written last."""
    return path.with_suffix(".ends.npy")


def read_ends(path: Path) -> np.ndarray:
    """Where each image ends (int64, rows) in a flat file. Raises ValueError or OSError if that is not known."""
    return np.load(_ends_of(path), allow_pickle=False)


def is_copied(path: Path) -> bool:
    """Whether a flat file is complete."""
    try:
        ends = read_ends(path)
        return path.stat().st_size == (ends[-1] if len(ends) else 0)
    except (OSError, ValueError, EOFError):
        return False


def check_room(root: Path, shards: Sequence[str], targets: list[Path], column: str, faults: Faults) -> None:
    """Add a fault if the images of the shards that are not copied yet do not fit on the disk of their copies."""
    needed = sum(
        _count_bytes(root, shard, column, faults)
        for shard, path in zip(shards, targets, strict=True)
        if not is_copied(path)
    )
    if not needed:
        return
    folder = targets[0].parent
    free = free_bytes(folder)
    if free < needed:
        faults.add("disk_full", str(folder), f"{needed / 2**30:.3g} GiB are needed, {free / 2**30:.3g} are free")


def _count_bytes(root: Path, shard: str, column: str, faults: Faults) -> int:
    """About how many bytes the images of a shard have, from its footer."""
    pa, pq = import_pyarrow()
    try:
        metadata = pq.read_metadata(root / shard)
    except (pa.ArrowException, OSError, ValueError) as fault:
        faults.add("parquet_damaged", shard, str(fault))
        return 0
    groups = range(metadata.num_row_groups)
    return sum(image_chunk(metadata, group, column).total_uncompressed_size for group in groups)


def _copy(root: Path, shard: str, path: Path, column: str, progress: Callable[[int], None], faults: Faults) -> None:
    """Write the flat file of a shard, unless there is something wrong with one of its images."""
    pa, _ = import_pyarrow()
    lengths, before = [], faults.count_faults()
    try:
        with write_whole(path) as file:
            for images in _read_images(root / shard, column):
                for image in images:
                    lengths.append(_write_image(image, file, f"row {len(lengths)} in {shard}", faults))
                progress(len(images))
            if faults.count_faults() > before:
                raise _Incomplete
    except _Incomplete:
        return
    except (pa.ArrowException, OSError, ValueError) as fault:
        is_full = getattr(fault, "errno", None) == errno.ENOSPC
        faults.add("disk_full" if is_full else "parquet_damaged", shard, str(fault))
        return
    ends = io.BytesIO()
    np.save(ends, np.cumsum(lengths, dtype=np.int64))
    with write_whole(_ends_of(path)) as file:
        file.write(ends.getvalue())


class _Incomplete(Exception):
    """Leaves nothing of a file of which a part is missing."""


def _write_image(image, file, shown: str, faults: Faults) -> int:
    """Write one image; returns its length. Adds a fault if there is none."""
    if image is None:
        faults.add("sample_without_image", shown, "the image is null")
        return 0
    if not len(image):
        faults.add("empty_file", shown)
    return file.write(image)


def _read_images(path: Path, column: str) -> Iterator[list[memoryview | None]]:
    """The images of a Parquet file, some rows at a time."""
    pa, pq = import_pyarrow()
    with pq.ParquetFile(path, pre_buffer=False) as file:  # else it reads the whole file at once
        for batch in file.iter_batches(ROWS, columns=[column]):
            images = batch.column(0)
            if pa.types.is_struct(images.type):
                images = images.flatten()[images.type.get_field_index("bytes")]  # null where the struct is
            yield [memoryview(each.as_buffer()) if each.is_valid else None for each in images]


def _place(listing: Listing, targets: list[Path], faults: Faults) -> Listing:
    """The listing with byte ranges in place of rows."""
    offset, length = np.empty_like(listing.offset), np.empty_like(listing.length)
    order = np.argsort(listing.shard, kind="stable")
    for number, rows in enumerate(np.split(order, np.searchsorted(listing.shard[order], range(1, len(targets))))):
        ends = read_ends(targets[number])
        row = listing.offset[rows]
        if len(row) and row.max() >= len(ends):
            faults.add("shard_changed", listing.shards[number], f"it has now {len(ends)} rows")
            continue
        starts = np.concatenate([[0], ends])
        offset[rows], length[rows] = starts[row], ends[row] - starts[row]
    faults.refuse()
    return replace(listing, shards=tuple(map(str, targets)), offset=offset, length=length)
