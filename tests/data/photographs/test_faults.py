"""Photographs that changed, are gone or cannot be decoded are refused, and files and threads are let go."""

import errno
import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from data.photographs.splits import BATCH, CPU, hashes, open_split, settings

from vestige.data import photographs
from vestige.data.arrays import OtherImages
from vestige.data.decoding import DecodingError
from vestige.data.loader import split_of
from vestige.data.photographs import OtherPhotograph
from vestige.data.shards.description import images


def test_a_photograph_that_has_changed_is_refused_with_its_file_and_the_remedy(here):
    split = open_split()
    path = split.reader.index.path(int(split.rows.shard[3]))
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    with pytest.raises(OtherPhotograph, match=rf"{path}: photograph 3 .*\n.*delete and remake it"):
        hashes(split)


def test_a_photograph_that_is_gone_is_refused_with_its_file(here):
    split = open_split()
    path = split.reader.index.path(int(split.rows.shard[0]))
    path.unlink()
    with pytest.raises(OtherPhotograph, match=f"{path}: photograph 0 .*the file is gone"):
        hashes(split)


def test_a_disk_that_fails_names_the_file(here, monkeypatch):
    split = open_split()

    def fail(*given):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(photographs.os, "pread", fail)
    with pytest.raises(OSError, match=rf"Input/output error: '{here}/.*JPEG'"):
        split.reader.read(0)


def test_a_decoder_that_fails_names_the_file(here, monkeypatch):
    split = open_split()
    monkeypatch.setattr(photographs, "decode", lambda data: (_ for _ in ()).throw(DecodingError("broken")))
    with pytest.raises(DecodingError, match=r"set/train/.*: photograph \d+: broken"):
        hashes(split)


def test_threads_end_where_an_epoch_is_left(here):
    import threading

    split = open_split()
    batches = split.batches(np.arange(len(split.labels)))
    next(batches)
    assert any(thread.name.startswith("decode") for thread in threading.enumerate())
    batches.close()
    assert not any(thread.name.startswith("decode") for thread in threading.enumerate())


def test_more_shards_than_may_be_open_are_read(here):
    import resource

    split = open_split()
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    used = max(int(path.name) for path in Path("/proc/self/fd").iterdir())
    resource.setrlimit(resource.RLIMIT_NOFILE, (used + 8, limits[1]))
    try:
        assert len(hashes(split)) == 5
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def test_another_set_at_the_same_place_is_refused(here):
    asked = settings()
    described = images(SimpleNamespace(images=asked), lambda line: None)
    path = sorted(Path("set/train").glob("*/*"))[0]
    path.write_bytes(sorted(Path("set/train").glob("*/*"))[1].read_bytes())
    for index in Path("work/images").glob("*.index.npz"):
        index.unlink()
    with pytest.raises(OtherImages, match="the train photographs in set are not those from which images.nc was made"):
        split_of(described, asked, "train", BATCH, CPU)


def test_a_decoder_that_gives_other_pixels_is_refused(here):
    asked = settings()
    described = images(SimpleNamespace(images=asked), lambda line: None)
    described["decoder_sha256"] = "other"
    with pytest.raises(OtherImages, match="this machine decodes or resizes photographs to other pixels"):
        split_of(described, asked, "train", BATCH, CPU)
