"""ILSVRC-2012 as it is distributed: a tar of a tar for each class, a flat validation tar, and the development kit."""

import re
from collections.abc import Mapping
from pathlib import Path

from vestige.data.shards.byte_ranges import Listed, Listing, ListingBuilder
from vestige.data.shards.classes import find_absent, find_alike
from vestige.data.shards.devkit import find_devkit, read_devkit
from vestige.data.shards.entries import is_image, list_entries
from vestige.data.shards.faults import Faults
from vestige.data.shards.tar_members import Member, list_members, open_tar

TRAIN, VAL = "ILSVRC2012_img_train.tar", "ILSVRC2012_img_val.tar"
CLASS_TAR = re.compile(r"n\d{8}\.tar")
NUMBER = re.compile(r"_(\d{8})\.[^.]+$")  # at the end of a validation image's name

Range = tuple[str, int, int, str]  # shard, first byte, end, how messages name it


def list_ilsvrc_tars(root: Path, fields: Mapping[str, str], faults: Faults) -> Listed:
    """Classes are the WordNet ids of the training images, sorted; the development kit has the validation labels."""
    files = {entry.name for entry in list_entries(str(root), "", faults)}
    for name in sorted(files - {TRAIN, VAL, "train", find_devkit(root)}):
        faults.note("ignored", name)
    tars = _list_train_tar(root, faults) if TRAIN in files else _list_train_folder(root, faults)
    for split, found, name in (("train", tars or TRAIN in files, TRAIN), ("val", VAL in files, VAL)):
        if not found:
            faults.add("missing_split", split, f"there is no {name}")
    names = tuple(sorted(tars))
    find_alike(names, faults)
    splits = {"train": _list_train(root, [tars[name] for name in names], faults)} if tars else {}
    if VAL in files:
        splits["val"] = _list_val(root, names, faults)
    find_absent(names, splits, faults)
    return Listed("ilsvrc_tars", names, splits, faults)


def _list_train_tar(root: Path, faults: Faults) -> dict[str, Range]:
    """The tar of each class in the tar of all training images."""
    before = faults.count_faults()
    with open_tar(root, TRAIN, faults) as opened:
        members = list_members(opened[0], 0, opened[1], TRAIN, faults) if opened else []
    tars = {}
    for name, offset, length in members:
        base = name.rsplit("/", 1)[-1]
        if CLASS_TAR.fullmatch(base):
            tars[base[:-4]] = (TRAIN, offset, offset + length, f"{name} in {TRAIN}")
        else:
            faults.add("not_image", f"{name} in {TRAIN}", "here each class should be a tar, such as n01440764.tar")
    if not tars and faults.count_faults() == before:
        faults.add("empty_shard", TRAIN)
    return tars


def _list_train_folder(root: Path, faults: Faults) -> dict[str, Range]:
    """The tar of each class in the folder `train`."""
    tars = {}
    for entry in list_entries(str(root / "train"), "train", faults) if (root / "train").is_dir() else []:
        path = f"train/{entry.name}"
        if CLASS_TAR.fullmatch(entry.name) and not entry.is_folder:
            tars[entry.name[:-4]] = (path, 0, entry.size, path)
        else:
            faults.note("ignored", path)
    return tars


def _list_train(root: Path, tars: list[Range], faults: Faults) -> Listing:
    """The images of the classes, whose numbers are their places in the list."""
    builder, last = ListingBuilder(), None
    for label, (shard, start, end, shown) in enumerate(tars):
        if shard != last:
            builder.add_shard(shard)
            last = shard
        images = _list_images(root, shard, start, end, shown, faults)
        for name, offset, length in images:
            builder.add(offset, length, label, name)
        if not images:
            faults.add("empty_class", shown)
    return builder.build()


def _list_images(root: Path, shard: str, start: int, end: int | None, shown: str, faults: Faults) -> list[Member]:
    """The images in a tar; an end of None is the end of the file."""
    with open_tar(root, shard, faults) as opened:
        members = list_members(opened[0], start, opened[1] if end is None else end, shown, faults) if opened else []
    for name, _, length in members:
        if not is_image(name):
            faults.add("not_image", f"{name} in {shown}")
        elif not length:
            faults.add("empty_file", f"{name} in {shown}")
    return [member for member in members if is_image(member.name)]


def _list_val(root: Path, names: tuple[str, ...], faults: Faults) -> Listing:
    """The validation images that have a label."""
    images = _list_images(root, VAL, 0, None, VAL, faults)
    if not images:
        faults.add("empty_shard", VAL)
    builder = ListingBuilder()
    builder.add_shard(VAL)
    labels = read_devkit(root, faults)
    if labels is None:
        return builder.build()
    if len(labels) != len(images):
        faults.add("val_label_count", VAL, f"{len(images)} images, {len(labels)} labels")
    numbers = {name: number for number, name in enumerate(names)}
    for member in images:
        label = _label_of(member.name, labels, numbers, faults)
        if label is not None:
            builder.add(member.offset, member.length, label, member.name)
    return builder.build()


def _label_of(name: str, labels: list[str], numbers: dict[str, int], faults: Faults) -> int | None:
    """The number of a validation image's class; None, and a fault, if it has none."""
    found = NUMBER.search(name)
    if not found or not 1 <= int(found[1]) <= len(labels):
        faults.add("val_label_missing", f"{name} in {VAL}", f"names end in a number from 1 to {len(labels)}")
        return None
    wnid = labels[int(found[1]) - 1]
    if numbers and wnid not in numbers:
        faults.add("label_outside", f"{name} in {VAL}", f"{wnid}; allowed: the classes of the training images")
    return numbers.get(wnid)
