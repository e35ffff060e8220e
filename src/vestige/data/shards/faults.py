"""Collects all that is wrong with a set of images, so that it can be refused at once, in one message."""

from bisect import insort
from pathlib import Path
from typing import NamedTuple

SHOWN = 6  # files of each kind of fault


class Kind(NamedTuple):
    """What is wrong with files, and what a person can do about it."""

    sentence: str
    remedy: str


class ImagesRefused(ValueError):
    """A set of images cannot be used; the message holds all reasons."""


LOOSE = (
    "Move each into the folder of its class; or put the labels of ILSVRC-2012's validation images beside train, val: "
    "LOC_val_solution.csv of Kaggle, or the development kit."
)
KINDS = {  # a row for each kind of fault or note; whoever finds faults of another kind adds a row
    # folders and files
    "not_image": Kind("Files among the images do not end in .jpeg, .jpg or .png", "Move them out of this folder."),
    "loose_image": Kind("Images lie outside of all class folders", LOOSE),
    "nested_folder": Kind("Folders lie inside a class folder", "Move their images up, or make them classes."),
    "irregular": Kind("Entries are neither files nor folders, and were not opened", "Remove them."),
    "dangling_link": Kind("Links point to what does not exist", "Remove the links, or restore what they point to."),
    "unreadable": Kind("Files or folders cannot be read", "Allow this user to read them, or copy them again."),
    "empty_file": Kind("Images have no bytes", "Copy them again from their source, or remove them."),
    # splits and classes
    "missing_split": Kind("A split is missing", "Add it: both train and val are needed."),
    "split_twice": Kind("A split has two folders", "Keep only one of them."),
    "unknown_split": Kind(
        "The names of shards do not say to which split they belong",
        "Rename them to contain either 'train' or 'val', or move them into a folder train/ or val/.",
    ),
    "missing_shard": Kind(
        "The numbers of shards have gaps",
        "Download the missing shards; to use only a part of a set, rename the shards with numbers from 0 on.",
    ),
    "empty_class": Kind("Classes have no image", "Add their images, or remove these classes from every split."),
    "class_in_one_split": Kind(
        "Classes are missing from a split",
        "Every class, and with whole numbers every number from 0 on, needs images in every split: add or remove some.",
    ),
    "alike_classes": Kind(
        "The names of classes look alike: they differ only in case or in their Unicode form",
        "Merge the classes, or rename them.",
    ),
    "class_not_utf8": Kind("The names of classes are not UTF-8", "Rename the classes."),
    # tars
    "tar_compressed": Kind("Tars are compressed: their images are no byte ranges", "Decompress them."),
    "tar_truncated": Kind("Tars are cut short", "Copy or download them again."),
    "tar_without_end": Kind("Tars lack the block of zeros at their end", "They may be cut short: copy them again."),
    "tar_damaged": Kind("Tars are damaged", "Copy or download them again."),
    "tar_goes_on": Kind(
        "Something follows the end of tars, as where several were joined by 'cat'",
        "Join them by 'tar --concatenate', or keep them apart.",
    ),
    "tar_member": Kind(
        "Members of tars are links, devices or sparse files",
        "Write the tar again: tar --dereference --hard-dereference.",
    ),
    "duplicate_member": Kind("A name occurs twice in a tar", "Write the tar again, with each file once."),
    "empty_shard": Kind("Shards hold no images", "Copy them again from their source, or remove them."),
    # ILSVRC-2012
    "devkit_missing": Kind(
        "The development kit is missing, which holds the labels of the validation images",
        "Put ILSVRC2012_devkit_t12.tar.gz, or the folder that it holds, beside the tars.",
    ),
    "devkit_damaged": Kind("The development kit cannot be read", "Download ILSVRC2012_devkit_t12.tar.gz again."),
    "val_label_missing": Kind(
        "Validation images have no label in the development kit, or in the table of labels",
        "Use the validation images with their own development kit or table, under their original names.",
    ),
    "val_image_missing": Kind(
        "Validation images are missing that have a label", "Copy them again: the set is not complete."
    ),
    "table_damaged": Kind("The table of validation labels cannot be read", "Copy LOC_val_solution.csv again."),
    "val_label_count": Kind(
        "There are not as many validation images as labels in the development kit",
        "Use the complete tar ILSVRC2012_img_val.tar with its own development kit.",
    ),
    "label_outside": Kind("Labels name no class", "Correct the labels: see what is allowed beside each file."),
    # fields of WebDataset and Parquet shards
    "field_absent": Kind(
        "Shards lack a field",
        "Name the fields that hold image and label in params.yaml: images.fields: {image: ..., label: ...}.",
    ),
    "field_type": Kind("Fields have an unsuitable type", "Name other fields in images.fields, or convert the shards."),
    "sample_without_image": Kind("Samples have no image", "Write the shards again without these samples."),
    "sample_with_two_images": Kind(
        "Samples have more than one image", "Say which is meant: images.fields: {image: SUFFIX}, or remove one."
    ),
    "sample_without_label": Kind("Samples have no label", "Write the shards again, with labels."),
    "label_damaged": Kind("Labels are neither whole numbers nor text", "Correct the labels."),
    "label_types": Kind("Some labels are whole numbers and some are text", "Use one or the other in all shards."),
    "parquet_damaged": Kind("Parquet files are cut short or damaged", "Copy or download them again."),
    "shard_changed": Kind("Shards changed after they were listed", "Start again when nothing writes to them."),
    "disk_full": Kind("The disk has too little room for what is made of the images", "Make room, or use another disk."),
    # pixels
    "undecodable": Kind(
        "Images cannot be decoded", "Copy them again from their source; or leave them out: images.on_unreadable: skip."
    ),
    "oblong": Kind(
        "Images are more than 50 times as long as wide, and would fill the memory",
        "Remove them; or leave them out: images.on_unreadable: skip.",
    ),
    # notes
    "left_out": Kind("Images that cannot be used were left out (images.on_unreadable)", "Nothing needs to be done."),
    "other_format": Kind("Files are named after another format than theirs", "Nothing needs to be done."),
    "decoder_warning": Kind("The decoder warns of images, and decodes them", "Nothing needs to be done."),
    "in_both_splits": Kind(
        "Validation images are among the training images too",
        "Nothing needs to be done; but accuracies on them say little. Remove them from one split.",
    ),
    "repeated": Kind("Images occur more than once in a split", "Nothing needs to be done."),
    "leftover": Kind("What operating systems left behind was ignored", "Nothing needs to be done."),
    "ignored": Kind("Files and folders that belong to no split were ignored", "Nothing needs to be done."),
}


class Faults:
    """What is wrong with the images at a place, and what is only noted; the files are relative to that place.

    Of each kind the first files in alphabetical order are kept, so that the order in which they are added is no matter.
    """

    def __init__(self, place: Path | str):
        self.place = place
        self._faults: dict[str, _Found] = {}
        self._notes: dict[str, _Found] = {}

    def __bool__(self) -> bool:
        """Whether there is any fault; notes are none."""
        return bool(self._faults)

    def add(self, kind: str, file: str, says: str = "") -> None:
        """Add a fault of a kind (a key of KINDS), and what is special to this file."""
        self._faults.setdefault(kind, _Found(kind)).add(file, says)

    def note(self, kind: str, file: str, says: str = "") -> None:
        """Add what does no harm, but should be mentioned."""
        self._notes.setdefault(kind, _Found(kind)).add(file, says)

    def count(self, kind: str) -> int:
        """How many faults or notes of a kind there are."""
        return sum(found[kind].count for found in (self._faults, self._notes) if kind in found)

    def count_faults(self) -> int:
        """How many faults there are."""
        return sum(found.count for found in self._faults.values())

    def format(self) -> str:
        """All faults as one message; empty where there are none."""
        return self._format("cannot be used", self._faults)

    def format_notes(self) -> str:
        """All notes as one message; empty where there are none."""
        return self._format("were listed", self._notes)

    def refuse(self) -> None:
        """Raise ImagesRefused with all faults, if there are any."""
        if self:
            raise ImagesRefused(self.format())

    def _format(self, verdict: str, kinds: dict) -> str:
        order = [kind for kind in KINDS if kind in kinds]
        head = [f"images.root: the images in {escape(str(self.place))} {verdict}:"] if order else []
        return "\n".join([*head, *(kinds[kind].format() for kind in order)])


class _Found:
    """The faults of one kind."""

    def __init__(self, kind: str):
        self.kind = KINDS[kind]
        self.count = 0
        self.first: list[tuple[str, str]] = []

    def add(self, file: str, says: str) -> None:
        self.count += 1
        if len(self.first) < SHOWN or (file, says) < self.first[-1]:
            insort(self.first, (file, says))
            del self.first[SHOWN:]

    def format(self) -> str:
        lines = [f"    {escape(file)}{': ' if says else ''}{escape(says)}" for file, says in self.first]
        if rest := self.count - len(self.first):
            lines.append(f"    and {rest} more")
        return "\n".join([f"- {self.kind.sentence} ({self.count}):", *lines, f"  Remedy: {self.kind.remedy}"])


def escape(text: str) -> str:
    """A text that can be printed: bytes that are not UTF-8 and control characters are escaped."""
    text = text.encode(errors="backslashreplace").decode()
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
