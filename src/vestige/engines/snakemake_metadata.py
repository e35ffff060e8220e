"""Snakemake's memory: what it takes for current, what it is told.

`snakemake --touch` would tell it a tenth of a second for each job, and only of all jobs or of named ones; the same
record is written here in a thousandth. All that is taken from within Snakemake is in this file.
"""

import json
import os
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from vestige.engines import internals
from vestige.provenance import hashing

SNAKEMAKE = internals.Engine("Snakemake", "snakemake", tested="9.27.1")
MEMBERS = (
    "snakemake.api:SnakemakeApi(output_settings)",
    "snakemake.api:SnakemakeApi.__enter__(self)",
    "snakemake.api:SnakemakeApi.__exit__(self, kind, error, trace)",
    "snakemake.api:SnakemakeApi.workflow(self, resource_settings=, snakefile=)",
    "snakemake.api:WorkflowApi.dag(self, dag_settings)",
    "snakemake.api:WorkflowApi._workflow",
    "snakemake.exceptions:WorkflowError",
    "snakemake.settings.types:DAGSettings(max_checksum_file_size=)",
    "snakemake.settings.types:ExecutionSettings(lock=)",
    "snakemake.settings.types:OutputSettings(quiet=, enable_file_logging=)",
    "snakemake.settings.types:Quietness.ALL",
    "snakemake.settings.types:ResourceSettings(cores=)",
    "snakemake.workflow:Workflow.execution_settings",
    "snakemake.workflow:Workflow._prepare_dag(self, forceall=, ignore_incomplete=, lock_warn_only=)",
    "snakemake.workflow:Workflow._build_dag(self)",
    "snakemake.workflow:Workflow.async_run(self, coroutine)",
    "snakemake.workflow:Workflow.dag",
    "snakemake.workflow:Workflow.persistence",
    "snakemake.dag:DAG.jobs",
    "snakemake.jobs:Job.input",
    "snakemake.jobs:Job.output",
    "snakemake.persistence:MetadataRecord(params=)",
    "snakemake.persistence.file:FilePersistence.has_metadata(self, job)",
    "snakemake.persistence.file:FilePersistence.has_outdated_metadata(self, job)",
    "snakemake.persistence.file:FilePersistence._filter_incomplete_keys(self, paths)",
    "snakemake.persistence.file:FilePersistence.params_changed(self, job)",
    "snakemake.persistence.file:FilePersistence.input_changed(self, job)",
    "snakemake.persistence.file:FilePersistence.code_changed(self, job)",
    "snakemake.persistence.file:FilePersistence.software_stack_changed(self, job)",
    "snakemake.persistence.file:FilePersistence.input_checksums(self, job, path)",
    "snakemake.persistence.file:FilePersistence.finished(self, job)",
    "snakemake.persistence.file:FilePersistence.metadata(self, path)",
    "snakemake.persistence.file:FilePersistence._write_record(self, path, record)",
    "snakemake.persistence.file:FilePersistence._clear_cache(self)",
)

UNASKED = 100, 1  # the jobs that Snakemake starts at most in so many seconds, where nobody says how many
JUDGED = "VESTIGE_JUDGED"  # the environment variable in which the Snakefile is told that its results are judged already
WHOLE = 2**62  # bytes up to which an input's digest is recorded: all of them


@contextmanager
def open_workflow() -> Iterator[Any]:
    """Snakemake's workflow with its graph built, without running it. Raises RuntimeError."""
    internals.check(SNAKEMAKE, MEMBERS)
    from snakemake.api import SnakemakeApi
    from snakemake.exceptions import WorkflowError
    from snakemake.settings.types import DAGSettings, ExecutionSettings, OutputSettings, Quietness, ResourceSettings

    environment = dict(os.environ)  # the Snakefile prepares it for jobs; none is run here
    os.environ[JUDGED] = "1"
    quiet = OutputSettings(quiet={Quietness.ALL}, enable_file_logging=False)
    try:
        with SnakemakeApi(quiet) as api:
            read = api.workflow(resource_settings=ResourceSettings(cores=1), snakefile=Path("Snakefile"))
            read.dag(DAGSettings(max_checksum_file_size=WHOLE))  # hands them to the workflow
            workflow = read._workflow
            workflow.execution_settings = ExecutionSettings(lock=False)
            workflow._prepare_dag(forceall=False, ignore_incomplete=True, lock_warn_only=True)
            workflow._build_dag()
            yield workflow
    except WorkflowError as error:
        raise RuntimeError(f"Snakemake: {error}") from error
    finally:
        os.environ.clear()
        os.environ.update(environment)


def is_local(workflow) -> bool:
    """Whether Snakemake runs its jobs on this machine, and itself."""
    return bool(getattr(workflow, "local_exec", False))


def is_whole(workflow) -> bool:
    """Whether Snakemake was asked for all that the study asks for: for its first rule, by name or by none."""
    asked = getattr(getattr(workflow, "dag_settings", None), "targets", None)
    return asked is not None and set(asked) <= {"figures"}


def is_touched(workflow) -> bool:
    """Whether Snakemake makes nothing, and only marks what is there as current."""
    return bool(getattr(workflow, "touch", False))


def look_when_jobs_end(workflow) -> None:
    """Let Snakemake look for jobs to start where one has ended, and not by the clock as well.

    For its limit of 100 starts a second, which holds unasked, it looks again a second after each look, and once more
    after each job: after n jobs n times a second, until it takes a core by itself. A limit that was asked for stays.
    """
    scheduler = getattr(workflow, "scheduler", None)
    limit = getattr(scheduler, "job_rate_limiter", None)
    if limit is not None and (getattr(limit, "max_jobs", None), getattr(limit, "timespan", None)) == UNASKED:
        scheduler.job_rate_limiter = None


def count_jobs(workflow) -> int:
    """How many jobs Snakemake is about to run; none where it does not say."""
    needed = getattr(getattr(workflow, "dag", None), "needrun_jobs", None)
    return sum(1 for _ in needed()) if needed else 0


def default_resource(workflow, name: str) -> int | None:
    """The number that `default-resources` of a profile or of the command line gives for a resource; None if none."""
    given = getattr(getattr(workflow, "resource_settings", None), "default_resources", None) or {}
    said = given.get(name)
    value = getattr(said, "_value", said)
    return value if isinstance(value, int) else None


def jobs(workflow) -> dict[str, Any]:
    """Snakemake's jobs by each file that they make."""
    return {str(path): job for job in workflow.dag.jobs for path in job.output}


def is_recorded(workflow, job) -> bool:
    """Whether Snakemake remembers a job as it would run it now, from inputs as they are now."""
    return not differs(workflow, job) and all(is_same_input(workflow, job, path) for path in job.input)


def differs(workflow, job) -> bool:
    """Whether a job is not remembered, or was run otherwise, or cut off; whatever files are newer."""
    memory = workflow.persistence
    return (
        not memory.has_metadata(job)
        or memory.has_outdated_metadata(job)
        or bool(memory._filter_incomplete_keys(map(str, job.output)))
        or bool(memory.params_changed(job))
        or any(memory.input_changed(job))
        or any(memory.code_changed(job))
        or any(memory.software_stack_changed(job))
    )


def is_same_input(workflow, job, path) -> bool:
    """Whether an input is the one from which a job is remembered; one that is absent may be."""
    now = hashing.sha256(Path(path))
    return now is None or workflow.persistence.input_checksums(job, path) == {f"sha256:{now}"}


def is_believed(workflow, job) -> bool:
    """Whether Snakemake would leave a job alone: it remembers nothing else, and no newer input is another one."""
    if workflow.persistence.has_metadata(job) and differs(workflow, job):
        return False
    made = [Path(path).stat().st_mtime for path in job.output if Path(path).exists()]
    newer = (path for path in job.input if Path(path).exists() and Path(path).stat().st_mtime > min(made, default=0))
    return len(made) == len(job.output) and all(is_same_input(workflow, job, path) for path in newer)


def may_believe(path: str, text: str) -> bool:
    """Whether Snakemake may take a file for one that was made with a text: it noted that one, or nobody knows what.

    Looked up in the file of its record, before any workflow is there.
    """
    file = Path(".snakemake", "metadata", urlsafe_b64encode(path.encode()).decode())
    try:
        noted = [str(each) for each in json.loads(file.read_bytes())["params"]]
    except (OSError, ValueError, KeyError, TypeError):
        return True
    return any(each.startswith(repr(text)[:-1]) for each in noted)  # more may stand behind it


def record(workflow, job) -> None:
    """Let Snakemake remember a job as run now."""
    workflow.async_run(workflow.persistence.finished(job))
    workflow.persistence._clear_cache()  # what was not remembered before would be read as nothing still


def doubt(workflow, job, why: str) -> None:
    """Let Snakemake remember that a job's results are not what it would make: it shows why, and makes them anew."""
    record(workflow, job)
    memory = workflow.persistence
    for path in job.output:
        noted = memory.metadata(path)
        noted.params = [f"not proven: {why}"]
        memory._write_record(str(path), noted)
    memory._clear_cache()
