"""Finds out in which of four formats images lie at a place."""

import os
from pathlib import Path

from vestige.data.shards.entries import is_image, is_leftover, join, list_entries
from vestige.data.shards.faults import Faults, ImagesRefused, escape
from vestige.data.shards.ilsvrc_tars import CLASS_TAR, TRAIN, VAL
from vestige.data.shards.parquet_shards import is_parquet
from vestige.data.shards.shard_files import FOLDERS
from vestige.data.shards.webdataset_tars import is_tar

LAYOUTS = {
    "class_folders": "class folders: train/CLASS/IMAGE and val/CLASS/IMAGE, or only CLASS/IMAGE; of Kaggle's ImageNet "
    "the folder ILSVRC/Data/CLS-LOC, with LOC_val_solution.csv put there",
    "ilsvrc_tars": f"ILSVRC-2012's own tars: {TRAIN} (or train/n01440764.tar, ...), {VAL} and the development kit",
    "webdataset_tars": "WebDataset tars: names contain train or val, or they lie in train/ and val/",
    "parquet_shards": "Parquet files: names contain train or val, in this folder, in data/, or in train/ and val/",
}
SHOWN = 6  # entries of a folder in which nothing is recognised


def detect_format(root: Path) -> str:
    """A key of LAYOUTS. Raises ImagesRefused if nothing is recognised, or two formats are."""
    if not root.is_dir():
        fault = "is not a folder" if root.exists() else "does not exist"
        raise ImagesRefused(f"images.root: {escape(str(root))} {fault}; {_allowed_formats()}")
    if not os.access(root, os.R_OK | os.X_OK):
        raise ImagesRefused(f"images.root: {escape(str(root))} cannot be read: allow this user to read it")
    found = find_formats(root)
    if len(found) == 1:
        return next(iter(found))
    if found:
        both = "\n".join(
            f"- {LAYOUTS[name].split(':')[0]}: for instance {escape(file)}" for name, file in found.items()
        )
        raise ImagesRefused(
            f"images.root: {escape(str(root))} holds images in more than one format:\n{both}\n"
            "Move one of them to another folder."
        )
    names = sorted(path.name for path in root.iterdir() if not is_leftover(path.name))
    there = ", ".join(map(escape, names[:SHOWN])) + (f" and {len(names) - SHOWN} more" if names[SHOWN:] else "")
    fault = f"holds no images in a known format; there: {there or 'nothing'}"
    raise ImagesRefused(f"images.root: {escape(str(root))} {fault}; {_allowed_formats()}")


def _allowed_formats() -> str:
    """The formats that are read."""
    return "understood are:\n" + "\n".join(f"- {layout}" for layout in LAYOUTS.values())


def find_formats(root: Path) -> dict[str, str]:
    """The formats that are found at a place, and of each a file or folder that shows it."""
    quiet, found = Faults(root), {}  # each format's own listing finds the faults again
    for folder in FOLDERS:
        entries = list_entries(str(root / folder), folder, quiet) if (root / folder).is_dir() else []
        for entry in entries:
            if name := None if entry.is_folder else _format_of(folder, entry.name):
                found.setdefault(name, join(folder, entry.name))
    if shown := _find_class_folder(root, quiet):
        found["class_folders"] = shown
    return found


def _format_of(folder: str, name: str) -> str | None:
    """The format that a file's name shows, if any."""
    if name in (TRAIN, VAL) and not folder or CLASS_TAR.fullmatch(name) and folder == "train":
        return "ilsvrc_tars"
    if is_parquet(name):
        return "parquet_shards"
    return "webdataset_tars" if is_tar(name) and not name.startswith("ILSVRC2012_") else None


def _find_class_folder(root: Path, quiet: Faults) -> str | None:
    """A folder or an image that shows class folders: one in a split's folder, or an image in another folder."""
    folders = [entry.name for entry in list_entries(str(root), "", quiet) if entry.is_folder]
    splits = [name for name in folders if FOLDERS.get(name)]
    for folder in [*splits, *(() if splits else folders)]:
        for entry in list_entries(str(root / folder), folder, quiet):
            if entry.is_folder and folder in splits or not entry.is_folder and is_image(entry.name):
                return f"{folder}/{entry.name}"
    return None
