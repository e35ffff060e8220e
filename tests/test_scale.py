"""On a study of a thousand results, the commands and both engines give the right answer, and the same."""

import json

import pytest
from engines import dvc_stale, edit, run, snakemake_stale, study_of, unproven, without_checkpoints
from synthetic import synthetic_project

from vestige import pipeline


def planned(project) -> dict[str, bool]:
    """What `vestige plan` lists: by result, whether it runs for certain."""
    return {each["result"]: each["certain"] for each in json.loads(run(project, "vestige plan --json").stdout)["jobs"]}


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    ("conditions", "seeds", "least"),
    [pytest.param(3, 2, 24, marks=pytest.mark.slow), pytest.param(25, 10, 1000, marks=pytest.mark.nightly)],
)
def test_a_wide_study_is_proven_synced_and_planned(tmp_path, conditions, seeds, least):
    project = synthetic_project(tmp_path / "project", conditions, seeds)
    jobs = {job.output: job for job in pipeline.jobs(study_of(project))}
    assert len(jobs) >= least
    assert unproven(project) == planned(project) == {}
    run(project, "vestige sync", timeout=1200)
    assert snakemake_stale(project) == dvc_stale(project) == set()
    edit(project, "training", "momentum", to=0.5)
    upon = {path for path, job in jobs.items() if "training" in job.settings}
    behind = {path for path, job in jobs.items() if upon & {each.output for each in job.upstream}}
    assert {path for path, certain in planned(project).items() if certain} == upon
    assert set(planned(project)) == set(unproven(project)) == upon | behind
    made = {path for output in upon | behind for path in (output, *jobs[output].beside)}
    assert snakemake_stale(project) == without_checkpoints(dvc_stale(project)) == made
