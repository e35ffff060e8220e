"""A Slurm that stops answering is waited for no longer than one whose jobs do not end."""

import pytest

from vestige.engines import slurm


@pytest.mark.parametrize(
    ("answer", "told"), [(None, "Slurm does not answer"), (["7", "9"], "cancelled Slurm jobs do not end: 7;")]
)
def test_it_is_told_what_it_waited_for(monkeypatch, answer, told):
    monkeypatch.setattr(slurm, "PATIENCE", -1)
    monkeypatch.setattr(slurm, "list_submitted", lambda: answer)
    monkeypatch.setattr(slurm.subprocess, "run", lambda *said, **how: None)
    with pytest.raises(RuntimeError, match=told):
        slurm.cancel(["7", "8"])
