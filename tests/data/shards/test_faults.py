"""Faulty folders, tars and Parquet files: each is refused in one message that names the file and a remedy."""

import os
import shutil
import tarfile

import pytest
from data.shards.damages import (
    ANT,
    BEE,
    CAT,
    KIT,
    OTHER,
    SHARD,
    TRAIN,
    VAL,
    VAL_SHARD,
    add_class,
    add_member,
    compress,
    cut,
    cut_lines,
    damage_header,
    drop_end,
    first,
    link,
    make_shard,
    write_table,
)

from vestige.data.shards.faults import KINDS, ImagesRefused
from vestige.data.shards.listing import list_images

TRUTH = f"{KIT}/data/ILSVRC2012_validation_ground_truth.txt"
TABLE, VAL_TABLE = "data/train-00000-of-00002.parquet", "data/validation-00000-of-00001.parquet"
FAULTY = [  # layout, what is done to the root, kind, what the message says of a file
    # class folders
    ("class_folders", lambda at: (at / "val" / ANT / "list.txt").touch(), "not_image", f"val/{ANT}/list.txt"),
    ("class_folders", lambda at: (at / "train" / CAT / "b.gif").touch(), "not_image", f"train/{CAT}/b.gif"),
    ("class_folders", lambda at: (at / "train" / "0.jpg").touch(), "loose_image", "train/0.jpg"),
    ("class_folders", lambda at: (at / "train" / "ant").mkdir(), "empty_class", "train/ant"),
    ("class_folders", lambda at: add_class(at, "train", "ant"), "class_in_one_split", "train/ant: val has no such"),
    ("class_folders", lambda at: add_class(at, "val", "ant"), "class_in_one_split", "val/ant: train has no such"),
    ("class_folders", lambda at: add_class(at, "train", ANT.upper()), "alike_classes", f"'{ANT.upper()}', '{ANT}'"),
    (
        "class_folders",
        lambda at: (add_class(at, "train", "caf\u00e9"), add_class(at, "val", "cafe\u0301")),
        "alike_classes",
        r"'cafe\u0301', 'caf\xe9'",
    ),
    ("class_folders", lambda at: add_class(at, "val", "c\udcff"), "class_not_utf8", "val/c\\udcff"),
    (
        "class_folders",
        lambda at: shutil.rmtree(at / "val"),
        "missing_split",
        "val: there is no folder val or validation",
    ),
    ("class_folders", lambda at: (at / "val").rename(at / "valid"), "missing_split", "there are: valid"),
    ("class_folders", lambda at: shutil.copytree(at / "val", at / "validation"), "split_twice", "val, validation"),
    ("class_folders", lambda at: cut(first(at / "val" / BEE), 0), "empty_file", f"val/{BEE}/ILSVRC2012_val_000000"),
    ("class_folders", lambda at: (at / "val" / BEE / "more").mkdir(), "nested_folder", f"val/{BEE}/more"),
    ("class_folders", lambda at: (at / "val" / BEE / "0.png").symlink_to("gone"), "dangling_link", f"val/{BEE}/0.png"),
    ("class_folders", lambda at: (at / "val" / "cat").symlink_to("gone"), "dangling_link", "val/cat"),
    ("class_folders", lambda at: os.mkfifo(at / "val" / BEE / "0.png"), "irregular", f"val/{BEE}/0.png"),
    # ILSVRC-2012's tars
    ("ilsvrc_tars", lambda at: cut(at / TRAIN, -30_000), "tar_truncated", f"{TRAIN}: ./{BEE}.tar is incomplete"),
    ("ilsvrc_tars", lambda at: cut(at / TRAIN, 1000), "tar_truncated", TRAIN),
    ("ilsvrc_tars", lambda at: cut(at / VAL, 3000), "tar_truncated", f"{VAL}: after byte 3000"),
    ("ilsvrc_tars", lambda at: drop_end(at / VAL), "tar_without_end", VAL),
    ("ilsvrc_tars", lambda at: damage_header(at / VAL), "tar_damaged", f"{VAL}: bad header at byte"),
    ("ilsvrc_tars", lambda at: (at / VAL).write_bytes(b"<html>" * 999), "tar_damaged", f"{VAL}: at byte 0"),
    ("ilsvrc_tars", lambda at: compress(at / VAL), "tar_compressed", f"{VAL}: gzip"),
    ("ilsvrc_tars", lambda at: (at / VAL).unlink(), "missing_split", f"val: there is no {VAL}"),
    ("ilsvrc_tars", lambda at: (at / TRAIN).unlink(), "missing_split", f"train: there is no {TRAIN}"),
    ("ilsvrc_tars", lambda at: add_member(at / TRAIN, "list.txt"), "not_image", f"list.txt in {TRAIN}"),
    ("ilsvrc_tars", lambda at: add_member(at / TRAIN, "n00000001.tar", bytes(1024)), "empty_class", "n00000001.tar in"),
    (
        "ilsvrc_tars",
        lambda at: add_member(at / VAL, "a_00000009.JPEG", b"a"),
        "val_label_missing",
        "a_00000009.JPEG in",
    ),
    ("ilsvrc_tars", lambda at: shutil.rmtree(at / KIT), "devkit_missing", f"{KIT}.tar.gz"),
    ("ilsvrc_tars", lambda at: (at / TRUTH).unlink(), "devkit_damaged", f"{TRUTH}: FileNotFoundError"),
    ("ilsvrc_tars", lambda at: (at / TRUTH).write_text("1\nx\n"), "devkit_damaged", f"{TRUTH}: ValueError"),
    ("ilsvrc_tars", lambda at: cut(at / KIT / "data/meta.mat", 90), "devkit_damaged", f"{KIT}/data/meta.mat: "),
    ("ilsvrc_tars", lambda at: cut_lines(at / TRUTH, 5), "val_label_count", f"{VAL}: 6 images, 5 labels"),
    ("ilsvrc_tars", lambda at: cut_lines(at / TRUTH, 5), "val_label_missing", f"ILSVRC2012_val_00000006.JPEG in {VAL}"),
    ("ilsvrc_tars", lambda at: (at / TRUTH).write_text("4\n" * 6), "label_outside", "n00001740; allowed"),
    ("ilsvrc_tars", lambda at: (at / TRUTH).write_text("77\n" * 6), "label_outside", "ILSVRC2012_ID 77; allowed"),
    ("ilsvrc_tars", lambda at: (at / TRUTH).write_text("1\n" * 6), "class_in_one_split", f"val: lacks {ANT}, {BEE}"),
    # WebDataset's tars
    ("webdataset_tars", lambda at: add_member(at / SHARD, "0.jpg", b"a"), "sample_without_label", f"0 in {SHARD}"),
    ("webdataset_tars", lambda at: add_member(at / SHARD, "0.cls", b"1"), "sample_without_image", f"0 in {SHARD}"),
    (
        "webdataset_tars",
        lambda at: [add_member(at / SHARD, f"0.{suffix}", b"1") for suffix in ("jpg", "png", "cls")],
        "sample_with_two_images",
        f"0 in {SHARD}: 0.jpg, 0.png",
    ),
    (
        "webdataset_tars",
        lambda at: [add_member(at / SHARD, "0.jpg", data) for data in (b"a", b"b")],
        "duplicate_member",
        f"0.jpg in {SHARD}",
    ),
    (
        "webdataset_tars",
        lambda at: add_member(at / SHARD, "0.jpg", change=link(tarfile.SYMTYPE)),
        "tar_member",
        "other",
    ),
    (
        "webdataset_tars",
        lambda at: add_member(at / SHARD, "0.jpg", change=link(tarfile.LNKTYPE)),
        "tar_member",
        "0.jpg",
    ),
    (
        "webdataset_tars",
        lambda at: add_member(at / SHARD, "0.jpg", change=link(tarfile.FIFOTYPE)),
        "tar_member",
        "0.jpg",
    ),
    ("webdataset_tars", lambda at: (at / SHARD).rename(at / "0.tar"), "unknown_split", "0.tar"),
    ("webdataset_tars", lambda at: (at / VAL_SHARD).unlink(), "missing_split", "val: no shard has 'val' in its name"),
    ("webdataset_tars", lambda at: (at / OTHER).rename(at / "imagenet-train-0002.tar"), "missing_shard", OTHER),
    ("webdataset_tars", lambda at: (at / VAL_SHARD).write_bytes(bytes(10240)), "empty_shard", VAL_SHARD),
    (
        "webdataset_tars",
        lambda at: (at / SHARD).write_bytes((at / SHARD).read_bytes() + (at / OTHER).read_bytes()),
        "tar_goes_on",
        SHARD,
    ),
    ("webdataset_tars", lambda at: make_shard(at, cls=b"\xff"), "label_damaged", f"0.cls in {VAL_SHARD}: not UTF-8"),
    ("webdataset_tars", lambda at: make_shard(at, cls=b""), "label_damaged", f"0.cls in {VAL_SHARD}: empty"),
    ("webdataset_tars", lambda at: make_shard(at, cls=b"-1"), "label_outside", f"0 in {VAL_SHARD}: -1"),
    ("webdataset_tars", lambda at: make_shard(at, cls=b"9" * 99), "label_outside", f"0 in {VAL_SHARD}: 99"),
    ("webdataset_tars", lambda at: make_shard(at, cls=b"5"), "class_in_one_split", "train: lacks 3, 4, 5"),
    ("webdataset_tars", lambda at: make_shard(at, cls=b"cat"), "label_types", f"0 in {VAL_SHARD}: text"),
    ("webdataset_tars", lambda at: make_shard(at, json=b"{"), "label_damaged", f"0.json in {VAL_SHARD}"),
    ("webdataset_tars", lambda at: make_shard(at, json=b'{"label": 1.5}'), "label_damaged", "label is 1.5"),
    (
        "webdataset_tars",
        lambda at: make_shard(at, json=b'{"id": 1}'),
        "field_absent",
        "members jpg, json and in .json the keys id",
    ),
    (
        "webdataset_tars",
        lambda at: make_shard(at, txt=b"1"),
        "field_absent",
        f"{VAL_SHARD}: no member .cls and no key label",
    ),
    # Parquet files
    ("parquet_shards", lambda at: cut(at / TABLE, -9), "parquet_damaged", TABLE),
    ("parquet_shards", lambda at: cut(at / TABLE, 0), "parquet_damaged", TABLE),
    ("parquet_shards", lambda at: (at / TABLE).unlink(), "missing_shard", TABLE),
    ("parquet_shards", lambda at: (at / VAL_TABLE).unlink(), "missing_split", "val: no shard"),
    (
        "parquet_shards",
        lambda at: write_table(at / TABLE, image=[b"1"], fine=[1]),
        "field_absent",
        "there are: image, fine",
    ),
    ("parquet_shards", lambda at: write_table(at / TABLE, image=["1"], label=[1]), "field_type", "image is string"),
    ("parquet_shards", lambda at: write_table(at / TABLE, image=[b"1"], label=[0.5]), "field_type", "label is double"),
    (
        "parquet_shards",
        lambda at: write_table(at / TABLE, image=[b"1", None], label=[1, 1]),
        "sample_without_image",
        "1 null images in row group 0",
    ),
    (
        "parquet_shards",
        lambda at: write_table(at / TABLE, image=[b"1", b""], label=[1, None]),
        "sample_without_label",
        f"row 1 in {TABLE}",
    ),
    (
        "parquet_shards",
        lambda at: write_table(at / TABLE, image=[b"1"], label=[-1]),
        "label_outside",
        f"row 0 in {TABLE}: -1",
    ),
]


@pytest.mark.parametrize(("layout", "change", "kind", "says"), FAULTY)
def test_faulty_images_are_refused_by_file_and_remedy(layout, change, kind, says, write_set):
    root = write_set(layout)
    change(root)
    with pytest.raises(ImagesRefused) as refused:
        list_images(root).faults.refuse()
    block = str(refused.value).split(f"- {KINDS[kind].sentence}")[1].split("\n- ")[0]
    assert says in block
    assert block.endswith(f"  Remedy: {KINDS[kind].remedy}")
