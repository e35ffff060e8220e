"""Copies of Parquet shards that no study needs any longer are found, and no others."""

import os
import time
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from engines import ROOT
from ruamel.yaml import YAML

from vestige.commands import scratch_files
from vestige.config import loading
from vestige.data.photograph_index import Index, write_index
from vestige.data.shards.parquet_copies import find_copies

MONTHS = 70 * 86400


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with a study of photographs."""
    study = YAML().load(ROOT / "studies" / "imagenet_sample.yaml")
    study["images"]["root"] = "data/shards"
    with open(tmp_path / "params.yaml", "w") as file:
        YAML().dump(study, file)
    monkeypatch.chdir(tmp_path)
    Path("data/shards").mkdir(parents=True)
    return tmp_path


def leave(name, seconds=MONTHS):
    """A file among the copies that was written some time ago."""
    path = scratch_files.COPIES / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"photographs")
    os.utime(path, (time.time() - seconds,) * 2)
    return path


def test_copies_that_no_index_of_the_study_names_are_unneeded_after_a_month(here):
    study, names = loading.read(Path("params.yaml")), ("needed", "left")
    for name in names:
        leave(f"{name}.images")
        leave(f"{name}.ends.npy")
    shards = (str(here / scratch_files.COPIES / "needed.images"),)
    write_index(Index("data/shards", shards, np.zeros((1, 4), int), "", {}), Path("work/images"), study.images.place)
    leave("new.images", seconds=60)
    assert [path.name for path in scratch_files.unneeded_copies(study)] == ["left.ends.npy", "left.images"]


def test_copies_of_shards_that_lie_at_the_root_are_needed_though_no_index_of_these_settings_is_there(here):
    Path("data/shards/train.parquet").write_bytes(b"shard")
    [copy] = find_copies(Path("data/shards"), scratch_files.COPIES)
    leave(copy.name)
    old = leave("left.images")
    assert scratch_files.unneeded_copies(loading.read(Path("params.yaml"))) == [old]


def test_no_copy_is_unneeded_while_the_folder_of_the_shards_is_not_there(here):
    leave("left.images")
    assert [path.name for path in scratch_files.unneeded_copies(loading.read(Path("params.yaml")))] == ["left.images"]
    Path("data/shards").rename("data/unmounted")
    assert scratch_files.unneeded_copies(loading.read(Path("params.yaml"))) == []


def test_half_written_copies_are_unneeded_after_a_day(here):
    old, _ = leave(".a.images.x1y2", seconds=2 * 86400), leave(".b.images.x1y2", seconds=600)
    assert scratch_files.unneeded_copies(loading.read(Path("params.yaml"))) == [old]


def test_nothing_is_unneeded_while_nobody_knows_where_the_photographs_lie(here, monkeypatch):
    monkeypatch.delenv("NOWHERE", raising=False)
    leave("left.images")
    text = Path("params.yaml").read_text().replace("root: data/shards", "root: $NOWHERE/shards")
    Path("params.yaml").write_text(text)
    assert scratch_files.unneeded_copies(loading.read(Path("params.yaml"))) == []


def test_arrays_that_no_images_result_names_are_unneeded_after_a_day(here):
    needed, old = "a" * 64, "b" * 64
    digests = xr.Dataset({f"{kind}_sha256": ("split", [needed, needed]) for kind in ("images", "labels")})
    Path("results/other").mkdir(parents=True)
    digests.to_netcdf("results/other/images.nc")
    for name in (f"{needed}.npy", f"{old}.npy", f"{old}.checked"):
        leave(f"../{name}")
    leave(f"../{'c' * 64}.npy", seconds=60)
    found = [path.name for path in scratch_files.unneeded_arrays()]
    assert found == [f"{old}.checked", f"{old}.npy"]
    Path("results/other/images.nc").write_bytes(b"no result")
    assert scratch_files.unneeded_arrays() == []
