"""What is kept of a training that stops, and what is made of it when it is damaged."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from relabelled import OTHER, relabel

from vestige.models.bottleneck_resnet import Settings
from vestige.models.network import build
from vestige.training import checkpoints, resume
from vestige.training.optimizers import sgd
from vestige.training.optimizers.sgd import begin
from vestige.training.resume import Trajectory

KEYS = tuple("abcdef")
SETTINGS = Settings(family="bottleneck_resnet", blocks=(1, 1, 1, 1), width=2)


def fresh():
    network = build(SETTINGS, channels=1, classes=3, seed=0)
    return network, begin(network.trunk)


def step(network, momentum, seed):
    images = torch.randn(8, 1, 8, 8, generator=torch.Generator().manual_seed(seed))
    network.trunk(images).square().sum().backward()
    sgd.step(network.trunk, momentum, 0.1, SimpleNamespace(momentum=0.9, weight_decay=1e-4))


def walked(trajectory, folder, epochs=3):
    """A network whose epochs were saved, its momentum and the records then."""
    (network, momentum), records = fresh(), []
    for epoch in range(epochs):
        record = {"val_loss": 0.1 + epoch, "nan": float("nan")}
        records = resume.save(folder, trajectory, network, momentum, [*records, record])
        if epoch < epochs - 1:
            step(network, momentum, epoch)
    return network, momentum, records


@pytest.fixture
def stopped(tmp_path):
    """A trajectory of which epochs 0, 1 and 2 were saved; the network, its momentum and the records then."""
    trajectory = Trajectory(tmp_path / "shared", KEYS[:4])
    return trajectory, *walked(trajectory, tmp_path / "first")


@pytest.fixture
def resumed(tmp_path):
    """What goes on along a trajectory in a folder of its own: the records."""
    return lambda trajectory: resume.resume(tmp_path / "mine", trajectory, *fresh())


def same(one, other):
    return all(torch.equal(one[key], other[key]) for key in one)


def states(trajectory):
    return [epoch for epoch, _ in trajectory.states()]


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


def cut(path):
    path.write_bytes(path.read_bytes()[:-5])


def flip(path):
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))


def empty(path):
    path.write_bytes(b"")


def remove(path):
    path.unlink()


@pytest.mark.parametrize("damage", [cut, flip, empty, remove])
@pytest.mark.parametrize(
    ("damaged", "remaining"),
    [
        ("c-state-*", 2),
        ("c-weights-*", 2),
        ("b-weights-*", 0),
        ("a-weights-*", 0),
        ("*-state-*", 0),
    ],
)
def test_what_is_damaged_sends_back_to_the_last_sound_epoch(stopped, resumed, damage, damaged, remaining):
    trajectory, *_ = stopped
    for path in list(trajectory.folder.glob(damaged)):
        damage(path)
    assert len(resumed(trajectory)) == remaining


def test_a_checkpoint_beyond_the_last_state_is_not_trusted(stopped, resumed, tmp_path):
    trajectory, network, *_ = stopped
    sha256 = checkpoints.write(tmp_path / "later", network.trunk)
    resume.place(tmp_path / "later", trajectory.weights(3, sha256))
    assert len(resumed(trajectory)) == 3


def test_a_file_half_written_by_a_killed_attempt_does_no_harm(stopped, resumed):
    trajectory, *_ = stopped
    (trajectory.folder / ".d-state-abc.safetensors.x1y2").write_bytes(b"half")
    (trajectory.folder / ".d-state-abc.safetensors").write_bytes(b"half")
    assert len(resumed(trajectory)) == 3


def test_a_state_under_the_name_of_another_trajectory_is_passed_over(stopped, resumed):
    trajectory, *_ = stopped
    other = Trajectory(trajectory.folder, tuple("xyz"))
    for path in list(trajectory.folder.iterdir()):
        path.rename(path.with_name("xyz"["abc".index(path.name[0])] + path.name[1:]))
    assert resumed(other) == []


def test_the_state_of_a_longer_run_is_none_of_a_shorter_one_s(stopped, resumed):
    trajectory, *_ = stopped
    assert len(resumed(Trajectory(trajectory.folder, KEYS[:2]))) == 2


def test_every_checkpoint_that_went_before_comes_with_what_is_resumed(stopped, resumed, tmp_path):
    trajectory, *_ = stopped
    resumed(trajectory)
    first, mine = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("first", "mine"))
    assert first == mine
    assert len(mine) == 3


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


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


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


# Other runs and other machines


@pytest.fixture
def elsewhere(stopped):
    """The trajectory as another run sees it, after a run has left three epochs on another kind of machine."""
    trajectory, *_ = stopped
    relabel(trajectory.folder, run="mine")
    return replace(trajectory, run="mine", machine="here"), replace(trajectory, run="theirs", machine="here")


def test_a_run_goes_on_from_its_own_epochs_on_any_machine(elsewhere, resumed):
    assert [record["machine"] for record in resumed(elsewhere[0])] == [OTHER] * 3


def test_what_another_run_has_computed_on_another_kind_of_machine_is_not_taken_over_and_stays(elsewhere, resumed):
    before = files(elsewhere[1].folder)
    assert resumed(elsewhere[1]) == []
    assert files(elsewhere[1].folder) == before


def test_what_another_run_has_computed_on_the_same_kind_of_machine_is_taken_over(elsewhere, resumed):
    assert len(resumed(replace(elsewhere[1], machine=OTHER))) == 3


def test_a_mixture_that_another_run_has_left_is_taken_over_on_neither_kind_of_machine(tmp_path, resumed):
    trajectory = Trajectory(tmp_path / "shared", KEYS, run="mine", machine="here")
    (network, momentum), records = fresh(), []
    for machine in ("here", "here", OTHER):
        at = replace(trajectory, machine=machine)
        records = resume.save(tmp_path / "mine", at, network, momentum, [*records, {"val_loss": 1.0}])
    assert [epoch for epoch, _ in at.states()] == [2, 1]
    assert [len(resumed(replace(at, run="theirs", machine=each))) for each in ("here", OTHER)] == [2, 0]
    assert len(resumed(replace(at, machine="a third"))) == 3


@pytest.mark.parametrize("machine", ["here", OTHER])
def test_a_run_removes_its_own_states_alone(elsewhere, tmp_path, machine):
    mine, theirs = elsewhere
    before = files(mine.folder)
    walked(replace(theirs, machine=machine), tmp_path / "theirs")
    resume.forget(replace(theirs, machine=machine), 9)
    assert {name for name in files(mine.folder) if "-state-" in name} == {name for name in before if "-state-" in name}


def test_a_state_whose_name_tells_of_another_machine_than_it_does_itself_is_passed_over(elsewhere, resumed):
    mine, theirs = elsewhere
    for path in list(mine.folder.glob("*-state-*")):
        key, state, run, _, sha256 = path.name.split("-")
        path.rename(path.with_name("-".join([key, state, run, resume.kind_of(["here"]), sha256])))
    assert resumed(theirs) == []
