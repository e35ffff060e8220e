"""A training that stopped goes on from what was kept of it, to the same bits, and from nothing else."""

import json

import torch
from training.resume.walks import KEYS, fresh, step

from vestige.training import resume
from vestige.training.resume import Trajectory


def same(one, other):
    return all(torch.equal(one[key], other[key]) for key in one)


def test_a_folder_that_is_empty_or_absent_holds_nothing_to_go_on_from(tmp_path, resumed):
    assert resumed(Trajectory(tmp_path / "absent", KEYS)) == resumed(Trajectory(tmp_path, KEYS)) == []


def test_weights_momentum_and_records_come_back_to_the_last_bit(stopped, tmp_path):
    trajectory, network, momentum, records = stopped
    mine, my_momentum = fresh()
    assert json.dumps(resume.resume(tmp_path / "mine", trajectory, mine, my_momentum)) == json.dumps(records)
    assert same(mine.trunk.state_dict(), network.trunk.state_dict())
    assert same(my_momentum, momentum)


def test_the_next_step_is_that_of_a_training_that_never_stopped(stopped, tmp_path):
    trajectory, network, momentum, _ = stopped
    mine, my_momentum = fresh()
    resume.resume(tmp_path / "mine", trajectory, mine, my_momentum)
    for each in ((network, momentum), (mine, my_momentum)):
        step(*each, seed=5)
    assert same(mine.trunk.state_dict(), network.trunk.state_dict())


def test_the_state_of_a_longer_run_is_none_of_a_shorter_one_s(stopped, resumed):
    trajectory, *_ = stopped
    assert len(resumed(Trajectory(trajectory.folder, KEYS[:2]))) == 2


def test_every_checkpoint_that_went_before_comes_with_what_is_resumed(stopped, resumed, tmp_path):
    trajectory, *_ = stopped
    resumed(trajectory)
    first, mine = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("first", "mine"))
    assert first == mine
    assert len(mine) == 3
