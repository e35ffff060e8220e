"""The scratch folder may lie elsewhere and changes nothing, and what cannot be used, or says nothing, is refused."""

from pathlib import Path

import engine_jobs
import engines
import pytest
from provenance.trajectories.trainings import kinds, made, results, study, training

from vestige import pipeline
from vestige.config import loading
from vestige.provenance import scratch, status


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"training__independent": False}, "training.independent: found false; allowed: true"),
        ({"scratch": ""}, 'scratch: found ""; allowed: text'),
        ({"scratch": 3}, "scratch: found 3; allowed: text"),
    ],
)
def test_values_that_say_nothing_are_refused(change, says):
    with pytest.raises(loading.StudyRefused, match=says):
        study(**change)


def test_a_scratch_folder_elsewhere_changes_no_byte_and_makes_nothing_stale(here, tmp_path, alone, monkeypatch):
    monkeypatch.setenv("FAST_DISK", str(tmp_path / "fast"))
    given = made("baseline-seed0", scratch="$FAST_DISK/vestige")
    assert kinds(tmp_path / "fast/vestige")[0] == 5
    assert not Path("work/trajectories").exists()
    assert results() == alone("baseline-seed0")
    for said in (given, study()):
        assert status.judge_one(training(said)).state == status.PROVEN


def test_the_scratch_folder_is_in_no_setting_and_in_neither_engine():
    given = study(scratch="elsewhere", save_minutes=3)
    assert {job.output: job.settings for job in pipeline.jobs(given)} == {
        job.output: job.settings for job in pipeline.jobs(study())
    }


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("$NOT_SET_ANYWHERE/x", "but $NOT_SET_ANYWHERE is not known here"),
        ("${NOT_SET_ANYWHERE}", "but ${NOT_SET_ANYWHERE} is not known here"),
        ("~no_such_person/x", "but ~no_such_person is not known here"),
        ("params.yaml", "cannot be written to (Not a directory)"),
        ("/proc/nowhere", "cannot be written to (No such file or directory)"),
        ("results/tiny", "'results/tiny', which cannot be used"),
        (".", "'.', which cannot be used"),
        ("  ", "'  ', which cannot be used"),
    ],
)
def test_a_scratch_folder_that_cannot_be_used_is_refused_before_anything_is_trained(here, said, why):
    with pytest.raises(scratch.ScratchRefused) as refused:
        made("baseline-seed0", scratch=said)
    assert why in str(refused.value)
    assert "leave the key out" in str(refused.value)
    assert not Path("results/tiny/training/baseline-seed0.nc").exists()


def test_home_and_variables_are_filled_in(monkeypatch):
    monkeypatch.setenv("HOME", "/home/you")
    assert scratch.scratch(study(scratch="~/fast")) == Path("/home/you/fast")
    assert scratch.scratch(study(scratch="${HOME}/$HOME")) == Path("/home/you//home/you")
    assert scratch.scratch(study()) == Path("work")


@pytest.mark.nightly
def test_neither_engine_calls_anything_stale_when_the_scratch_folder_moves(project):
    engines.edit(project, "scratch", to="elsewhere")
    assert engine_jobs.snakemake_stale(project) == engine_jobs.dvc_stale(project) == set()
    engines.edit(project, "training", "epochs", to=3)
    engines.run(project, "vestige make results/tiny/training/baseline-seed0.nc")
    assert (project / "elsewhere/trajectories").is_dir()
