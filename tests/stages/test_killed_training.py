"""Training that was killed, or whose files were damaged, goes on to the same bits."""

import numpy as np
import pytest
import torch
from stages.toy import (
    CONDITIONS,
    CROPPED,
    SUPPRESSED,
    Killed,
    files,
    kill_after,
    settings,
    trained,
)
from torch import nn

from vestige.data.loader import split_of
from vestige.models.network import Network
from vestige.training import checkpoints, resume
from vestige.training.loop import one_pass
from vestige.training.optimizers.sgd import begin


@pytest.mark.parametrize("stopped_at", range(4))
@pytest.mark.parametrize("condition", CONDITIONS)
def test_training_that_was_killed_between_epochs_goes_on_to_the_same_bits(images, tmp_path, condition, stopped_at):
    never_stopped, noted = trained(tmp_path / "whole", images, condition), []
    kill_after(stopped_at, tmp_path / "killed", images, condition)
    resumed = trained(tmp_path / "killed", images, condition, note=noted.append)
    assert noted[0].startswith(f"epoch {stopped_at} of 3")
    assert resumed.identical(never_stopped)
    assert files(tmp_path / "killed") == files(tmp_path / "whole")


def test_training_with_random_crops_that_was_killed_goes_on_to_the_same_bits(images, tmp_path):
    never_stopped = trained(tmp_path / "whole", images, SUPPRESSED, **CROPPED)
    kill_after(1, tmp_path / "killed", images, SUPPRESSED, **CROPPED)
    assert trained(tmp_path / "killed", images, SUPPRESSED, **CROPPED).identical(never_stopped)
    assert files(tmp_path / "killed") == files(tmp_path / "whole")


@pytest.fixture
def fail_after(monkeypatch):
    """What lets so many files be written, and then dies in the middle of one; None lets all be written."""
    left, whole = [None], resume.write_whole

    def dying(path):
        if left[0] == 0:
            path.with_name(f".{path.name}.partial").write_bytes(b"half")
            raise Killed
        left[0] = left[0] and left[0] - 1
        return whole(path)

    for module in (resume, checkpoints):
        monkeypatch.setattr(module, "write_whole", dying)
    return lambda writes: left.__setitem__(0, writes)


@pytest.mark.parametrize("writes", range(8))
def test_training_that_was_killed_at_any_write_goes_on_to_the_same_bits(images, tmp_path, fail_after, writes):
    never_stopped = trained(tmp_path / "whole", images, SUPPRESSED)
    fail_after(writes)
    with pytest.raises(Killed):
        trained(tmp_path / "killed", images, SUPPRESSED)
    fail_after(None)
    assert trained(tmp_path / "killed", images, SUPPRESSED).identical(never_stopped)
    assert files(tmp_path / "killed") == files(tmp_path / "whole")


@pytest.mark.parametrize("damaged", ["00-weights-*", "02-weights-*", "03-weights-*", "03-state-*", "*-state-*", "*"])
def test_training_recovers_from_damaged_files_to_the_same_bits(images, tmp_path, damaged):
    never_stopped = trained(tmp_path, images)
    for path in list(tmp_path.glob(damaged)):
        path.write_bytes(path.read_bytes()[:-9])
    assert trained(tmp_path, images).identical(never_stopped)
    assert [checkpoints.read(tmp_path, epoch, never_stopped["checkpoint"].values[epoch]) for epoch in range(4)]


@pytest.mark.slow
def test_a_process_killed_in_the_middle_of_training_is_continued_to_the_same_bits(images, tmp_path):
    import os
    import signal
    import time

    never_stopped = trained(tmp_path / "whole", images, SUPPRESSED)
    (tmp_path / "killed").mkdir()
    for wait in (0.05, 0.1, 0.15, 0.2):
        if not (child := os.fork()):
            try:
                trained(tmp_path / "killed", images, SUPPRESSED)
            finally:
                os._exit(0)
        time.sleep(wait)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    assert trained(tmp_path / "killed", images, SUPPRESSED).identical(never_stopped)
    assert files(tmp_path / "killed") == files(tmp_path / "whole")


@pytest.mark.parametrize(("epoch", "expected"), [(0, [0, 1, 2, 3]), (2, [8, 9, 10, 11])])
def test_dropout_knows_the_step_of_training_without_having_seen_the_former_ones(images, epoch, expected):
    class Noting(nn.Module):
        """Stands for dropout, and notes of which step it is told."""

        def __init__(self):
            super().__init__()
            self.step, self.told = -1, []

        def forward(self, units):
            self.told.append(self.step)
            return units

    noting, flatten, fc = Noting(), nn.Flatten(), nn.Linear(64, 4)
    trunk = nn.Sequential(flatten, noting, fc)
    network = Network(trunk, {"flatten": flatten, "dropout": noting, "fc": fc}, {}, "fc", (noting,))
    train = split_of(images, settings().images, "train", 16, torch.device("cpu"))
    one_pass(network, begin(trunk), train, np.arange(len(train.labels)), settings(), epoch, 0.1, [])
    assert noting.told == expected
