"""Validation images that lie loose in `val/`, as Kaggle packs ILSVRC-2012; their labels stand in a table beside it."""

import csv
from pathlib import Path

from vestige.data.shards.byte_ranges import Listing, ListingBuilder
from vestige.data.shards.devkit import FOLDER, find_devkit, read_devkit
from vestige.data.shards.entries import is_image, join, list_entries
from vestige.data.shards.faults import Faults

TABLE = "LOC_val_solution.csv"  # a row for each image: its name, and its class before the boxes around what it shows
LABELS = (TABLE, FOLDER, f"{FOLDER}.tar.gz")  # where labels may stand, relative to the root


def is_loose(root: Path, folder: str) -> bool:
    """Whether a split's folder holds images and no folder, and their labels stand beside it."""
    entries = list_entries(f"{root}/{folder}", folder, Faults(root))
    alone = entries and not any(entry.is_folder for entry in entries)
    return bool(alone) and ((root / TABLE).is_file() or find_devkit(root) is not None)


def list_loose(root: Path, folder: str, names: tuple[str, ...], faults: Faults) -> Listing:
    """The images of a folder with the labels that a table beside it, or the development kit, gives to their names."""
    wnids, numbers = _read_labels(root, faults), {name: number for number, name in enumerate(names)}
    builder, labelled = ListingBuilder(), set()
    for entry in list_entries(f"{root}/{folder}", folder, faults):
        path, wnid = join(folder, entry.name), wnids.pop(Path(entry.name).stem, None)
        if not is_image(entry.name):
            faults.add("not_image", path)
        elif not entry.size:
            faults.add("empty_file", path)
        elif wnid is None:
            faults.add("val_label_missing", path)
        elif wnid not in numbers:
            faults.add("label_outside", path, f"{wnid}; allowed: the classes of the training images")
        else:
            builder.add_shard(path)
            builder.add(0, entry.size, numbers[wnid], path)
            labelled.add(wnid)
    for name in wnids:
        faults.add("val_image_missing", join(folder, name))
    for name in numbers.keys() - labelled if labelled else ():
        faults.add("class_in_one_split", f"train/{name}", f"{folder} has no image of it")
    return builder.build()


def _read_labels(root: Path, faults: Faults) -> dict[str, str]:
    """The WordNet id of each image, by its name without suffix; none, and a fault, where they cannot be read."""
    if not (root / TABLE).is_file():
        wnids = read_devkit(root, faults) or []
        return {f"ILSVRC2012_val_{number:08d}": wnid for number, wnid in enumerate(wnids, 1)}
    try:
        with open(root / TABLE, newline="", encoding="utf-8") as file:
            return {row["ImageId"]: row["PredictionString"].split()[0] for row in csv.DictReader(file)}
    except (OSError, UnicodeDecodeError, csv.Error, KeyError, AttributeError, IndexError) as fault:
        faults.add("table_damaged", TABLE, f"{type(fault).__name__}: {fault}")
        return {}
