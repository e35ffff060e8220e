"""Makes the index of a set of photographs: lists them, then reads, hashes and decodes each once."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
from tqdm import tqdm

from vestige.data import photograph_index
from vestige.data.arrays import FOLDER, SPLITS, split_stratified
from vestige.data.photograph_index import Index, Photographs
from vestige.data.probe import probe
from vestige.data.shards.byte_ranges import Listed, Listing
from vestige.data.shards.listing import list_images
from vestige.data.shards.parquet_copies import copy_shards
from vestige.data.shards.photograph_reading import fill_rows
from vestige.foundation.disk import free_bytes
from vestige.foundation.file_identity import identity
from vestige.foundation.files import hold_lock
from vestige.foundation.source_hash import PACKAGE, file_digest

Note = Callable[[str], None]
ALL = "all"  # the split of a folder of class folders that has none
WITH_FIELDS = ("webdataset_tars", "parquet_shards")


def build_index(settings, note: Note) -> Index:
    """The index of the photographs at `settings.root`, left in `work/`. Raises ImagesRefused with all that is wrong.

    What an index of the same place, or one that was begun, holds of shards that have not changed is taken over.
    """
    root = settings.path("root")
    with lock_place(settings.reading_place):  # jobs that need an index at once read everything once
        return make_index(root, settings, note)


def make_index(root: Path, settings, note: Note) -> Index:
    """The same, for one process at a time."""
    listed = list_images(root, settings.names_of_fields)
    refuse_fields(settings, listed)
    note(f"{sum(map(len, listed.splits.values()))} photographs in {root}, {listed.format.replace('_', ' ')}")
    find_full_disk(settings, listed)
    listed.faults.refuse()
    refuse_split(settings, listed)
    listings = {split: copy_rows(root, listing, settings.names_of_fields) for split, listing in listed.splits.items()}
    begun = join_listings(root, listings, describe_decoder(settings))
    index = fill_rows(begun, listings, settings, listed.faults, note)
    listed.faults.refuse()
    if ALL in index.splits:
        index = divide(index, settings)
    refuse_empty_classes(index, 1 + max(int(listing.label.max()) for listing in listings.values()))
    index = replace(index, splits={split: index.splits[split].sort() for split in SPLITS})
    note_repeated(index, listed.faults)
    if notes := listed.faults.format_notes():
        note(notes)
    photograph_index.write_index(index, FOLDER, settings.place)
    return index


@contextmanager
def lock_place(place: str) -> Iterator[None]:
    """Wait until no other process indexes a place."""
    with hold_lock(FOLDER / f".{place}.lock"):
        yield


def describe_decoder(settings) -> str:
    """What decodes and resizes, by the pixels that it makes, and by its source: of another, nothing is taken over."""
    files = ("data/decoding.py", "data/resizing.py", "data/shards/photograph_reading.py")
    return " ".join([probe(settings.resize_with), *(file_digest(PACKAGE / file) for file in files)])


def refuse_empty_classes(index: Index, classes: int) -> None:
    """Refuse a split without a photograph of a class: those that it had were left out, or all went to the other."""
    for split in SPLITS:
        counts = np.bincount(index.splits[split].label, minlength=classes)
        if not counts.all():
            empty = ", ".join(map(str, np.flatnonzero(counts == 0)[:6]))
            raise ValueError(
                f"images: of class {empty} there is no {split} photograph: each class needs one in either split"
            )


def find_full_disk(settings, listed: Listed) -> None:
    """Add a fault where the squares of the validation photographs do not fit on the disk of their array."""
    splits = {split: len(listing) for split, listing in listed.splits.items()}
    count = splits.get("val", splits.get(ALL, 0) * (settings.val_fraction or 0))
    needed, free = count * 3 * settings.crop**2, free_bytes(FOLDER)
    if free < needed:
        says = f"what evaluation sees of val needs {needed / 2**30:.3g} GiB, {free / 2**30:.3g} are free"
        listed.faults.add("disk_full", str(FOLDER), says)


def refuse_fields(settings, listed: Listed) -> None:
    """Refuse names of fields where the format has no fields."""
    if settings.fields is not None and listed.format not in WITH_FIELDS:
        raise ValueError(
            f"images.fields: {settings.root} holds {listed.format.replace('_', ' ')}, which have no fields: leave this "
            "key out"
        )


def refuse_split(settings, listed: Listed) -> None:
    """Refuse a folder without splits where the study does not say how to divide it, and the reverse."""
    keys = ("val_fraction", "split_seed")
    given = [key for key in keys if getattr(settings, key) is not None]
    if ALL in listed.splits and len(given) < len(keys):
        absent = next(key for key in keys if key not in given)
        raise ValueError(
            f"images.{absent}: missing; {settings.root} has no folders train and val: say which share of each class "
            "is set aside for validation (val_fraction), and by which seed they are drawn (split_seed)"
        )
    if ALL not in listed.splits and given:
        raise ValueError(f"images.{given[0]}: {settings.root} has splits of its own: leave this key out")


def copy_rows(root: Path, listing: Listing, fields: Mapping[str, str]) -> Listing:
    """A listing of byte ranges: Parquet's compressed rows are copied to `work/` once."""
    if not len(listing) or listing.length[0] >= 0:
        return listing
    with tqdm(total=len(listing), unit="photograph", desc="copying", disable=None) as bar:
        return copy_shards(root, listing, FOLDER / "parquet", bar.update, fields)


def join_listings(root: Path, listings: Mapping[str, Listing], decoder: str) -> Index:
    """The index of some listings, with the shards of all splits in one list; hashes and sizes are not known yet."""
    shards, splits = [], {}
    for split, listing in listings.items():
        count = len(listing)
        splits[split] = Photographs(
            shard=listing.shard + np.int32(len(shards)),
            offset=listing.offset,
            length=listing.length,
            label=listing.label.astype(np.int64),
            sha256=np.zeros((count, photograph_index.DIGEST), np.uint8),
            height=np.zeros(count, np.int32),
            width=np.zeros(count, np.int32),
            sums=np.zeros((count, 0), np.int64),
        )
        shards.extend(listing.shards)
    identities = np.array([identity_of(root / shard) for shard in shards], np.int64).reshape(-1, 4)
    return Index(str(root.absolute()), tuple(shards), identities, decoder, splits)


def identity_of(path: Path) -> tuple[int, ...]:
    """What changes when a shard does. Raises ValueError where it is gone since it was listed."""
    try:
        return identity(path)
    except OSError as error:
        raise ValueError(f"{path} was there a moment ago, and cannot be read: {error.strerror}") from error


def divide(index: Index, settings) -> Index:
    """The splits of photographs that came without: of each class the same share, drawn in canonical order."""
    rows = index.splits[ALL].sort()
    chosen = split_stratified(rows.label, settings.val_fraction, settings.split_seed)
    return replace(index, splits={split: rows.take(chosen[split]) for split in SPLITS})


def note_repeated(index: Index, faults) -> None:
    """Note photographs that are in both splits, and those that are twice in one."""
    found = {split: index.splits[split].sha256.view("V32").ravel() for split in SPLITS}
    both = np.isin(found["val"], found["train"])
    for row in np.flatnonzero(both):
        photograph = index.splits["val"]
        faults.note("in_both_splits", index.shards[photograph.shard[row]], f"byte {photograph.offset[row]}")
    for split, digests in found.items():
        twice = len(digests) - len(np.unique(digests))
        if twice:
            faults.note("repeated", split, f"{twice} photographs are copies of others")
