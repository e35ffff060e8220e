"""Files that are shards of a split, by their names or by the folder in which they lie."""

import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from vestige.data.shards.byte_ranges import Listing, ListingBuilder
from vestige.data.shards.classes import LabelNumbers
from vestige.data.shards.entries import Entry, join, list_entries
from vestige.data.shards.faults import Faults

FOLDERS = {"": None, "data": None, "train": "train", "val": "val", "validation": "val"}  # None: the name says the split
COUNTED = re.compile(r"(.*?)(\d+)-of-(\d+)(.*)")
NUMBERED = re.compile(r"(.*?)(\d+)(\D*)")
MOST = 10**6  # shards of a split


def list_shards(
    root: Path, is_shard: Callable[[str], bool], list_shard: Callable[..., None], faults: Faults
) -> tuple[dict[str, Listing], tuple[str, ...] | None]:
    """The images of each split, shard by shard, and the names of the classes; None where labels are only numbers.

    `list_shard` is called with a shard's path, the builder to which it adds images, the numbers of labels, and faults.
    """
    numbers, splits = LabelNumbers(), {}
    for split, shards in find_shards(root, is_shard, faults).items():
        builder = ListingBuilder()
        for shard in shards:
            builder.add_shard(shard)
            list_shard(shard, builder, numbers, faults)
        splits[split] = builder.build()
    return splits, numbers.resolve(splits, faults)


def find_shards(root: Path, is_shard: Callable[[str], bool], faults: Faults) -> dict[str, list[str]]:
    """Paths of the shards of each split, relative to the root and sorted; `train` before `val`.

    Adds faults for splits without shards, shards without a split, and gaps between numbered shards.
    """
    shards = {"train": [], "val": []}
    for folder in FOLDERS:
        entries = list_entries(str(root / folder), folder, faults) if (root / folder).is_dir() else []
        for entry in entries:
            _add_shard(folder, entry, is_shard, shards, faults)
    for split, paths in shards.items():
        paths.sort()
        _find_gaps(paths, faults)
        if not paths:
            faults.add("missing_split", split, f"no shard has '{split}' in its name or lies in a folder {split}")
    return {split: paths for split, paths in shards.items() if paths}


def _add_shard(folder: str, entry: Entry, is_shard: Callable[[str], bool], shards: dict, faults: Faults) -> None:
    """Add an entry to the shards of its split; what is no shard is noted."""
    path = join(folder, entry.name)
    if entry.is_folder or not is_shard(entry.name):
        if path not in FOLDERS:
            faults.note("ignored", path)
        return
    splits = [FOLDERS[folder]] if FOLDERS[folder] else [split for split in shards if split in entry.name.lower()]
    if len(splits) == 1:
        shards[splits[0]].append(path)
    elif not splits and "test" in entry.name.lower():
        faults.note("ignored", path)
    else:
        faults.add("unknown_split", path, f"the name contains {' and '.join(splits) or 'neither train nor val'}")


def _find_gaps(paths: list[str], faults: Faults) -> None:
    """Add a fault for each series of numbered shards of which some are missing."""
    series = defaultdict(dict)
    for path in paths:
        if found := COUNTED.fullmatch(path):
            suffix = found[4] if found[4].startswith(".") else ""  # else a hash, which no other shard has
            series[found[1], int(found[3]), f"-of-{found[3]}{suffix}"][int(found[2])] = len(found[2])
        elif found := NUMBERED.fullmatch(path):
            series[found[1], None, found[3]][int(found[2])] = len(found[2])
    for (before, count, after), widths in series.items():
        for number in _list_gaps(set(widths), count):
            faults.add("missing_shard", f"{before}{number:0{min(widths.values())}}{after}")


def _list_gaps(numbers: set[int], count: int | None) -> list[int]:
    """Numbers of missing shards. Where no count is known, numbers with many gaps are no series, but sizes or years."""
    if count is not None:
        first = int(count in numbers)
        return sorted(set(range(first, first + min(count, MOST))) - numbers)
    span = max(numbers) - min(numbers) + 1
    return [] if span >= 2 * len(numbers) else sorted(set(range(min(numbers), max(numbers))) - numbers)
