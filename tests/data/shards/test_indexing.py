"""What is known of a set of photographs: the same from every format; faults all at once; nothing read twice."""

import hashlib
import io
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import photograph_sets
import pytest
from PIL import Image

from vestige.data import decoding, imagenet, photograph_index
from vestige.data.shards import photograph_reading
from vestige.data.shards.description import images
from vestige.data.shards.faults import ImagesRefused
from vestige.data.shards.indexing import build_index

CROP, RESIZE = 12, 16


def settings(root="set", **changed):
    """The section `images` of a study."""
    said = {"source": "imagenet", "root": str(root), "crop": CROP, "resize": RESIZE, "resize_with": "pillow"} | changed
    return imagenet.Settings(**said)


def describe(root="set", **changed):
    """The result of the stage, and the lines of its log."""
    notes = []
    return images(SimpleNamespace(images=settings(root, **changed)), notes.append), notes


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def counted(monkeypatch):
    """The numbers of bytes that were decoded."""
    sizes = []
    decode = photograph_reading.decode
    monkeypatch.setattr(photograph_reading, "decode", lambda data: sizes.append(len(data)) or decode(data))
    return sizes


@pytest.fixture
def folders(here):
    """The set as class folders."""
    photograph_sets.write("class_folders", here / "set", here / "scratch", photograph_sets.PHOTOGRAPHS)
    return here / "set"


@pytest.mark.parametrize("layout", [each for each in photograph_sets.WRITERS if each != "class_folders"])
def test_every_format_of_a_set_gives_the_same_result_to_the_last_bit(here, layout):
    described = []
    for place, each in enumerate(("class_folders", layout)):
        photograph_sets.write(each, here / f"set{place}", here / f"scratch{place}", photograph_sets.PHOTOGRAPHS)
        described.append(describe(f"set{place}")[0])
    assert described[0].identical(described[1])


def test_the_order_is_by_class_and_hash_and_no_name_counts(folders):
    before = build_index(settings(), print).splits
    names = sorted(path.name for path in folders.glob("*/*/*"))
    for path in list(folders.glob("*/*/*")):
        path.rename(path.with_name(f"{len(names) - names.index(path.name):03d}{path.suffix}"))
    after = build_index(settings(), print).splits
    for split in before:
        hashes = [digest.tobytes() for digest in before[split].sha256]
        labels = before[split].label.tolist()
        assert list(zip(labels, hashes, strict=True)) == sorted(zip(labels, hashes, strict=True))
        assert before[split].digest() == after[split].digest()


def test_no_place_is_in_the_result(folders, here):
    found, _ = describe()
    folders.rename(here / "elsewhere")
    assert found.identical(describe("elsewhere")[0])
    assert "set" not in str(found.to_dict()).replace("offset", "")


@pytest.mark.parametrize("other", ["label", "picture", "split"])
def test_another_label_picture_or_split_is_another_set(folders, other):
    before, _ = describe()
    path = sorted((folders / "train").glob("*/*"))[0]
    if other == "label":
        path.rename(sorted((folders / "train").iterdir())[1] / "moved.jpg")
    elif other == "picture":
        Image.open(path).save(path, "JPEG", quality=50)
    else:
        path.rename(folders / "val" / path.parent.name / "moved.jpg")
    assert before["photographs_sha256"].values[0] != describe()[0]["photographs_sha256"].values[0]


def test_mean_and_deviation_are_those_of_what_evaluation_sees(folders):
    found, _ = describe()
    seen = [photograph_sets.torchvision_middle(path, RESIZE, CROP) for path in (folders / "train").glob("*/*")]
    pixels = np.stack(seen) / 255
    np.testing.assert_allclose(found["mean"], pixels.mean((0, 2, 3)), rtol=1e-12)
    np.testing.assert_allclose(found["std"], pixels.std((0, 2, 3)), rtol=1e-12)


def test_a_mean_and_a_deviation_that_are_stated_are_taken(folders):
    found, _ = describe(mean=[0.1, 0.2, 0.3], std=[0.4, 0.5, 0.6])
    assert (found["mean"].values.tolist(), found["std"].values.tolist()) == ([0.1, 0.2, 0.3], [0.4, 0.5, 0.6])


def test_a_folder_without_splits_is_divided_class_by_class(folders):
    for path in list((folders / "val").glob("*/*")):
        path.rename(folders / "train" / path.parent.name / f"val-{path.name}")
    found, _ = describe("set/train", val_fraction=0.25, split_seed=3)
    again, _ = describe("set/train", val_fraction=0.25, split_seed=3)
    other, _ = describe("set/train", val_fraction=0.25, split_seed=4)
    assert found["count"].sum("split").values.tolist() == [8, 8, 8]
    assert found["count"].sel(split="val").values.tolist() == [2, 2, 2]
    assert found.identical(again)
    assert found["photographs_sha256"].values.tolist() != other["photographs_sha256"].values.tolist()


@pytest.mark.parametrize(
    ("root", "changed", "says"),
    [
        ("set/train", {}, r"images.val_fraction: missing; set/train has no folders train and val: say"),
        ("set/train", {"val_fraction": 0.5}, r"images.split_seed: missing"),
        ("set", {"split_seed": 0}, r"images.split_seed: set has splits of its own: leave this key out"),
        ("set", {"fields": {"label": "y"}}, r"images.fields: set holds class folders, which have no fields: leave"),
    ],
)
def test_keys_are_refused_that_the_format_does_not_have_and_missed_where_it_needs_them(folders, root, changed, says):
    with pytest.raises(ValueError, match=says):
        describe(root, **changed)


def test_nothing_is_read_again_that_has_not_changed(folders, counted):
    describe()
    assert len(counted) == 24
    counted.clear()
    describe()
    assert counted == []
    path = sorted((folders / "train").glob("*/*"))[0]
    path.write_bytes(path.read_bytes() + b"tail")
    describe()
    assert counted == [path.stat().st_size]


def test_what_was_read_is_not_written_again_where_nothing_new_was(folders, counted):
    describe()
    place = settings().reading_place
    [kept] = Path("work/images").glob(f"{place}-*")
    before = kept.stat().st_ino
    describe()
    [kept] = Path("work/images").glob(f"{place}-*")
    assert kept.stat().st_ino == before


def test_after_a_kill_it_goes_on_with_what_was_read(folders, counted, monkeypatch):
    monkeypatch.setattr(photograph_reading, "TASK", 1)
    monkeypatch.setattr(photograph_reading, "count_cores", lambda: 1)
    read_row = photograph_reading.Reading.read_row

    def stop(reading, photographs, row, name):
        if len(counted) == 10:
            raise KeyboardInterrupt
        read_row(reading, photographs, row, name)

    with monkeypatch.context() as patch:
        patch.setattr(photograph_reading.Reading, "read_row", stop)
        with pytest.raises(KeyboardInterrupt):
            describe()
    counted.clear()
    found, notes = describe()
    assert len(counted) == 14
    assert any(note == "10 photographs are as they were when they were last read" for note in notes)
    for path in Path("work/images").glob("*.index.npz"):
        path.unlink()
    assert found.identical(describe()[0])


DAMAGES = {
    "no image": lambda data: b"no image",
    "cut short": lambda data: data[: len(data) // 2],
    "empty of pixels": lambda data: data[:20],
}


def test_all_that_cannot_be_decoded_is_refused_at_once_with_its_files_and_the_remedy(folders):
    paths = sorted((folders / "train").glob("*/*"))[::4]
    for path, damage in zip(paths, DAMAGES.values(), strict=False):
        path.write_bytes(damage(path.read_bytes()))
    image = Image.fromarray(np.zeros((2, 200, 3), np.uint8))
    image.save(folders / "val" / paths[0].parent.name / "long.png")
    with pytest.raises(ImagesRefused) as refused:
        describe()
    said = str(refused.value)
    assert all(path.relative_to(folders).as_posix() in said for path in paths[: len(DAMAGES)])
    assert "200x2 pixels" in said
    assert "images.on_unreadable: skip" in said
    assert photograph_index.read_index(Path("work/images"), settings().place) is None


@pytest.mark.parametrize("choice", ["refuse", "skip"])
def test_what_could_not_be_used_before_a_kill_is_not_forgotten_after_it(folders, monkeypatch, choice):
    monkeypatch.setattr(photograph_reading, "TASK", 1)
    monkeypatch.setattr(photograph_reading, "count_cores", lambda: 1)
    path = sorted((folders / "train").glob("*/*"))[0]
    path.write_bytes(b"no image")
    read_row, read = photograph_reading.Reading.read_row, []

    def stop(reading, photographs, row, name):
        read.append(name)
        if len(read) == 20:
            raise KeyboardInterrupt
        read_row(reading, photographs, row, name)

    with monkeypatch.context() as patch:
        patch.setattr(photograph_reading.Reading, "read_row", stop)
        with pytest.raises(KeyboardInterrupt):
            describe(on_unreadable=choice)
    assert f"train/{path.parent.name}/{path.name}" in read
    if choice == "refuse":
        with pytest.raises(ImagesRefused, match=path.name):
            describe()
    else:
        assert path.name in "\n".join(describe(on_unreadable="skip")[1])


def test_a_fault_of_the_disk_is_one_even_where_photographs_may_be_left_out(folders, monkeypatch):
    def fail(reading, photographs, row):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(photograph_reading.Reading, "read_bytes", fail)
    with pytest.raises(ImagesRefused, match="Input/output error"):
        describe(on_unreadable="skip")


def test_a_class_of_which_all_photographs_were_left_out_is_refused(folders):
    for path in sorted((folders / "train").iterdir())[-1].iterdir():
        path.write_bytes(b"no image")
    with pytest.raises(ValueError, match="of class 2 there is no train photograph"):
        describe(on_unreadable="skip")


def test_a_class_of_one_photograph_cannot_be_divided(folders):
    (ant, *_) = sorted((folders / "train").iterdir())
    for path in sorted(ant.iterdir())[1:]:
        path.unlink()
    with pytest.raises(ValueError, match="of class 0 there is no val photograph"):
        describe("set/train", val_fraction=0.5, split_seed=0)


def test_when_the_study_leaves_out_what_was_refused_nothing_else_is_read_again(folders, counted):
    path = sorted((folders / "train").glob("*/*"))[0]
    path.write_bytes(b"no image")
    with pytest.raises(ImagesRefused):
        describe()
    counted.clear()
    describe(on_unreadable="skip")
    assert counted == [len(b"no image")]


def test_when_a_file_is_mended_the_others_are_not_read_again(folders, counted):
    path = sorted((folders / "train").glob("*/*"))[0]
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(ImagesRefused):
        describe()
    path.write_bytes(data)
    counted.clear()
    describe()
    assert counted == [len(data)]


def test_what_cannot_be_read_is_left_out_where_the_study_says_so_and_noted(folders):
    path = sorted((folders / "train").glob("*/*"))[0]
    path.write_bytes(b"no image")
    found, notes = describe(on_unreadable="skip")
    assert found["count"].sel(split="train").values.tolist() == [5, 6, 6]
    assert any(path.name in note for note in notes)


def test_odd_files_are_decoded_and_noted(folders):
    ant, bee = sorted((folders / "train").iterdir())[:2]
    data = io.BytesIO()
    Image.new("RGB", (20, 20), "red").save(data, "PNG")
    (ant / "is_a_png.jpg").write_bytes(data.getvalue())
    twin = sorted(ant.iterdir())[0]
    (folders / "val" / ant.name / "also_in_train.jpg").write_bytes(twin.read_bytes())
    (bee / "again.jpg").write_bytes(sorted(bee.iterdir())[0].read_bytes())
    text = "\n".join(describe()[1])
    assert "is_a_png.jpg: PNG" in text
    assert "also_in_train.jpg" in text
    assert "1 photographs are copies of others" in text


def test_a_warning_of_a_decoder_names_its_file(folders, monkeypatch):
    import warnings

    def decode(data):
        if hashlib.sha256(data).hexdigest() == marked:
            warnings.warn("odd metadata", UserWarning, stacklevel=1)
        return decoding.decode(data)

    path = sorted((folders / "val").glob("*/*"))[-1]
    marked = hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setattr(photograph_reading, "decode", decode)
    assert f"{path.relative_to(folders).as_posix()}: odd metadata" in "\n".join(describe()[1])


@pytest.mark.parametrize("damage", [b"", b"nothing", None])
def test_an_index_that_is_damaged_is_made_again(folders, damage):
    found, _ = describe()
    for path in list(Path("work/images").glob("*.index.npz")):
        data = path.read_bytes()
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]) if damage is None else damage)
    assert photograph_index.read_index(Path("work/images"), settings().place) is None
    assert found.identical(describe()[0])


def test_too_little_room_for_what_evaluation_sees_is_said_before_anything_is_read(folders, counted, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=1000))
    with pytest.raises(ImagesRefused, match=r"what evaluation sees of val needs \S+ GiB, 9\.31e-07 are free"):
        describe()
    assert counted == []
