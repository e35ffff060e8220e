"""The jobs of a project as Snakemake and DVC see them, and what each engine would make now."""

import os
import re
from contextlib import contextmanager
from pathlib import Path

from engines import downstream, run

from vestige import pipeline

DRY_RUN = "snakemake figures --dry-run --nocolor --logger-vestige-details"  # every job, in Snakemake's own words


def snakemake_jobs(project: Path) -> dict[str, tuple[frozenset, str]]:
    """For each result that the Snakefile makes, what it reads and its command."""
    text = run(project, f"{DRY_RUN} --forceall").stdout
    return {output: (frozenset(reads), command) for output, reads, command in blocks(text)}


def snakemake_stale(project: Path) -> set[str]:
    """The results that Snakemake would make now."""
    return {output for output, _, _ in blocks(run(project, DRY_RUN).stdout)}


def blocks(text: str):
    """The jobs in the text of a dry run: each output, all inputs, the command."""
    for block in re.split(r"\n(?=(?:local)?rule )", text):
        fields = dict(re.findall(r"^ {4}(input|output): (.*)$", block, re.M))
        if "output" in fields:
            command = re.search(r"^Shell command: (.*)$", block, re.M)
            for output in fields["output"].split(", "):
                yield output, fields["input"].split(", "), command.group(1) if command else ""


@contextmanager
def dvc_repo(project: Path):
    """DVC's own view of a project, in this process."""
    from dvc.repo import Repo

    here = Path.cwd()
    os.chdir(project)
    try:
        with Repo(str(project)) as repo:
            yield repo
    finally:
        os.chdir(here)


def relative(project: Path, thing) -> str:
    """The path of a dependency or an output of DVC, relative to the project."""
    return os.path.relpath(thing.fs_path, project)


def dvc_jobs(project: Path) -> dict[str, tuple[frozenset, str]]:
    """For each file that dvc.yaml makes, what it reads (a folder is everything made inside it) and its command."""
    with dvc_repo(project) as repo:
        stages = repo.index.stages
        made = [relative(project, out) for stage in stages for out in stage.outs]
        jobs = {}
        for stage in stages:
            paths = [relative(project, dep) for dep in stage.deps if type(dep).__name__ != "ParamsDependency"]
            inside = {path: [out for out in made if out.startswith(path + "/")] for path in paths}
            reads = frozenset(each for path in paths for each in (inside[path] or [path]))
            jobs |= {relative(project, out): (reads, stage.cmd[-1]) for out in stage.outs}
        return jobs


def read_by_dvc(job: pipeline.Job, jobs: dict[str, pipeline.Job]) -> set[str]:
    """The results of which dvc.yaml makes a job depend: a pair, of all trainings."""
    pair = job.stage.name == "between"
    return {each.output for each in job.inputs} | {
        path for path, each in jobs.items() if pair and each.stage.name == "training"
    }


def dvc_stale(project: Path) -> set[str]:
    """The files that `dvc repro` would make now: those of changed stages and of all that reads them.

    Its first stage, `study`, runs after any edit. It is run here: the others depend on what it writes.
    """
    import networkx

    run(project, "vestige check")
    with dvc_repo(project) as repo:
        graph, said = repo.index.graph, repo.status()
        changed = {each for each in repo.index.stages if each.addressing in said and "study@" not in each.addressing}
        stale = changed.union(*(networkx.ancestors(graph, stage) for stage in changed))
        return {relative(project, out) for stage in stale for out in stage.outs}


def asked_again(study, due: set[str]) -> set[str]:
    """The files for which DVC calls a command although nothing changes in what they are made from.

    It cannot say which two of all trainings a pair reads: whichever is made, it asks for all pairs, and for what reads
    them. `vestige make` says of a proven pair that it is current.
    """
    trained = any(path.startswith(f"results/{study.study}/training/") for path in due)
    return downstream(study, {job.output for job in pipeline.jobs(study) if trained and job.stage.name == "between"})


def without_checkpoints(paths) -> set[str]:
    """The one declared exception: checkpoints are an output that DVC tracks and Snakemake does not know."""
    return {path for path in paths if "/checkpoints/" not in path}
