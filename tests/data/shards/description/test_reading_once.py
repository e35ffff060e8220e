"""What was read of a set of photographs is not read again unless it has changed."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from data.shards.description.photographs_described import describe, settings

from vestige.data import photograph_index
from vestige.data.shards import photograph_reading
from vestige.data.shards.faults import ImagesRefused


@pytest.fixture
def counted(monkeypatch):
    """The numbers of bytes that were decoded."""
    sizes = []
    decode = photograph_reading.decode
    monkeypatch.setattr(photograph_reading, "decode", lambda data: sizes.append(len(data)) or decode(data))
    return sizes


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
