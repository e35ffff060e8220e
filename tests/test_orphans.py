"""A Slurm that stops answering is waited for no longer than one whose jobs do not end."""

import pytest

from vestige.fronts import slurm


@pytest.mark.parametrize("answer", [None, ["7", "8"]], ids=["no answer", "one of two jobs is left"])
def test_cancelled_jobs_that_do_not_end_are_named(monkeypatch, answer):
    monkeypatch.setattr(slurm, "PATIENCE", -1)
    monkeypatch.setattr(slurm, "submitted", lambda: answer)
    monkeypatch.setattr(slurm.subprocess, "run", lambda *said, **how: None)
    with pytest.raises(RuntimeError, match="cancelled Slurm jobs do not end: 7"):
        slurm.cancel(["7"])
