"""The `resources` of the Snakefile's rules: what each job may take, by its price, as functions that Snakemake calls.

Snakemake calls none while it reads the Snakefile, only for jobs that it runs or shows; the first call reads the records
of former jobs. No result depends on any of it.
"""

from collections.abc import Callable
from functools import cache

from vestige.commands import cost_records
from vestige.commands.cost_estimates import Price, make_pricer
from vestige.commands.job_limits import MEGABYTES, default_minutes, limits
from vestige.config.study import Study
from vestige.engines import snakemake_metadata
from vestige.engines.snakefile import job_of
from vestige.pipeline import Job


def runtime(study: Study, stage: str) -> Callable:
    """A rule's `runtime` in minutes: at the second attempt twice as long, at the third three times."""

    def minutes(wildcards, attempt: int) -> int:
        job = job_of(study, stage, wildcards)
        return attempt * (limits(price(job)).minutes or default_minutes(job.stage))

    return minutes


def mem_mb(study: Study, stage: str, workflow) -> Callable:
    """A rule's `mem_mb`: doubled at each attempt. Where nobody knows it begins with the profile's default."""

    def megabytes(wildcards, attempt: int) -> int:
        job = job_of(study, stage, wildcards)
        known = limits(price(job)).megabytes
        usual = snakemake_metadata.default_resource(workflow, "mem_mb") or MEGABYTES
        return 2 ** (attempt - 1) * (known or usual * job.devices)

    return megabytes


def price(job: Job) -> Price:
    """What a job costs whole: where it runs, a training need not find what it would go on from."""
    return pricer_of_records()(job, whole=True)


@cache
def pricer_of_records() -> Callable[..., Price]:
    """What tells prices by the records that are here, which are read once."""
    return make_pricer(cost_records.records())
