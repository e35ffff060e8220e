"""Photographs that cannot be used are refused all at once, or left out where the study says so."""

import hashlib
import io
from pathlib import Path

import numpy as np
import pytest
from data.shards.description.photographs_described import describe, settings
from PIL import Image

from vestige.data import decoding, photograph_index
from vestige.data.shards import photograph_reading
from vestige.data.shards.faults import ImagesRefused

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
