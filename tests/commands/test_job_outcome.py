"""What became of a job that a run has started, as its result and its log show."""

import os
import time

import pytest

from vestige.commands.job_outcome import LINES, Started, end_of_logs, outcome

RESULT, LOG = "results/tiny/training/baseline-seed0.nc", "logs/tiny/training/baseline-seed0.log"
EPOCHS = "2026-01-01 00:00:00 epoch {} of 2, train_loss 0.1, val_loss 0.1000, val_accuracy {}\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder in which nothing was made yet."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def started(path: str = RESULT, rule: str = "training") -> Started:
    """A job that has started now."""
    return Started(path, rule, time.time(), time.monotonic())


def written(folder, path: str, text: str = "", age: float = 0) -> None:
    """Write a file, as if some seconds ago."""
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    os.utime(file, (time.time() - age,) * 2)


def test_a_training_has_the_accuracy_after_its_last_epoch(folder):
    job = started()
    written(folder, RESULT)
    written(folder, LOG, EPOCHS.format(1, 0.5) + EPOCHS.format(2, 0.9381))
    assert outcome(job) == "93.8 %"


def test_a_training_that_diverged_says_so(folder):
    job = started()
    written(folder, RESULT)
    written(folder, LOG, EPOCHS.format(1, 0.5) + "diverged in epoch 2: not finite from step 3 of 23 on\n")
    assert outcome(job) == "diverged"


def test_another_stage_has_no_accuracy(folder):
    job = started("results/tiny/claims.nc", "claims")
    written(folder, "results/tiny/claims.nc")
    written(folder, "logs/tiny/claims.log", EPOCHS.format(1, 0.5))
    assert outcome(job) == ""


def test_a_result_that_was_proven_before_is_not_called_made(folder):
    written(folder, RESULT, age=60)
    assert outcome(started()) == "was there"


def test_an_accuracy_of_a_former_log_is_not_told(folder):
    written(folder, LOG, EPOCHS.format(2, 0.9), age=60)
    job = started()
    written(folder, RESULT)
    assert outcome(job) == ""


def test_of_a_log_the_last_lines_are_shown(folder):
    job = started()
    written(folder, LOG, "".join(f"line {i}\n" for i in range(40)))
    shown = [*end_of_logs(job, [LOG])]
    assert shown == [f"the end of its log, {LOG}:", *(f"  line {i}" for i in range(40 - LINES, 40))]


def test_a_log_of_a_former_attempt_is_not_shown_for_this_one(folder):
    written(folder, LOG, "ValueError: long ago\n", age=60)
    assert [*end_of_logs(started(), [LOG])] == ["it ended before its log began: what it said stands above"]
