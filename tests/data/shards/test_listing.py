"""Images are listed as the same byte ranges in four formats, which foreign tools wrote."""

import shutil
import subprocess
import sys

import numpy as np
import pytest
from data.shards.sound_listing import CLASSES, KIT, list_soundly

from vestige.data.shards.byte_ranges import NamesBuilder
from vestige.data.shards.faults import Faults, ImagesRefused
from vestige.data.shards.listing import list_images

LAYOUTS = ["class_folders", "ilsvrc_tars", "webdataset_tars", "parquet_shards"]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_byte_ranges_hold_the_images_that_were_written(layout, write_set, written_hashes, read_hashes):
    root = write_set(layout)
    listed = list_soundly(root)
    assert listed.format == layout
    assert {split: read_hashes(root, listing) for split, listing in listed.splits.items()} == written_hashes


@pytest.mark.parametrize("layout", LAYOUTS)
def test_listings_have_the_documented_types(layout, write_set):
    for listing in list_images(write_set(layout)).splits.values():
        types = [getattr(listing, name).dtype for name in ("shard", "offset", "length", "label")]
        assert types == [np.int32, np.int64, np.int64, np.int32]
        assert len(listing) == len(listing.name) == len(listing.length)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_classes_have_names_only_where_the_format_has_them(layout, write_set):
    names = list_images(write_set(layout)).class_names
    assert names == (CLASSES if layout in ("class_folders", "ilsvrc_tars") else None)


def test_a_folder_of_class_folders_needs_no_splits(write_set, written_hashes, read_hashes):
    root = write_set("class_folders") / "train"
    listed = list_soundly(root)
    assert read_hashes(root, listed.splits["all"]) == written_hashes["train"]


def test_a_class_may_be_named_train(write_set):
    root = write_set("class_folders") / "train"
    (root / CLASSES[1]).rename(root / "train")
    assert list_soundly(root).class_names == (CLASSES[0], CLASSES[2], "train")


@pytest.mark.parametrize("layout", ["class_folders", "webdataset_tars", "parquet_shards"])
def test_the_validation_folder_may_have_its_long_name(layout, write_set, written_hashes, read_hashes):
    root = write_set(layout)
    if layout == "class_folders":
        (root / "val").rename(root / "validation")
    else:
        (root / "validation").mkdir()
        for path in root.rglob("*val*.*"):
            path.rename(root / "validation" / "0.tar" if layout == "webdataset_tars" else root / "validation/0.parquet")
    assert read_hashes(root, list_soundly(root).splits["val"]) == written_hashes["val"]


def test_links_to_folders_and_files_are_followed(write_set, written_hashes, read_hashes):
    root = write_set("class_folders")
    (root / "train").rename(root.parent / "elsewhere")
    (root / "train").symlink_to(root.parent / "elsewhere")
    path = next((root / "val" / CLASSES[0]).iterdir())
    path.rename(root.parent / "one")
    path.symlink_to(root.parent / "one")
    listed = list_soundly(root)
    assert {split: read_hashes(root, listing) for split, listing in listed.splits.items()} == written_hashes


def test_the_training_tar_may_be_unpacked_one_level(write_set, written_hashes, read_hashes):
    root = write_set("ilsvrc_tars")
    (root / "train").mkdir()
    subprocess.run(["tar", "-xf", root / "ILSVRC2012_img_train.tar", "-C", root / "train"], check=True)
    (root / "ILSVRC2012_img_train.tar").unlink()
    listed = list_soundly(root)
    assert listed.format == "ilsvrc_tars"
    assert {split: read_hashes(root, listing) for split, listing in listed.splits.items()} == written_hashes


def test_the_development_kit_may_be_packed(write_set, written_hashes, read_hashes):
    root = write_set("ilsvrc_tars")
    subprocess.run(["tar", "-czf", f"{KIT}.tar.gz", KIT], cwd=root, check=True)
    shutil.rmtree(root / KIT)
    assert read_hashes(root, list_soundly(root).splits["val"]) == written_hashes["val"]


def test_fields_of_webdataset_samples_may_have_other_names(write_set, archive, tmp_path):
    for split in ("train", "val"):
        folder = tmp_path / split
        folder.mkdir()
        for number, kind in enumerate(("cat", "ant")):
            (folder / f"{number}.photo.bin").write_bytes(b"image")
            (folder / f"{number}.jpg").write_bytes(b"a thumbnail")
            (folder / f"{number}.json").write_text(f'{{"kind": "{kind}"}}')
        archive(tmp_path / "set" / f"{split}.tar", folder)
    listed = list_soundly(tmp_path / "set", image="photo.bin", label="kind")
    assert listed.class_names == ("ant", "cat")
    assert listed.splits["val"].label.tolist() == [1, 0]
    assert set(listed.splits["val"].length) == {5}


def test_columns_of_parquet_shards_may_have_other_names_and_labels_be_text(tmp_path, read_hashes):
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    (tmp_path / "set").mkdir()
    for split in ("train", "val"):
        kinds = pa.array(["cat", "ant", "cat"]).dictionary_encode()
        table = pa.table({"photo": pa.array([b"1", b"22", b"333"], pa.large_binary()), "kind": kinds})
        pq.write_table(table, tmp_path / "set" / f"{split}.parquet")
    listed = list_soundly(tmp_path / "set", image="photo", label="kind")
    assert listed.class_names == ("ant", "cat")
    assert listed.splits["val"].label.tolist() == [1, 0, 1]
    assert listed.splits["val"].length.tolist() == [1, 2, 3]


def test_leftovers_of_systems_are_ignored_and_noted(write_set, written_hashes, read_hashes):
    root = write_set("class_folders")
    places = ["val/Thumbs.db", ".DS_Store", f"train/{CLASSES[0]}/._0.JPEG", f"train/{CLASSES[0]}/desktop.ini"]
    for place in places:
        (root / place).touch()
    for place in ("train/@eaDir", "__MACOSX", "lost+found"):
        (root / place).mkdir()
    listed = list_soundly(root)
    assert {split: read_hashes(root, listing) for split, listing in listed.splits.items()} == written_hashes
    assert listed.faults.count("leftover") == 7
    assert "What operating systems left behind was ignored (7):" in listed.faults.format_notes()


def test_files_beside_shards_are_ignored_and_noted(write_set):
    root = write_set("webdataset_tars")
    (root / "README.md").touch()
    (root / "imagenet-test-0000.tar").touch()
    assert "(2):\n    README.md\n    imagenet-test-0000.tar" in list_soundly(root).faults.format_notes()


def test_a_place_in_two_formats_is_refused_by_the_names_of_both(write_set):
    root = write_set("class_folders")
    (root / "train-0.tar").touch()
    with pytest.raises(ImagesRefused, match=r"(?s)WebDataset tars.*train-0\.tar.*class folders: for instance train/n0"):
        list_images(root)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda root: None, "set does not exist"),
        (lambda root: root.touch(), "set is not a folder"),
        (lambda root: root.mkdir(), "there: nothing"),
        (lambda root: (root / "train").mkdir(parents=True), "there: train"),
        (lambda root: (root.mkdir(), (root / "images.zip").touch()), r"there: images\.zip"),
    ],
)
def test_a_place_without_images_is_refused_with_the_formats_that_are_read(make, says, tmp_path):
    make(tmp_path / "set")
    with pytest.raises(ImagesRefused, match=rf"(?s){says}; .*class folders.*ILSVRC.*WebDataset.*Parquet"):
        list_images(tmp_path / "set")


def test_parquet_without_pyarrow_is_refused_with_what_to_install(tmp_path, monkeypatch):
    (tmp_path / "train.parquet").touch()
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ImagesRefused, match=r"images\.root: .* pip install pyarrow"):
        list_images(tmp_path)


def test_names_hold_any_string():
    builder = NamesBuilder()
    words = ["", "a", "é", "b\udcff", "", "日本"]
    for word in words:
        builder.append(word)
    names = builder.build()
    assert list(names) == words
    assert (names[-1], names[1:3]) == ("日本", ("a", "é"))


def test_of_many_faults_the_first_by_name_are_shown_in_whatever_order_they_come():
    faults = Faults("here")
    for number in np.random.default_rng(0).permutation(100):
        faults.add("empty_file", f"{number:03d}.png")
    assert [line.strip() for line in faults.format().splitlines()[2:9]] == [
        *(f"{number:03d}.png" for number in range(6)),
        "and 94 more",
    ]
