"""What the Snakefile asks of the study: its settings, its code, its runs."""

import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from vestige import pipeline
from vestige.config import loading
from vestige.config.study import Study
from vestige.engines import plans, slurm, snakemake_metadata
from vestige.engines.locks import lock
from vestige.forkserver import client
from vestige.foundation import canonical_json
from vestige.foundation import source_hash as sources
from vestige.pipeline import Job
from vestige.provenance import external_checkpoints, proofs

FORKSERVER = Path("work", "forkserver")
SERVERS: list = []  # the process of the forkserver of this run, if it has one
FEW = 4  # jobs; fewer take less time than a forkserver takes to import for all of them
HELD: list = []  # the file whose lock lasts as long as this process; None in a Snakemake that another one started


def study(config: Mapping) -> Study:
    """Read params.yaml, and refuse values given by `--config` or `--configfile` that differ from it."""
    sources.refuse_other_source(Path.cwd())
    read = loading.read()
    stated = canonical_json.plain(read)
    for key, value in config.items():
        if stated.get(key) != value:
            raise loading.StudyRefused(
                f"--config {key}={value!r} is refused: params.yaml says {stated.get(key)!r}, "
                "and the results are proven against params.yaml alone. Edit it there, and leave this option out."
            )
    return read


def prepare(study: Study) -> None:
    """Let every rule's command find `vestige` beside the Python that runs Snakemake, and know what was planned.

    Progress bars of jobs that run side by side would garble each other; the logs have a line an epoch.
    A Snakemake that another one started, on a cluster, keeps to the plan of the first.
    """
    if pipeline.PLAN in os.environ:
        HELD.append(None)
    plans.note_plan(study)
    os.environ["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
    os.environ["TQDM_DISABLE"] = "1"


def refuse_other_snakemake() -> None:
    """Refuse to run beside another Snakemake here, which would delete what this one has just made and reads.

    What a killed Snakemake left on a cluster is cancelled.
    """
    if HELD:
        return
    try:
        HELD.append(lock())
    except BlockingIOError:
        raise RuntimeError("another snakemake is running in this folder: wait for it, or stop it") from None
    slurm.cancel_orphans()


def note_code(study: Study) -> None:
    """Look at the code of all jobs once, for the processes that make them; whoever is started by another need not."""
    if is_first():
        proofs.note_code(study)


def share_imports(study: Study, workflow) -> None:
    """Start a forkserver for the jobs of this run, if it has some and they run on this machine.

    Not where a job has several threads: numpy starts its own while it is imported, and a process with threads must not
    be forked. It ends with this process.
    """
    if study.threads != 1 or client.FOLDER in os.environ or not client.is_possible():
        return
    try:
        if snakemake_metadata.is_local(workflow) and snakemake_metadata.count_jobs(workflow) >= FEW:
            SERVERS.append(client.start(FORKSERVER))
            os.environ[client.FOLDER] = str(FORKSERVER.resolve())
    except Exception as error:  # of the folder, or of a Snakemake that counts its jobs otherwise: nobody needs it
        print(f"vestige: each job imports its packages itself, since no forkserver starts: {error}", file=sys.stderr)


def end_forkserver() -> None:
    """End the forkserver of this run, if there is one: its last job has ended."""
    while SERVERS:
        server = SERVERS.pop()
        server.terminate()
        server.wait()
        del os.environ[client.FOLDER]
        (FORKSERVER / client.SOCKET).unlink(missing_ok=True)


def is_first() -> bool:
    """Whether this Snakemake was started by a person, and not by another one on a cluster."""
    return any(HELD)


def text(study: Study, stage: str) -> Callable:
    """A rule's `params`: the text of a job, so that Snakemake sees any change of what its stage is handed.

    Of a network that was trained elsewhere with what lies at its place.
    """

    def text_of(wildcards) -> str:
        job = job_of(study, stage, wildcards)
        taken = external_checkpoints.describe_contents(job)
        return f"{job.text} {canonical_json.canonical(taken)}" if taken else job.text

    return text_of


def job_of(study: Study, stage: str, wildcards: Mapping) -> Job:
    """The job of a stage for a rule's wildcards."""
    values = {name: int(value) if name == "seed" else value for name, value in wildcards.items() if name != "study"}
    return pipeline.job(study, stage, **values)


def code(study: Study, stage: str) -> list[str]:
    """A rule's source files, of a stage that has the same for all its jobs: the import closure of the stage."""
    begins = pipeline.begins(study, pipeline.STAGES[stage], {})
    return [sources.PREFIX + file for file in sources.closure(*pipeline.ALWAYS, *begins)]


def code_of_each(study: Study, stage: str) -> Callable:
    """The same of a stage whose jobs have files of their own."""
    return lambda wildcards: [sources.PREFIX + file for file in job_of(study, stage, wildcards).code]


def gathered_inputs(study: Study, stage: str) -> dict[str, list[str]]:
    """A rule's inputs, of a stage that gathers results: the study's own, and all of each kind; figures are one."""
    row, found = pipeline.STAGES[stage], {}
    for name in (*row.reads, *row.gathers):
        found.setdefault(pipeline.STAGES[name].group, []).extend(results(study, name))
    return found


def kinds() -> list[str]:
    """The kinds of results from which figures are drawn."""
    return [stage.kind for stage in pipeline.STAGES.values() if stage.kind]


def results(study: Study, stage: str) -> list[str]:
    """Every result of a stage."""
    return [pipeline.job(study, stage, **cell).output for cell in pipeline.cells(study, stage)]


def training_input(study: Study, place: str) -> Callable:
    """A rule's input, of a stage of pairs: the training result of the first or of the second run."""
    return lambda wildcards: job_of(study, "between", wildcards).read_jobs[place].output


def figures(study: Study, kind: str) -> list[str]:
    """The figures that the study asks for of one kind of result."""
    return [name for name, said in getattr(study.figures, kind) if said is not None]


def all_outputs(study: Study) -> list[str]:
    """Every file that the study asks for."""
    return [path for job in pipeline.jobs(study) for path in (job.output, *job.files_beside)]


def gpus(study: Study) -> int:
    """How many GPUs a job that computes on the study's device asks for."""
    return 1 if study.device == "cuda" else 0


def gpus_of_training(study: Study) -> Callable:
    """How many of them the training of a run does, which may have several."""
    return lambda wildcards: gpus(study) * job_of(study, "training", wildcards).devices


def threads_of_training(study: Study) -> Callable:
    """The threads that the training of a run has: on each of its devices those of the study."""
    return lambda wildcards: study.threads * job_of(study, "training", wildcards).devices


def only_names(names: Iterable) -> str:
    """A wildcard constraint: one of some names, and nothing else; no text at all where there is none."""
    return "|".join(re.escape(str(name)) for name in names) or "(?!)"
