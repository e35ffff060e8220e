"""What each command of `vestige` does: it loads what it needs, and prints."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from vestige import forkserver, pipeline, reading, refusals


def make(given, typed: Path) -> int:
    """`vestige make PATH`."""
    study = reading.read()
    job = pipeline.find(study, os.path.relpath(typed / given.path))
    if forkserver.is_forked() and study.threads != 1:
        forkserver.leave(Path.cwd() / typed)
    for name in forkserver.THREADS:
        os.environ[name] = str(study.threads)  # before any library that reads them is imported
    from vestige.fronts.make import make

    print(make(job))
    return 0


def check(given, typed: Path) -> int:
    """`vestige check`."""
    study = reading.read()
    if os.path.isdir("results"):  # DVC brings no empty folder back, and calls what reads it missing
        from vestige import results

        results.make_folders(study)
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
    study = reading.read()
    known = [job.names["figure"] for job in pipeline.jobs(study) if job.stage.kind]
    for name in given.figure:
        if name not in known:
            raise ValueError(f"{name!r} is no figure of the study; {refusals.nearest(name, known)}")
    from vestige.fronts.preview import preview

    tell(preview(study, given.figure))
    return 0


def show(given, typed: Path) -> int:
    """`vestige list`."""
    print(*(job.output for job in pipeline.jobs(reading.read())), sep="\n")
    return 0


def verify(given, typed: Path) -> int:
    """`vestige verify`: status 1 unless every result is proven."""
    from vestige import digests
    from vestige.fronts import verify as front

    study = reading.read()
    proven, said = front.as_json(study) if given.json else front.verify(study, everything=given.all)
    say(said) if given.json else tell(said)
    digests.keep()
    return 0 if proven else 1


def plan(given, typed: Path) -> int:
    """`vestige plan`."""
    from vestige import digests
    from vestige.fronts import plan as front

    study = reading.read()
    say(front.as_json(study)) if given.json else tell(front.plan(study))
    digests.keep()
    return 0


def sync(given, typed: Path) -> int:
    """`vestige sync`."""
    from vestige import digests
    from vestige.fronts.sync import sync

    tell(sync(reading.read()))
    digests.keep()
    return 0


def restore(given, typed: Path) -> int:
    """`vestige restore [PATH ...]`."""
    from vestige import digests
    from vestige.fronts.restore import restore

    study = reading.read()
    paths = [pipeline.find(study, os.path.relpath(typed / path)).output for path in given.path]
    tell(restore(study, paths))
    digests.keep()
    return 0


def prune(given, typed: Path) -> int:
    """`vestige prune [--remove]`."""
    from vestige.fronts.prune import prune

    tell(prune(reading.read(), remove=given.remove))
    return 0


def tell(lines: Iterable[str]) -> None:
    """Print lines as they come."""
    for line in lines:
        say(line)


def say(text: str) -> None:
    """Print a text; if nobody reads on, the command goes on in silence."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        unread()


def unread() -> None:
    """Print to nowhere from now on: whoever read the output has seen enough."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def schema(given, typed: Path) -> int:
    """`vestige schema`."""
    from vestige.fronts.schema import schema

    print(schema(), end="")
    return 0


ALL = {
    **{"make": make, "check": check, "preview": preview, "list": show, "schema": schema},
    **{"verify": verify, "plan": plan, "restore": restore, "sync": sync, "prune": prune},
}
