"""What lies at a place: links, leftovers, what comes and goes."""

import os

import pytest

from vestige.provenance.image_files import list_folder


@pytest.fixture
def place(tmp_path):
    """A folder with a class of two files, and a tar."""
    (tmp_path / "train" / "ant").mkdir(parents=True)
    for path in ("train/ant/1.jpg", "train/ant/2.jpg", "shard.tar"):
        (tmp_path / path).write_text(path)
    return tmp_path


def listed(place):
    list_folder.cache_clear()
    return list_folder(str(place))


def test_files_and_folders_are_listed_by_name(place):
    assert sorted(listed(place)) == ["shard.tar", "train"]
    assert listed(place) == listed(place)


@pytest.mark.parametrize(
    ("change", "changed"),
    [
        (lambda place: (place / "train/ant/1.jpg").write_text("other"), {"train"}),
        (lambda place: (place / "train/ant/3.jpg").write_text(""), {"train"}),
        (lambda place: (place / "train/ant/2.jpg").unlink(), {"train"}),
        (lambda place: os.utime(place / "shard.tar", (1, 1)), {"shard.tar"}),
        (lambda place: (place / "new.tar").write_text(""), {"new.tar"}),
    ],
)
def test_a_change_is_seen_where_it_is(place, change, changed):
    before = listed(place)
    change(place)
    after = listed(place)
    assert {name for name in before | after if before.get(name) != after.get(name)} == changed


@pytest.mark.parametrize("name", [".DS_Store", "train/.DS_Store", "train/Thumbs.db"])
def test_what_systems_leave_behind_is_no_change(place, name):
    before = listed(place)
    (place / name).write_text("")
    assert listed(place) == before


def test_links_that_lead_back_up_end(place):
    for name in ("up", "again"):
        (place / "train" / name).symlink_to(place)
    assert sorted(listed(place)) == ["shard.tar", "train"]


def test_links_to_nowhere_and_places_that_are_not_here_are_nothing(place):
    (place / "train" / "gone").symlink_to(place / "nowhere")
    assert sorted(listed(place)) == ["shard.tar", "train"]
    assert listed(place / "nowhere") == {}
    assert listed(place / "shard.tar") == {}


def test_a_link_to_itself_hides_no_change(tmp_path):
    (tmp_path / "train").mkdir()
    (tmp_path / "train" / "self").symlink_to("self")
    (tmp_path / "self").symlink_to("self")
    list_folder.cache_clear()
    before = list_folder(str(tmp_path))
    (tmp_path / "train" / "a.png").write_bytes(b"a")
    list_folder.cache_clear()
    assert list_folder(str(tmp_path)) != before
