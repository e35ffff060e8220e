"""The command `vestige`."""

import argparse
import errno
import os
import sys
from pathlib import Path

from vestige.forkserver import client

WHAT = """\
Reproduces, extends and checks "On the special role of class-selective neurons in early training" (TMLR 2023).

The study is params.yaml. `snakemake figures` or `dvc repro` make everything that it asks for;
`vestige make PATH` makes one result, and is what both of them run."""

PARAMS = "params.yaml"  # as in config/loading.py, which loads much
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
    if arguments is None:
        client.hand_over()
    try:
        typed = enter_root()
        from vestige.commands import dispatch  # which loads the rows of figures and every section of params.yaml

        return dispatch.ALL[given.command](given, typed)
    except BrokenPipeError:
        from vestige.commands.printing import unread

        unread()
        return 0
    except SyntaxError as error:
        print(f"vestige: {error.filename}, line {error.lineno} is no Python: {error.msg}", file=sys.stderr)
        return 1
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
    from vestige.foundation import source  # the first of all: it notes what each file is before that is loaded

    typed = Path.cwd()
    root = next((folder for folder in (typed, *typed.parents) if (folder / PARAMS).is_file()), typed)
    os.chdir(root)
    source.refuse_other_source(root)
    return typed.relative_to(root)
