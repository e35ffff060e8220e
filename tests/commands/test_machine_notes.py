"""`vestige verify` says which trainings were computed on several kinds of machine, and calls none stale for it."""

from pathlib import Path

import pytest
import xarray as xr
from engines import run, study_of

from vestige.commands.machine_notes import describe_epochs, notes
from vestige.provenance import proofs, results, status

BASELINE = "results/tiny/training/baseline-seed0.nc"
OTHERS = "results/tiny/training/baseline-seed1.nc", "results/tiny/training/suppressed-seed0.nc"


def computed_on(path: str, machines: list[str]) -> None:
    """Write a training result again, as if its epochs had been computed on these kinds of machine."""
    stamp = proofs.read_proof(Path(path))
    with xr.open_dataset(path) as opened:
        made = opened.load().drop_attrs(deep=False)
    results.write_dataset(Path(path), made.assign(machine=("epoch", machines, made["machine"].attrs)), stamp)


@pytest.mark.parametrize(
    ("machines", "said"),
    [
        (["X"], "epochs 0 on X"),
        (["X", "X", "X", "X", "Y", "Y"], "epochs 0 to 3 on X, 4 to 5 on Y"),
        (["X", "Y", "X", "X and Y"], "epochs 0 on X, 1 on Y, 2 on X, 3 on X and Y"),
    ],
)
def test_epochs_are_named_by_the_machine_that_computed_them(machines, said):
    assert describe_epochs(machines) == said


def test_nothing_is_said_where_all_was_computed_on_one_kind_of_machine(project):
    assert "note:" not in run(project, "vestige verify").stdout


def test_a_mixture_within_a_run_and_over_runs_is_a_line_each_and_nothing_is_stale(project, monkeypatch):
    monkeypatch.chdir(project)
    computed_on(BASELINE, ["X", "X", "Y"])
    computed_on(OTHERS[0], ["Y"] * 3)
    found = status.judge(study_of(project))
    assert found[BASELINE].state == found[OTHERS[0]].state == status.PROVEN
    first, second = notes(found)
    assert first == f"note: {BASELINE}: epochs 0 to 1 on X, 2 on Y"
    assert second.startswith("note: the study was trained on several kinds of machine, ")
    assert "1 run on Y" in second
