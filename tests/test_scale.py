"""On a study of a thousand results, the commands and both engines give the right answer, and the same."""

import json
import shutil

import pytest
from engine_jobs import dvc_stale, snakemake_stale, without_checkpoints
from engines import edit, run, study_of, unproven
from synthetic import synthetic_project

from vestige import pipeline


def planned(project) -> dict[str, bool]:
    """What `vestige plan` lists: by result, whether it runs for certain."""
    return {each["result"]: each["certain"] for each in json.loads(run(project, "vestige plan --json").stdout)["jobs"]}


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    ("conditions", "seeds", "least"),
    [pytest.param(3, 2, 24, marks=pytest.mark.nightly), pytest.param(25, 10, 1000, marks=pytest.mark.nightly)],
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
    behind = {path for path, job in jobs.items() if upon & {each.output for each in job.upstream_jobs}}
    assert {path for path, certain in planned(project).items() if certain} == upon
    assert set(planned(project)) == set(unproven(project)) == upon | behind
    made = {path for output in upon | behind for path in (output, *jobs[output].files_beside)}
    assert snakemake_stale(project) == without_checkpoints(dvc_stale(project)) == made


@pytest.mark.nightly
def test_a_pair_whose_two_networks_are_as_before_is_not_computed_again_though_dvc_asks_for_it(tmp_path):
    project, name = synthetic_project(tmp_path / "project", 2, 2), "between@wide-baselines-0"
    run(project, "vestige sync")
    pair, trainings = project / "results/wide/between/baselines-seed0.nc", project / "results/wide/training"
    before = pair.read_bytes()
    shutil.copy(trainings / "baseline-seed0.nc", trainings / "another-seed0.nc")
    assert f"{name}:" in run(project, f"dvc status {name}").stdout
    assert "baselines-seed0.nc is current" in run(project, f"dvc repro --single-item {name}").stdout
    assert pair.read_bytes() == before
    assert "up to date" in run(project, f"dvc status {name}").stdout
