"""Trainings that have stopped."""

import pytest
from training.resume.walks import KEYS, fresh, walked

from vestige.training import resume
from vestige.training.resume import Trajectory


@pytest.fixture
def stopped(tmp_path):
    """A trajectory of which epochs 0, 1 and 2 were saved; the network, its momentum and the records then."""
    trajectory = Trajectory(tmp_path / "shared", KEYS[:4])
    return trajectory, *walked(trajectory, tmp_path / "first")


@pytest.fixture
def resumed(tmp_path):
    """What goes on along a trajectory in a folder of its own: the records."""
    return lambda trajectory: resume.resume(tmp_path / "mine", trajectory, *fresh())
