"""Snakemake looks for jobs to start when one has ended, and no more often the more jobs have."""

from types import SimpleNamespace

import pytest
from engines import run

from vestige.engines.snakemake_metadata import UNASKED, look_when_jobs_end

JOBS = 8
SNAKEFILE = f"""
from vestige.engines.snakemake_metadata import look_when_jobs_end

looks = []

rule every:
    input:
        [f"{{number}}.txt" for number in range({JOBS})],

rule one:
    output:
        "{{number}}.txt",
    shell:
        "sleep 0.4; touch {{output}}"

onstart:
    look_when_jobs_end(workflow)
    select = workflow.scheduler.job_selector
    workflow.scheduler.job_selector = lambda jobs: looks.append(1) or select(jobs)

onsuccess:
    with open("looks", "w") as file:
        print(len(looks), file=file)
"""


@pytest.mark.slow
def test_it_looks_once_for_each_job(tmp_path):
    (tmp_path / "Snakefile").write_text(SNAKEFILE)
    run(tmp_path, "snakemake --cores 1 --quiet all")
    assert int((tmp_path / "looks").read_text()) <= JOBS + 2


@pytest.mark.parametrize("limit", [(100, 60), (1, 1)])
def test_a_limit_that_was_asked_for_stays(limit):
    asked = SimpleNamespace(max_jobs=limit[0], timespan=limit[1])
    scheduler = SimpleNamespace(job_rate_limiter=asked)
    look_when_jobs_end(SimpleNamespace(scheduler=scheduler))
    assert scheduler.job_rate_limiter is asked


def test_that_which_was_not_asked_for_goes():
    scheduler = SimpleNamespace(job_rate_limiter=SimpleNamespace(max_jobs=UNASKED[0], timespan=UNASKED[1]))
    look_when_jobs_end(SimpleNamespace(scheduler=scheduler))
    assert scheduler.job_rate_limiter is None
    look_when_jobs_end(SimpleNamespace())  # a Snakemake that limits nothing
