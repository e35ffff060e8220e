"""Epochs are taken over within one kind of machine alone, and a run says on what each was computed."""

import json
from pathlib import Path

import pytest
import xarray as xr
from provenance.trajectories.trainings import Killed, arrive, began, die, made, results, study, training
from relabelled import OTHER, relabel

from vestige.commands.make import make
from vestige.foundation import processor
from vestige.provenance import status


def machines(run):
    """On what each epoch of a run was computed, as its result says; "" for this machine."""
    with xr.open_dataset(training(study(), run).output) as made:
        return ["" if each == processor.describe() else each for each in made["machine"].values.tolist()]


def test_a_run_says_on_what_each_of_its_epochs_was_computed(here):
    made("baseline-seed0")
    assert machines("baseline-seed0") == [""] * 5


@pytest.mark.slow
def test_the_epochs_of_another_run_are_taken_over_from_the_same_kind_of_machine_alone(here, alone):
    made("baseline-seed0")
    relabel(Path("work/trajectories"))
    made("suppressed-seed0")
    assert began("suppressed-seed0") == 0
    assert machines("suppressed-seed0") == [""] * 5
    assert results() == alone("baseline-seed0") | alone("suppressed-seed0")
    assert json.loads(Path("benchmarks/tiny/training/suppressed-seed0.json").read_text())["passes"] == 4
    made("longer-seed0")
    assert began("longer-seed0") == 2  # from those of the suppressed run, which are the baseline's until then


@pytest.mark.slow
def test_a_clone_of_the_project_is_another_run(here, tmp_path, monkeypatch):
    made("baseline-seed0", scratch=str(tmp_path / "shared"))
    relabel(tmp_path / "shared/trajectories")
    arrive(tmp_path / "clone", monkeypatch)
    made("baseline-seed0", scratch=str(tmp_path / "shared"))
    assert began("baseline-seed0") == 0


@pytest.mark.slow
def test_a_run_goes_on_from_its_own_epochs_on_another_kind_of_machine_and_says_both(here, alone):
    longer = {"training__epochs": 6, "conditions__longer__epochs": 7}
    made("suppressed-seed0")
    relabel(Path("work/trajectories"))
    given = made("suppressed-seed0", **longer)
    assert began("suppressed-seed0") == 4
    assert machines("suppressed-seed0") == [OTHER] * 5 + [""] * 2
    assert status.judge_one(training(given, "suppressed-seed0")).state == status.PROVEN
    mine, others = results(), alone("suppressed-seed0", **longer)
    assert mine.keys() == others.keys()
    assert [path for path in mine if mine[path] != others[path]] == ["results/tiny/training/suppressed-seed0.nc"]


@pytest.mark.slow
def test_a_killed_run_is_continued_on_another_kind_of_machine(here, meanwhile):
    given = made()
    meanwhile({2: die})
    with pytest.raises(Killed):
        make(training(given))
    relabel(Path("work/trajectories"))
    make(training(given))
    assert began("baseline-seed0") == 2
    assert machines("baseline-seed0") == [OTHER] * 3 + [""] * 2
    assert not any(Path("work/training").iterdir())
