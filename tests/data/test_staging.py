"""Photographs that are copied to a disk of this machine: the same batches, one copy for all, whole or not at all."""

import hashlib
import os
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import photograph_sets
import pytest
import torch

from vestige.data import imagenet, staging
from vestige.data.loader import split_of
from vestige.data.photographs import OtherPhotograph
from vestige.data.shards.description import images

CPU = torch.device("cpu")
SMALL = 3000  # bytes of a part: a copy of the set has several


def settings(root="set", **changed):
    said = {"source": "imagenet", "root": root, "crop": 12, "resize": 16, "resize_with": "pillow"}
    return imagenet.Settings(**said, **changed)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with the set as class folders, from which copies have several parts."""
    photograph_sets.write("class_folders", tmp_path / "set", tmp_path / "scratch", photograph_sets.PHOTOGRAPHS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(staging, "PART", SMALL)
    return tmp_path


def open_train(asked, split="train"):
    described = images(SimpleNamespace(images=asked), lambda line: None)
    return split_of(described, asked, split, 4, CPU)


def digest(split):
    """The sha256 of an epoch: pixels and labels."""
    found = hashlib.sha256()
    for pixels, labels in split.batches(np.random.default_rng(0).permutation(len(split.labels))):
        found.update(pixels.contiguous().numpy().tobytes() + labels.numpy().tobytes())
    return found.hexdigest()


def parts(folder="node"):
    return sorted(Path(folder).glob("vestige-*/*.images"))


def identities(folder="node"):
    return {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in parts(folder)}


@pytest.mark.parametrize("layout", photograph_sets.WRITERS)
def test_the_batches_of_a_copy_are_those_of_the_original(here, layout):
    photograph_sets.write(layout, here / "other", here / "more", photograph_sets.PHOTOGRAPHS)
    staged = open_train(settings("other", stage_to="node"))
    assert digest(staged) == digest(open_train(settings("other")))
    assert {path.parent for path in parts()} == {Path(staged.reader.index.root)}


def test_a_copy_holds_the_training_photographs_and_nothing_else(here):
    open_train(settings(stage_to="node"))
    photographs = sum(path.stat().st_size for path in Path("set/train").glob("*/*"))
    assert sum(path.stat().st_size for path in parts()) == photographs
    assert len(parts()) > 2


def test_validation_copies_nothing(here):
    open_train(settings(stage_to="node"), "val")
    assert not Path("node").exists()


def test_a_copy_that_is_whole_is_used_again(here):
    open_train(settings(stage_to="node"))
    before = identities()
    open_train(settings(stage_to="node"))
    assert identities() == before


def test_a_copy_that_was_killed_is_gone_on_with(here):
    expected = digest(open_train(settings(stage_to="node")))
    first, second, third, *_ = parts()
    before = identities()
    first.write_bytes(first.read_bytes()[:-1])
    third.unlink()
    begun = third.with_name(f".{third.name}.abcdefgh")
    begun.write_bytes(b"half")
    assert digest(open_train(settings(stage_to="node"))) == expected
    changed = {path for path, identity in identities().items() if before[path] != identity}
    assert changed == {first, third}
    assert not begun.exists()


def test_processes_that_need_a_copy_at_once_make_it_once(here):
    asked = settings(stage_to="node")
    images(SimpleNamespace(images=asked), lambda line: None)
    children = []
    for number in range(3):
        if not (child := os.fork()):
            try:
                reader = staging.stage(open_train(settings()).reader.index, "train", Path("node"), told(number))
                Path(f"{number}.read").write_bytes(b"".join(map(reader.read, range(len(reader.rows)))))
            finally:
                os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)
    assert len({Path(f"{number}.read").read_bytes() for number in range(3)}) == 1
    assert sum("copying" in path.read_text() for path in Path().glob("*.told")) == 1


def told(number):
    """What appends notes to a file."""

    def note(line):
        with open(f"{number}.told", "a") as file:
            print(line, file=file)

    return note


def test_how_much_is_copied_is_said(here, capsys):
    open_train(settings(stage_to="node"))
    said = capsys.readouterr().out
    assert re.search(r"copying \S+ GB of photographs to node/vestige-", said)
    assert re.search(r"(\S+) of \1 GB are copied, about 0 s left", said)


def test_a_damaged_copy_is_refused_by_its_name_with_the_remedy(here):
    split = open_train(settings(stage_to="node"))
    path = parts()[1]
    data = path.read_bytes()
    path.write_bytes(bytes([data[0] ^ 1]) + data[1:])
    with pytest.raises(
        OtherPhotograph, match=rf"{path}: photograph .*not those .*\n.*: remove {path.parent}, and start"
    ):
        digest(split)


def test_an_original_that_has_changed_is_refused_and_nothing_of_its_part_is_left(here):
    asked = settings(stage_to="node")
    described = images(SimpleNamespace(images=asked), lambda line: None)
    path = sorted(Path("set/train").glob("*/*"))[0]
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    with pytest.raises(OtherPhotograph, match=f"{path}: photograph .*not those that were indexed"):
        split_of(described, asked, "train", 4, CPU)
    assert [path.name for path in Path("node").glob("*/*")] == ["lock"]


def test_a_disk_that_is_too_small_is_refused_with_what_is_needed_and_what_is_free(tmp_path):
    with pytest.raises(staging.NoRoom, match=r"need 1e\+09 GB in .*, where \S+ GB are free: .*leave the key out"):
        staging.refuse_full_disk(tmp_path, 10**18)


def test_a_disk_that_is_too_small_is_refused_before_anything_is_copied(here, monkeypatch):
    monkeypatch.setattr(staging, "free_bytes", lambda folder: SMALL)
    with pytest.raises(staging.NoRoom, match=r"images\.stage_to: the photographs need .* where 3e-06 GB are free"):
        open_train(settings(stage_to="node"))
    assert [path.name for path in Path("node").glob("*/*")] == ["lock"]


def test_a_copy_reads_each_file_of_the_original_once_from_front_to_back(here):
    photograph_sets.write("webdataset_tars", here / "tars", here / "more", photograph_sets.PHOTOGRAPHS)
    described = images(SimpleNamespace(images=settings("tars")), lambda line: None)
    index = split_of(described, settings("tars"), "train", 4, CPU).reader.index
    staged = staging.stage(index, "train", Path("node"), lambda line: None)
    before, after = index.splits["train"], staged.index.splits["train"]
    as_copied = np.lexsort((after.offset, after.shard))
    places = list(zip(before.shard.tolist(), before.offset.tolist(), strict=True))
    assert [places[row] for row in as_copied] == sorted(places) != places


def test_a_place_where_no_copy_can_be_made_is_refused_by_its_key(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(staging.NoRoom, match=r"images\.stage_to: no copy can be made in .* \(Not a directory\)"),
        staging.lock_copies(tmp_path / "file" / "copy", print),
    ):
        pass


def test_a_variable_that_is_not_set_is_refused_before_anything_is_copied(here, monkeypatch):
    monkeypatch.delenv("NOWHERE", raising=False)
    with pytest.raises(ValueError, match=r"images.stage_to is \$NOWHERE/x, but \$NOWHERE is not known here"):
        open_train(settings(stage_to="$NOWHERE/x"))
    assert not list(here.glob("*NOWHERE*"))


def test_where_copies_lie_changes_no_name_of_an_index():
    one, other = settings(), settings(stage_to="node")
    assert (one.place, one.reading_place) == (other.place, other.reading_place)
