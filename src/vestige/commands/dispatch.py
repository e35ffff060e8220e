"""What each command of `vestige` does: it loads what it needs, and prints."""

import os
from pathlib import Path

from vestige import pipeline
from vestige.commands.printing import TOLD, say, tell
from vestige.config import errors, loading
from vestige.forkserver import client
from vestige.foundation import file_cache


def refuse_other_study(given) -> None:
    """Refuse a study that the engines do not read, where something is said to them. Raises ValueError."""
    if Path(given.study) != Path(loading.FILE):
        raise ValueError(
            f"--study {given.study}: `vestige {given.command}` speaks to Snakemake and DVC, which read {loading.FILE} "
            f"alone: copy the study over that, and leave this option out"
        )


def make(given, typed: Path) -> int:
    """`vestige make PATH`."""
    study = loading.read(given.study)
    job = pipeline.find(study, os.path.relpath(typed / given.path))
    if client.is_forked() and study.threads != 1:
        client.leave(Path.cwd() / typed)
    for name in client.THREADS:
        os.environ[name] = str(study.threads)  # before any library that reads them is imported
    from vestige.commands.make import make

    made = make(job)
    if TOLD not in os.environ:  # else the Snakemake that runs this job prints a line of it
        print(made)
    return 0


def check(given, typed: Path) -> int:
    """`vestige check`."""
    from vestige.commands.check import accept
    from vestige.provenance import proofs, results

    study = loading.read(given.study)
    if os.path.isdir("results"):  # DVC brings no empty folder back, and calls what reads it missing
        results.make_folders(study)
    accept(study)
    proofs.note_code(study)
    counts = dict.fromkeys(pipeline.STAGES, 0)
    for job in pipeline.jobs(study):
        counts[job.stage.name] += 1
    print(
        f"study {study.study}: {len(study.conditions)} conditions x {len(study.seeds)} seeds = {len(study.runs)} runs"
    )
    print("\n".join(f"  {name:22} {count:4} results" for name, count in counts.items() if count))
    return 0


def preview(given, typed: Path) -> int:
    """`vestige preview [FIGURE ...]`."""
    study = loading.read(given.study)
    known = [job.names["figure"] for job in pipeline.jobs(study) if job.stage.kind]
    for name in given.figure:
        if name not in known:
            raise ValueError(f"{name!r} is no figure of the study; {errors.nearest(name, known)}")
    from vestige.commands.preview import preview

    tell(preview(study, given.figure))
    return 0


def show(given, typed: Path) -> int:
    """`vestige list`."""
    print(*(job.output for job in pipeline.jobs(loading.read(given.study))), sep="\n")
    return 0


def verify(given, typed: Path) -> int:
    """`vestige verify`: status 1 unless every result is proven."""
    from vestige.commands import verify as front

    study = loading.read(given.study)
    proven, said = front.as_json(study) if given.json else front.verify(study, everything=given.all)
    say(said) if given.json else tell(said)
    file_cache.keep()
    return 0 if proven else 1


def plan(given, typed: Path) -> int:
    """`vestige plan`."""
    from vestige.commands import plan as front

    study = loading.read(given.study)
    say(front.as_json(study)) if given.json else tell(front.plan(study))
    file_cache.keep()
    return 0


def sync(given, typed: Path) -> int:
    """`vestige sync`."""
    refuse_other_study(given)
    from vestige.commands.sync import sync

    tell(sync(loading.read(given.study)))
    file_cache.keep()
    return 0


def restore(given, typed: Path) -> int:
    """`vestige restore [PATH ...]`."""
    refuse_other_study(given)
    from vestige.commands.restore import restore

    study = loading.read(given.study)
    paths = [pipeline.find(study, os.path.relpath(typed / path)).output for path in given.path]
    tell(restore(study, paths))
    file_cache.keep()
    return 0


def prune(given, typed: Path) -> int:
    """`vestige prune [--remove]`."""
    from vestige.commands.prune import prune

    tell(prune(loading.read(given.study), remove=given.remove))
    return 0


def schema(given, typed: Path) -> int:
    """`vestige schema [--markdown]`."""
    from vestige.commands.reference import reference
    from vestige.commands.schema import schema

    print(reference() if given.markdown else schema(), end="")
    return 0


ALL = {
    **{"make": make, "check": check, "preview": preview, "list": show, "schema": schema},
    **{"verify": verify, "plan": plan, "restore": restore, "sync": sync, "prune": prune},
}
