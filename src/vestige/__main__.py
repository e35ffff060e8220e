"""The command `vestige`."""

import argparse
import errno
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from vestige import code, pipeline, reading, refusals

WHAT = """\
Reproduces, extends and checks "On the special role of class-selective neurons in early training" (TMLR 2023).

The study is params.yaml. `snakemake figures` or `dvc repro` make everything that it asks for;
`vestige make PATH` makes one result, and is what both of them run."""

REMEDIES = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "Make room"),
    **dict.fromkeys((errno.EROFS, errno.EACCES, errno.EPERM), "Make the folder writable"),
}


def parser() -> argparse.ArgumentParser:
    """The command line."""
    shape = argparse.RawDescriptionHelpFormatter
    main = argparse.ArgumentParser("vestige", description=WHAT, formatter_class=shape)
    commands = main.add_subparsers(dest="command", required=True, metavar="COMMAND")
    make = commands.add_parser("make", help="make one result, unless it is there and current")
    make.add_argument("path", help="a path that `vestige list` names, such as results/digits/figures/emergence.png")
    commands.add_parser("check", help="read params.yaml and say what the study is, or what is wrong with it")
    preview = commands.add_parser("preview", help="draw the figures from the runs finished so far, into work/preview/")
    preview.add_argument("figure", nargs="*", help="which ones; all, if none is named")
    commands.add_parser("list", help="the path of every result of the study")
    verify = commands.add_parser("verify", help="say of every result whether it is proven, stale, missing or foreign")
    verify.add_argument("--all", action="store_true", help="name the proven ones too")
    verify.add_argument("--json", action="store_true", help="every judgement, for machines")
    plan = commands.add_parser("plan", help="what would run, why, and what it costs")
    plan.add_argument("--json", action="store_true", help="every job, for machines")
    restore = commands.add_parser("restore", help="bring back from DVC's cache and remotes what was made before")
    restore.add_argument("path", nargs="*", help="which results; all that are not proven, if none is named")
    commands.add_parser("sync", help="mark in Snakemake and in DVC exactly the results that are proven")
    prune = commands.add_parser("prune", help="list what nothing in the study explains")
    prune.add_argument("--remove", action="store_true", help="remove it")
    commands.add_parser("schema", help="print the JSON schema of params.yaml")
    return main


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit status. A refusal is one message on standard error and status 1."""
    given = parser().parse_args(arguments)
    try:
        root = enter_root()
        return COMMANDS[given.command](given, root)
    except BrokenPipeError:
        unread()
        return 0
    except (ValueError, RuntimeError, OSError, MemoryError) as error:
        if remedy := REMEDIES.get(getattr(error, "errno", None)):
            error.add_note(f"{remedy}: the same command then goes on where it stopped.")
        print(f"vestige: {error}", *getattr(error, "__notes__", ()), sep="\n", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("vestige: interrupted; the same command goes on where it stopped", file=sys.stderr)
        return 130


def enter_root() -> Path:
    """Go to the nearest folder above that holds params.yaml; the folder from which the path was typed."""
    typed = Path.cwd()
    root = next((folder for folder in (typed, *typed.parents) if (folder / reading.FILE).is_file()), typed)
    os.chdir(root)
    code.refuse_other_source(root)
    return typed.relative_to(root)


def make(given, typed: Path) -> int:
    """`vestige make PATH`."""
    study = reading.read()
    job = pipeline.find(study, os.path.relpath(typed / given.path))
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
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


COMMANDS = {
    **{"make": make, "check": check, "preview": preview, "list": show, "schema": schema},
    **{"verify": verify, "plan": plan, "restore": restore, "sync": sync, "prune": prune},
}

if __name__ == "__main__":
    sys.exit(main())
