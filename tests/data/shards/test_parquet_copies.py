"""Images in Parquet files are copied once, shard by shard, and only where there is room and nothing is wrong."""

import shutil

import pytest

from vestige.data.shards.faults import ImagesRefused
from vestige.data.shards.listing import list_images
from vestige.data.shards.parquet_copies import copy_shards, find_copies, measure_copies

TABLE = "data/train-00000-of-00002.parquet"


@pytest.fixture
def shards(write_set):
    """The root, and the training images in two shards."""
    root = write_set("parquet_shards")
    return root, list_images(root).splits["train"]


def files_in(folder):
    return {path: path.stat().st_ino for path in folder.iterdir()}


def test_nothing_is_copied_twice(shards, tmp_path):
    root, listing = shards
    counts = []
    copy_shards(root, listing, tmp_path / "copies")
    before = files_in(tmp_path / "copies")
    again = copy_shards(root, listing, tmp_path / "copies", counts.append)
    assert files_in(tmp_path / "copies") == before
    assert sum(counts) == len(again) == len(listing)


def test_what_a_copy_will_take_is_known_before_and_is_nothing_afterwards(shards, tmp_path):
    root, listing = shards
    before = measure_copies(find_copies(root, tmp_path / "copies"))
    assert before == sum(path.stat().st_size for path in root.rglob("*.parquet"))
    copy_shards(root, listing, tmp_path / "copies")
    of_val = sum(path.stat().st_size for path in root.rglob("val*.parquet"))
    assert measure_copies(find_copies(root, tmp_path / "copies")) == of_val


def test_a_stopped_copy_is_gone_on_with_after_the_last_whole_shard(shards, tmp_path, read_hashes, written_hashes):
    root, listing = shards
    copies, counts = tmp_path / "copies", []

    def stop(images):
        counts.append(images)
        if sum(counts) > 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_shards(root, listing, copies, stop)
    before = files_in(copies)
    assert len(before) == 2
    listed = copy_shards(root, listing, copies)
    assert files_in(copies).items() > before.items()
    assert read_hashes(root, listed) == written_hashes["train"]


@pytest.mark.parametrize("suffix", [".images", ".ends.npy"])
def test_a_copy_that_is_cut_short_is_written_again(suffix, shards, tmp_path, read_hashes, written_hashes):
    root, listing = shards
    copy_shards(root, listing, tmp_path / "copies")
    for path in (tmp_path / "copies").glob(f"*{suffix}"):
        path.write_bytes(path.read_bytes()[:-1])
    assert read_hashes(root, copy_shards(root, listing, tmp_path / "copies")) == written_hashes["train"]


def test_a_disk_without_room_is_refused_before_anything_is_written(shards, tmp_path, monkeypatch):
    root, listing = shards
    usage = shutil.disk_usage(root)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(ImagesRefused, match=r"too little room(?s:.*)copies: .* GiB are needed, 9.31e-07 are free"):
        copy_shards(root, listing, tmp_path / "copies")
    assert not (tmp_path / "copies").exists()


@pytest.mark.parametrize(
    ("images", "says"),
    [
        ([b"1", None, b"3", None], rf"no image \(2\):\n    row 1 in {TABLE}: the image is null\n    row 3 in"),
        ([b"1", b"", b"3", b"4"], rf"no bytes \(1\):\n    row 1 in {TABLE}\n"),
    ],
)
def test_null_and_empty_images_are_refused_all_at_once_and_nothing_is_left(images, says, shards, tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    root, listing = shards
    table = pa.table({"image": [{"bytes": each} for each in images], "label": [0, 1, 2, 0]})
    pq.write_table(table, root / TABLE, write_statistics=False)
    with pytest.raises(ImagesRefused, match=says):
        copy_shards(root, list_images(root).splits["train"], tmp_path / "copies")
    assert len(files_in(tmp_path / "copies")) == 2


def test_damaged_pages_are_refused_by_file(shards, tmp_path):
    root, listing = shards
    data = bytearray((root / TABLE).read_bytes())
    data[4:60] = b"\xff" * 56
    (root / TABLE).write_bytes(data)
    with pytest.raises(ImagesRefused, match=f"cut short or damaged .*(?s:.*){TABLE}"):
        copy_shards(root, listing, tmp_path / "copies")


def test_a_shard_that_lost_rows_after_it_was_listed_is_refused(shards, tmp_path):
    import pyarrow.parquet as pq

    root, listing = shards
    pq.write_table(pq.read_table(root / TABLE).slice(0, 3), root / TABLE)
    with pytest.raises(ImagesRefused, match=f"changed after they were listed(?s:.*){TABLE}: it has now 3 rows"):
        copy_shards(root, listing, tmp_path / "copies")
