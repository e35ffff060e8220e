"""Which checkpoints and states of a training are kept, and that they lie on a disk once."""

import json

import pytest
from training.resume.walks import KEYS, files, fresh, walked

from vestige.training import resume
from vestige.training.resume import Trajectory


def states(trajectory):
    return [epoch for epoch, _ in trajectory.states()]


def test_what_is_shared_on_one_disk_lies_there_once(stopped, tmp_path):
    trajectory, *_ = stopped
    shared = {path.stat().st_ino for path in trajectory.folder.glob("*-weights-*")}
    assert {path.stat().st_ino for path in (tmp_path / "first").iterdir()} == shared


def test_other_disks_hold_copies(stopped, tmp_path, monkeypatch):
    trajectory, network, momentum, records = stopped
    monkeypatch.setattr("os.link", lambda *paths: (_ for _ in ()).throw(OSError(18, "Invalid cross-device link")))
    elsewhere = Trajectory(tmp_path / "elsewhere", KEYS)
    walked(elsewhere, tmp_path / "second")
    assert files(elsewhere.folder) == files(trajectory.folder)
    assert json.dumps(resume.resume(tmp_path / "third", elsewhere, *fresh())) == json.dumps(records)


def test_two_runs_of_one_trajectory_write_the_same_files(stopped, tmp_path):
    trajectory, *_ = stopped
    before = files(trajectory.folder)
    walked(trajectory, tmp_path / "second")
    assert files(trajectory.folder) == before


def test_a_second_name_for_what_has_it_already_leaves_nothing_behind(stopped):
    trajectory, *_ = stopped
    one = next(trajectory.folder.glob("*-weights-*"))
    before = sorted(trajectory.folder.iterdir())
    resume.place(one, one)
    assert sorted(trajectory.folder.iterdir()) == before


def test_the_newest_states_are_kept_and_every_checkpoint(stopped):
    trajectory, *_ = stopped
    assert states(trajectory) == [2, 1]
    assert len(list(trajectory.folder.glob("*-weights-*"))) == 3


def test_lasting_states_stay(tmp_path):
    trajectory = Trajectory(tmp_path / "shared", KEYS, frozenset({1, 5}))
    walked(trajectory, tmp_path / "mine", epochs=6)
    assert states(trajectory) == [5, 4, 1]
    resume.forget(trajectory, 6)
    assert states(trajectory) == [5, 1]


@pytest.mark.parametrize("gone", ["*-state-*", "*-weights-*", "*"])
def test_what_another_removes_meanwhile_costs_time_alone(stopped, resumed, tmp_path, gone, monkeypatch):
    trajectory, *_ = stopped
    listed = trajectory.states()
    monkeypatch.setattr(Trajectory, "states", lambda self: listed)
    for path in list(trajectory.folder.glob(gone)):
        path.unlink()
    assert resumed(trajectory) == []
    walked(trajectory, tmp_path / "again")


def test_what_may_not_be_removed_stays(tmp_path):
    resume.remove(tmp_path)
    assert tmp_path.is_dir()
