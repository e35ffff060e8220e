"""Squares of validation and copies of shards are stored once, and made again where they are damaged or gone."""

from pathlib import Path
from types import SimpleNamespace

import photograph_sets
import pytest
from data.photographs.splits import BATCH, CPU, hashes, settings

from vestige.data.loader import split_of
from vestige.data.shards.description import images


@pytest.mark.parametrize("damage", ["absent", "one bit", "cut"])
def test_the_squares_of_validation_are_decoded_again_where_they_are_damaged(here, damage):
    asked = settings()
    described = images(SimpleNamespace(images=asked), lambda line: None)
    path = Path("work/images", f"{described['images_sha256'].sel(split='val').item()}.npy")
    data = path.read_bytes()
    path.unlink()
    if damage != "absent":
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]) if damage == "one bit" else data[:-1])
    split = split_of(described, asked, "val", BATCH, CPU)
    assert path.read_bytes() == data
    assert len(split.images) == 6


def test_the_squares_are_hashed_once_and_again_only_where_their_file_is_another(here, monkeypatch):
    from vestige.data import center_crops

    asked, hashed = settings(), []
    described = images(SimpleNamespace(images=asked), lambda line: None)
    digest = center_crops.digest
    monkeypatch.setattr(center_crops, "digest", lambda array: hashed.append(1) or digest(array))
    split_of(described, asked, "val", BATCH, CPU)
    assert hashed == []
    path = Path("work/images", f"{described['images_sha256'].sel(split='val').item()}.npy")
    data = path.read_bytes()
    path.unlink()
    path.write_bytes(data)
    split_of(described, asked, "val", BATCH, CPU)
    split_of(described, asked, "val", BATCH, CPU)
    assert hashed == [1]


def test_only_the_index_is_read_where_training_begins(here, monkeypatch):
    asked = settings()
    described = images(SimpleNamespace(images=asked), lambda line: None)
    for path in Path("set").rglob("*.JPEG"):
        path.rename(path.with_suffix(".moved"))
    split = split_of(described, asked, "train", BATCH, CPU)
    assert (split.input_shape, split.count_batches()) == ((3, 12, 12), 5)
    assert set(split.labels) == {0, 1, 2}


def test_copies_of_parquet_shards_that_are_gone_are_made_again_though_their_index_is_there(tmp_path, monkeypatch):
    photograph_sets.write("parquet_shards", tmp_path / "set", tmp_path / "scratch", photograph_sets.PHOTOGRAPHS)
    monkeypatch.chdir(tmp_path)
    described = images(SimpleNamespace(images=settings()), lambda line: None)
    before = hashes(split_of(described, settings(), "train", BATCH, CPU))
    for copy in Path("work/images/parquet").iterdir():
        copy.unlink()
    assert hashes(split_of(described, settings(), "train", BATCH, CPU)) == before
