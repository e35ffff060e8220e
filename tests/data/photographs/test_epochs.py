"""Batches of an epoch are the same bytes whatever the format, the decoder, the threads and the first batch."""

import time

import numpy as np
import photograph_sets
import pytest
import torch
from data.photographs.splits import BATCH, TRAINING, augment, hashes, open_split, seen

from vestige.data import decoding
from vestige.data.augmentation import augmentation


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


def test_the_time_for_which_each_batch_was_waited_is_kept(here):
    split = open_split()
    hashes(split)
    assert len(split.waits) == split.count_batches()
    assert all(wait >= 0 for wait in split.waits)
