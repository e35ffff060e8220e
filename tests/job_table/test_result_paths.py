"""Every result has a path of its own, comes after all that it reads, and is found by its path."""

import pytest
from job_table.shipped import STUDY

from vestige import pipeline


def test_a_result_is_made_after_all_that_it_reads():
    before = set()
    for job in pipeline.jobs(STUDY):
        assert {each.output for each in job.inputs} <= before
        before.add(job.output)


def test_no_two_results_have_the_same_path():
    jobs = list(pipeline.jobs(STUDY))
    paths = [path for job in jobs for path in (job.output, job.log, *job.files_beside)]
    assert len(paths) == len(set(paths))


@pytest.mark.parametrize(
    ("path", "output"),
    [
        ("results/digits/images.nc", "results/digits/images.nc"),
        ("results/digits/training/baseline-seed0.nc", "results/digits/training/baseline-seed0.nc"),
        ("results/digits/figures/emergence.png", "results/digits/figures/emergence.png"),
        ("results/digits/figures/emergence.pdf", "results/digits/figures/emergence.png"),
        ("results/digits/figures/emergence.csv", "results/digits/figures/emergence.png"),
    ],
)
def test_a_path_is_found_with_the_job_that_makes_it(path, output):
    assert pipeline.find(STUDY, path).output == output


@pytest.mark.parametrize(
    ("path", "nearest"),
    [
        ("results/digits/image.nc", "results/digits/images.nc"),
        ("results/digits/trainin/baseline-seed0.nc", "results/digits/training/baseline-seed0.nc"),
        ("results/digits/training/baseline-seed9.nc", "results/digits/training/baseline-seed"),
        ("results/digits/training/baseline-seed0.png", "results/digits/training/baseline-seed0.nc"),
        ("results/digits/selectivity/supressed-seed1.nc", "results/digits/selectivity/suppressed-seed1.nc"),
        ("results/digits/figures/emergance.png", "results/digits/figures/emergence.p"),
        ("results/mnist/selectivity/suppressed-seed1.nc", "results/digits/selectivity/suppressed-seed1.nc"),
        ("selectivity/suppressed-seed1.nc", "results/digits/selectivity/suppressed-seed1.nc"),
        ("results/digits/ablation/promoted-seed0.nc", "results/digits/"),
    ],
)
def test_a_path_that_is_no_result_is_refused_with_the_nearest(path, nearest):
    with pytest.raises(pipeline.UnknownResult) as refused:
        pipeline.find(STUDY, path)
    assert f"{path} is no result of the study 'digits'; did you mean {nearest}" in str(refused.value)
