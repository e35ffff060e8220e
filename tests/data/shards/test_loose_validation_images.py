"""Validation images outside of class folders have the labels of a table or of the development kit."""

import pytest
from data.shards.sound_listing import CLASSES, KIT, list_soundly
from photograph_sets import IMAGES, write_devkit

from vestige.data.shards.faults import KINDS
from vestige.data.shards.listing import list_images


def loosen(root):
    """Take validation images out of the folders of their classes; their labels, by name."""
    labels = {path.stem: path.parent.name for path in (root / "val").glob("*/*")}
    for path in (root / "val").glob("*/*"):
        path.rename(root / "val" / path.name)
    for name in CLASSES:
        (root / "val" / name).rmdir()
    return labels


def write_table(root, labels):
    """The table of validation labels as Kaggle writes it: an image shows two things of its class, with their boxes."""
    rows = [f"{name},{label} 1 2 30 40 {label} 5 6 70 80 \n" for name, label in reversed(labels.items())]
    (root / "LOC_val_solution.csv").write_text("ImageId,PredictionString\n" + "".join(rows))


def test_loose_validation_images_have_the_labels_of_kaggles_table(write_set, written_hashes, read_hashes):
    root = write_set("class_folders")
    write_table(root, loosen(root))
    listed = list_soundly(root)
    assert {split: read_hashes(root, listing) for split, listing in listed.splits.items()} == written_hashes


def test_loose_validation_images_have_the_labels_of_the_development_kit(write_set, written_hashes, read_hashes):
    root = write_set("class_folders")
    loosen(root)
    write_devkit(root / KIT / "data", IMAGES)
    listed = list_soundly(root)
    assert {split: read_hashes(root, listing) for split, listing in listed.splits.items()} == written_hashes


LOOSE = [  # what is done to loose validation images and their labels, kind, what the message says of a file
    (lambda at, labels: write_table(at, dict([*labels.items()][1:])), "val_label_missing", "val/ILSVRC2012_val_"),
    (lambda at, labels: write_table(at, labels | {"other": CLASSES[0]}), "val_image_missing", "val/other"),
    (lambda at, labels: write_table(at, dict.fromkeys(labels, "n00001740")), "label_outside", "n00001740; allowed"),
    (lambda at, labels: (at / "LOC_val_solution.csv").write_text("name,label\na,b\n"), "table_damaged", "KeyError"),
    (
        lambda at, labels: (at / "LOC_val_solution.csv").write_bytes(b"\xff\xfe\n"),
        "table_damaged",
        "UnicodeDecodeError",
    ),
    (lambda at, labels: None, "loose_image", "val/ILSVRC2012_val_"),
]


@pytest.mark.parametrize(("spoil", "kind", "said"), LOOSE, ids=[row[1] + row[2] for row in LOOSE])
def test_what_is_wrong_with_the_labels_of_loose_validation_images_is_said(write_set, spoil, kind, said):
    root = write_set("class_folders")
    spoil(root, loosen(root))
    message = list_images(root).faults.format()
    assert KINDS[kind].sentence in message
    assert KINDS[kind].remedy in message
    assert said in message


def test_a_class_of_which_no_loose_validation_image_is_there_is_named(write_set):
    root = write_set("class_folders")
    write_table(root, dict.fromkeys(loosen(root), CLASSES[0]))
    message = list_images(root).faults.format()
    assert f"train/{CLASSES[1]}: val has no image of it" in message
