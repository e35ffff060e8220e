"""Class folders: `train/<class>/*` and `val/<class>/*`, or any folder that holds a folder of images for each class."""

from array import array
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from vestige.data.shards.byte_ranges import Listed, Listing, NamesBuilder
from vestige.data.shards.classes import find_alike, is_utf8
from vestige.data.shards.entries import Entry, is_image, join, list_entries
from vestige.data.shards.faults import Faults
from vestige.data.shards.loose_validation import LABELS, is_loose, list_loose

SPLITS = {"train": ("train",), "val": ("val", "validation")}  # names of folders
SHOWN = 6  # other folders, one of which may be meant


def list_class_folders(root: Path, fields: Mapping[str, str], faults: Faults) -> Listed:
    """Every image is a shard of its own. Classes are sorted by name, and labels are their places in this order."""
    folders = find_splits(root, faults)
    loose = {split: folder for split, folder in folders.items() if split == "val" and is_loose(root, folder)}
    folders = {split: folder for split, folder in folders.items() if split not in loose}
    classes = {split: _list_classes(root, folder, faults) for split, folder in folders.items()}
    names = tuple(sorted(set().union(*classes.values())))
    find_alike(names, faults)
    if len(folders) == 2:
        _find_unpaired(folders, classes, faults)
    numbers = {name: number for number, name in enumerate(names)}
    splits = {
        split: _list_images(root, folder, {name: numbers[name] for name in classes[split]}, faults)
        for split, folder in folders.items()
    }
    splits |= {split: list_loose(root, folder, names, faults) for split, folder in loose.items()}
    return Listed("class_folders", names, splits, faults)


def has_splits(root: Path) -> bool:
    """Whether folders named `train` or `val` are splits: there are both, or they hold folders; else they are not."""
    quiet = Faults(root)
    folders = {entry.name for entry in list_entries(str(root), "", quiet) if entry.is_folder}
    named = folders & {"train", *SPLITS["val"]}
    inside = [entry for name in named for entry in list_entries(f"{root}/{name}", name, quiet)]
    return len(named) > 1 or named == folders != set() or any(entry.is_folder for entry in inside)


def find_splits(root: Path, faults: Faults) -> dict[str, str]:
    """The folder of each split, relative to the root: "" for `all`, where a folder has no splits."""
    if not has_splits(root):
        return {"all": ""}
    entries = list_entries(str(root), "", faults)
    folders = {entry.name for entry in entries if entry.is_folder}
    found = {split: [name for name in names if name in folders] for split, names in SPLITS.items()}
    for split, names in found.items():
        if not names:
            others = sorted(folders - {each for names in found.values() for each in names})[:SHOWN]
            there = f"; there are: {', '.join(others)}" if others else ""
            faults.add("missing_split", split, f"there is no folder {' or '.join(SPLITS[split])}{there}")
        if len(names) > 1:
            faults.add("split_twice", ", ".join(names))
    for entry in entries:
        is_split = entry.is_folder and any(entry.name in names for names in SPLITS.values())
        if not is_split and entry.name not in LABELS:
            _ignore(entry, "", faults)
    return {split: names[0] for split, names in found.items() if names}


def _ignore(entry: Entry, folder: str, faults: Faults) -> None:
    """Note what is no class folder; an image there would go unnoticed, and is a fault."""
    if not entry.is_folder and is_image(entry.name):
        faults.add("loose_image", join(folder, entry.name))
    else:
        faults.note("ignored", join(folder, entry.name))


def _list_classes(root: Path, folder: str, faults: Faults) -> list[str]:
    """The names of the classes in a split, sorted."""
    names = []
    for entry in list_entries(str(root / folder), folder, faults):
        if not entry.is_folder:
            _ignore(entry, folder, faults)
        elif is_utf8(entry.name):
            names.append(entry.name)
        else:
            faults.add("class_not_utf8", join(folder, entry.name))
    return names


def _find_unpaired(folders: dict[str, str], classes: dict[str, list[str]], faults: Faults) -> None:
    """Add a fault for each class that one of the splits lacks."""
    for split, other in (("train", "val"), ("val", "train")):
        for name in set(classes[split]) - set(classes[other]):
            faults.add("class_in_one_split", f"{folders[split]}/{name}", f"{folders[other]} has no such class")


def _list_images(root: Path, folder: str, numbers: dict[str, int], faults: Faults) -> Listing:
    """The images of a split, class by class, and in each sorted by name."""
    paths, lengths, labels = NamesBuilder(), array("q"), array("i")
    for name, label in numbers.items():
        inside = join(folder, name)
        images = _check_images(list_entries(f"{root}/{inside}", inside, faults), inside, faults)
        for image in images:
            paths.append(f"{inside}/{image.name}")
            lengths.append(image.size)
            labels.append(label)
    names = paths.build()
    count = len(names)
    return Listing(
        shards=names,
        shard=np.arange(count, dtype=np.int32),
        offset=np.zeros(count, np.int64),
        length=np.array(lengths, np.int64),
        label=np.array(labels, np.int32),
        name=names,
    )


def _check_images(entries: list[Entry], folder: str, faults: Faults) -> list[Entry]:
    """Those entries of a class folder that are images; the others become faults."""
    images = [entry for entry in entries if not entry.is_folder and is_image(entry.name)]
    for entry in entries:
        if entry.is_folder:
            faults.add("nested_folder", join(folder, entry.name))
        elif not is_image(entry.name):
            faults.add("not_image", join(folder, entry.name))
        elif not entry.size:
            faults.add("empty_file", join(folder, entry.name))
    if not images:
        faults.add("empty_class", folder)
    return images
