"""What Snakemake planned its jobs with lies in a file, and a job with another text than that is not made."""

import json
from pathlib import Path

import pytest
from engines import TINY

from vestige import pipeline
from vestige.config import loading
from vestige.engines import plans


@pytest.fixture
def jobs(tmp_path, monkeypatch):
    """The jobs of a study, with which an engine has planned."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv(plans.PLAN, raising=False)
    study = loading.of_text(TINY.read_text(), Path("params.yaml"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(plans.PLAN, "")
        patch.delenv(plans.PLAN)
        plans.note_plan(study)
        plans.read_plan.cache_clear()
        yield [*pipeline.jobs(study)]
        patch.delenv(plans.PLAN, raising=False)


def test_jobs_have_the_texts_with_which_they_were_planned(jobs):
    assert all(map(plans.is_planned, jobs))


def test_a_job_of_an_edited_study_has_another(jobs):
    edited = loading.of_text(TINY.read_text().replace("momentum: 0.9", "momentum: 0.5"), Path("params.yaml"))
    others = {job.output for job in pipeline.jobs(edited) if not plans.is_planned(job)}
    assert others == {job.output for job in jobs if job.stage.resumes or job.stage.name == "report"}


@pytest.mark.parametrize("text", ["", "{", "[]", None])
def test_a_plan_that_is_gone_or_damaged_is_named_and_written_anew(jobs, text, monkeypatch):
    path = Path(plans.os.environ[plans.PLAN])
    path.unlink() if text is None else path.write_text(text)
    with pytest.raises(plans.PlanLost, match="is gone or damaged: start it again"):
        plans.is_planned(jobs[0])
    monkeypatch.delenv(plans.PLAN)
    plans.note_plan(jobs[0].study)
    assert json.loads(path.read_text()).keys() == {job.output for job in jobs}


def test_plans_that_nobody_runs_by_any_more_go(jobs, monkeypatch):
    old = plans.FOLDER / "old.json"
    old.write_text("{}")
    plans.os.utime(old, (0, 0))
    monkeypatch.delenv(plans.PLAN)
    plans.note_plan(jobs[0].study)
    assert [path.name for path in plans.FOLDER.iterdir()] == [Path(plans.os.environ[plans.PLAN]).name]


def test_without_an_engine_nothing_was_planned(jobs, monkeypatch):
    monkeypatch.delenv(plans.PLAN)
    assert all(map(plans.is_planned, jobs))
