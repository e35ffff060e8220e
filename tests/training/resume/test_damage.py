"""What is damaged, or of another trajectory, is passed over for the last sound epoch."""

import pytest

from vestige.training import checkpoints, resume
from vestige.training.resume import Trajectory


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
