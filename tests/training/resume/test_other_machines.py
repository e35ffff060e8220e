"""What other runs have computed, on this kind of machine or another, is taken over or left alone."""

from dataclasses import replace

import pytest
from relabelled import OTHER, relabel
from training.resume.walks import KEYS, files, fresh, walked

from vestige.training import resume
from vestige.training.resume import Trajectory


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
