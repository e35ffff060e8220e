"""Batches of photographs: the same bytes whatever the format, the decoder, the threads and the first batch."""

import errno
import hashlib
import os
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import photograph_sets
import pytest
import torch
from PIL import Image
from torchvision.transforms import functional as TF

from vestige.data import decoding, imagenet, photographs
from vestige.data.arrays import OtherImages
from vestige.data.augmentation import augmentation
from vestige.data.decoding import DecodingError
from vestige.data.loader import split_of
from vestige.data.photographs import OtherPhotograph
from vestige.data.shards.description import images

CPU, BATCH = torch.device("cpu"), 4
TRAINING = SimpleNamespace(shift=None, flip=0.5, random_crop=SimpleNamespace(scale=(0.08, 1), ratio=(3 / 4, 4 / 3)))


def settings(root="set", **changed):
    said = {"source": "imagenet", "root": root, "crop": 12, "resize": 16, "resize_with": "pillow"} | changed
    return imagenet.Settings(**said)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with the set as class folders."""
    photograph_sets.write("class_folders", tmp_path / "set", tmp_path / "scratch", photograph_sets.PHOTOGRAPHS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def open_split(split="train", batch_size=BATCH, **changed):
    """A split of the set, described first."""
    asked = settings(**changed)
    described = images(SimpleNamespace(images=asked), lambda line: None)
    return split_of(described, asked, split, batch_size, CPU)


def augment(split, epoch=1):
    return augmentation(TRAINING, *split.sides(), split.crop, seed=0, epoch=epoch)


def hashes(split, order=None, augmented=True):
    """The sha256 of each batch of an epoch."""
    order = np.random.default_rng(0).permutation(len(split.labels)) if order is None else order
    batches = split.batches(order, augment(split) if augmented else None)
    return [hashlib.sha256(x.contiguous().numpy().tobytes() + y.numpy().tobytes()).hexdigest() for x, y in batches]


def seen(split, order, augment=None):
    """All images of an epoch (images, 3, crop, crop): copies, for the memory of a batch is used again."""
    return torch.cat([images.clone() for images, _ in split.batches(order, augment)])


@pytest.mark.parametrize("layout", photograph_sets.WRITERS)
@pytest.mark.parametrize("resampler", ["pillow", "torch"])
def test_an_epoch_has_the_same_bytes_from_every_format(here, layout, resampler):
    photograph_sets.write(layout, here / "other", here / "more", photograph_sets.PHOTOGRAPHS)
    one, other = (open_split(root=root, resize_with=resampler) for root in ("set", "other"))
    assert hashes(one) == hashes(other)
    val = [open_split("val", root=root, resize_with=resampler) for root in ("set", "other")]
    assert hashes(val[0], np.arange(6), augmented=False) == hashes(val[1], np.arange(6), augmented=False)


@pytest.mark.parametrize("threads", [1, 2, 3, 8])
@pytest.mark.parametrize("batch_size", [4, 7, 18])
def test_how_many_threads_decode_changes_no_byte(here, threads, batch_size):
    expected = hashes(open_split(decoding_threads=1, batch_size=batch_size))
    assert hashes(open_split(decoding_threads=threads, batch_size=batch_size)) == expected


def test_epochs_that_are_left_in_the_middle_or_run_side_by_side_change_no_byte(here):
    split = open_split()
    order = np.arange(len(split.labels))
    expected, drawn = hashes(split, order), augment(split)
    left = split.batches(order, drawn)
    next(left)
    left.close()
    assert hashes(split, order) == expected
    for both in zip(split.batches(order, drawn), split.batches(order, drawn), strict=True):
        assert torch.equal(both[0][0], both[1][0])


def test_epochs_use_the_memory_of_the_first_one_again(here):
    split = open_split()
    order = np.arange(len(split.labels))
    first, second = ({images.data_ptr() for images, _ in split.batches(order)} for _ in range(2))
    assert second <= first
    assert len(first) < len(order) / BATCH  # and within an epoch, that of the batches before


def test_a_batch_stays_as_it_is_while_those_after_it_are_decoded(here):
    split = open_split()
    images, _ = next(batches := split.batches(np.arange(len(split.labels)), augment(split)))
    then = images.clone()
    time.sleep(0.3)  # in which the threads fill all memory that they have
    assert torch.equal(images, then)
    batches.close()


def test_without_simplejpeg_the_bytes_are_the_same(here, monkeypatch):
    pytest.importorskip("simplejpeg")
    fast = hashes(open_split())
    monkeypatch.setattr(decoding, "fast_decoder", lambda: None)
    assert hashes(open_split()) == fast


@pytest.mark.parametrize("first", [1, 2, 4])
def test_from_any_batch_on_the_bytes_are_those_of_the_whole_epoch(here, first):
    split = open_split()
    order = np.random.default_rng(0).permutation(len(split.labels))
    assert hashes(split, order[first * BATCH :]) == hashes(split, order)[first:]


def test_what_is_drawn_for_a_photograph_depends_on_seed_epoch_and_number_alone(here):
    split = open_split()
    together, alone = augment(split), open_split(batch_size=1)
    heights, widths = split.sides()
    fewer = augmentation(TRAINING, heights[:7], widths[:7], split.crop, seed=0, epoch=1)
    np.testing.assert_array_equal(together.parts[:, :7], fewer.parts)
    order = np.array([5, 2, 9])
    assert torch.equal(seen(alone, order, together), seen(split, order, together))
    assert not np.array_equal(together.parts, augment(split, epoch=2).parts)


def raw(split, number, part=None):
    """A photograph as Pillow opens its bytes; what torchvision cuts and resizes of it."""
    path = split.reader.index.path(int(split.rows.shard[number]))
    image = Image.open(path).convert("RGB")
    if part is None:
        return photograph_sets.torchvision_middle(path, split.resize, split.crop)
    top, height, left, width = part
    return np.asarray(TF.resized_crop(image, top, left, height, width, [split.crop] * 2)).transpose(2, 0, 1)


def normalised(split, pixels):
    return (torch.from_numpy(np.array(pixels)).float() / 255 - split.mean[:, None, None]) / split.std[:, None, None]


def test_training_sees_torchvisions_crops_of_the_whole_photograph_and_mirrors_them(here):
    split = open_split()
    drawn, order = augment(split), np.arange(len(split.labels))
    for number, (found, flip) in enumerate(zip(seen(split, order, drawn), drawn.flips, strict=True)):
        expected = normalised(split, raw(split, number, drawn.parts[:, number].tolist()))
        torch.testing.assert_close(found, expected.flip(2) if flip else expected)


@pytest.mark.parametrize("split", ["train", "val"])
def test_evaluation_sees_torchvisions_middle(here, split):
    opened, train = open_split(split), open_split()
    if split == "val":
        paths = {hashlib.sha256(path.read_bytes()).digest(): path for path in Path("set/val").glob("*/*")}
        rows = imagenet.find_index(images(SimpleNamespace(images=settings()), print), settings()).splits["val"]
        expected = [photograph_sets.torchvision_middle(paths[sha.tobytes()], 16, 12) for sha in rows.sha256]
    else:
        expected = [raw(train, number) for number in range(len(train.labels))]
    for found, pixels in zip(seen(opened, np.arange(len(opened.labels))), expected, strict=True):
        torch.testing.assert_close(found, normalised(train, pixels))


def test_labels_are_those_of_the_class_folders(here):
    split = open_split()
    names = sorted(path.name for path in Path("set/train").iterdir())
    for number, label in enumerate(split.labels):
        assert split.reader.index.path(int(split.rows.shard[number])).parent.name == names[label]


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


def test_the_time_for_which_each_batch_was_waited_is_kept(here):
    split = open_split()
    hashes(split)
    assert len(split.waits) == split.count_batches()
    assert all(wait >= 0 for wait in split.waits)


def test_copies_of_parquet_shards_that_are_gone_are_made_again_though_their_index_is_there(tmp_path, monkeypatch):
    photograph_sets.write("parquet_shards", tmp_path / "set", tmp_path / "scratch", photograph_sets.PHOTOGRAPHS)
    monkeypatch.chdir(tmp_path)
    described = images(SimpleNamespace(images=settings()), lambda line: None)
    before = hashes(split_of(described, settings(), "train", BATCH, CPU))
    for copy in Path("work/images/parquet").iterdir():
        copy.unlink()
    assert hashes(split_of(described, settings(), "train", BATCH, CPU)) == before
