"""The command `vestige`."""

import argparse
import errno
import os
import signal
import sys
import time
from pathlib import Path

from vestige.forkserver import client

WHAT = """\
Reproduces, extends and checks "On the special role of class-selective neurons in early training" (TMLR 2023) and
"Clustering units in neural networks: upstream vs downstream information" (TMLR 2022).

The study is params.yaml. `snakemake figures` or `dvc repro` make everything that it asks for;
`vestige make PATH` makes one result, and is what both of them run. With --study FILE a command speaks of another
study, which the engines do not know until it is copied over params.yaml."""

PARAMS = "params.yaml"  # as in config/loading.py, which loads much
TOLD = "VESTIGE_TOLD"  # as in commands/printing.py: whoever runs this shows the end of the log
REMEDIES = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "Make room"),
    **dict.fromkeys((errno.EROFS, errno.EACCES, errno.EPERM), "Make the folder writable"),
}


PATH_OF = "a path that `vestige list` names, such as results/digits/figures/emergence.png"

# Command -> what it does in a line, and what `--help` says beside.
COMMANDS = {
    "make": (
        "make one result, unless it is there and current",
        "Makes it from inputs that must exist; where one is missing or stale, the command that makes that is named. A "
        "result is written whole or not at all, with a proof of what made it. Killed, the same command goes on.",
    ),
    "check": (
        "read params.yaml and say what the study is, or what is wrong with it",
        "Every fault is named with its key, its line, what was found and what is allowed. Once the images and the "
        "network are described, it also holds the study against them. Nothing is computed.",
    ),
    "preview": (
        "draw the figures from the runs finished so far, into work/preview/",
        "Each is marked as a preview. No engine and no proof knows of them.",
    ),
    "list": ("the path of every result of the study", "In the order in which they are made."),
    "verify": (
        "say of every result whether it is proven, stale, missing or foreign",
        "By the proof that each result carries: the code, the settings and the inputs that made it. Exit status 1 "
        "unless every result is proven.",
    ),
    "plan": (
        "what would run, why, and what it costs",
        "Costs are those of like jobs that ran here before, else what the study states, else unknown.",
    ),
    "restore": (
        "bring back from DVC's cache and remotes what was made before",
        "Whatever a former commit, experiment or run has left that is what the study asks for now.",
    ),
    "sync": (
        "mark in Snakemake and in DVC exactly the results that are proven",
        "Afterwards both engines call the same results current, whichever of them made them.",
    ),
    "prune": (
        "list what nothing in the study explains",
        "Results, checkpoints, entries of dvc.lock and work of former conditions, seeds and figures. Nothing is "
        "removed without --remove.",
    ),
    "schema": (
        "print the JSON schema of params.yaml",
        "For editors: every key with its type, what is allowed and what it means. With --markdown it is the page "
        "docs/reference.md.",
    ),
}


def parser() -> argparse.ArgumentParser:
    """The command line."""
    main = argparse.ArgumentParser("vestige", description=WHAT, formatter_class=argparse.RawDescriptionHelpFormatter)
    main.add_argument("--version", action=Version, nargs=0, help="say which version this is, and end")
    main.add_argument(
        "--study", metavar="FILE", help=f"the study to speak of, such as studies/mnist.yaml; else {PARAMS}"
    )
    commands = main.add_subparsers(dest="command", required=True, metavar="COMMAND")
    of = {
        name: commands.add_parser(name, help=line, description=f"{line[0].upper()}{line[1:]}. {more}")
        for name, (line, more) in COMMANDS.items()
    }
    of["make"].add_argument("path", help=PATH_OF)
    of["preview"].add_argument("figure", nargs="*", help="which ones; all, if none is named")
    of["verify"].add_argument("--all", action="store_true", help="name the proven ones too")
    of["verify"].add_argument("--json", action="store_true", help="every judgement, for machines")
    of["plan"].add_argument("--json", action="store_true", help="every job, for machines")
    of["restore"].add_argument("path", nargs="*", help="which results; all that are not proven, if none is named")
    of["schema"].add_argument("--markdown", action="store_true", help="as a page to read")
    of["prune"].add_argument("--remove", action="store_true", help="remove it")
    return main


class Version(argparse.Action):
    """Prints the version, which is looked up only when it is asked for."""

    def __call__(self, parser, *_):
        from importlib.metadata import version

        print(f"vestige {version('vestige')}")
        parser.exit()


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit status. A refusal is one message on standard error and status 1."""
    given = parser().parse_args(arguments)
    if arguments is None:
        client.hand_over()
        for number in (signal.SIGTERM, signal.SIGUSR1):  # batch systems may send either some time before they kill
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, Terminator())
    try:
        typed = enter_root()
        given.study = PARAMS if given.study is None else os.path.relpath(typed / given.study)
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
        if remedy or TOLD not in os.environ or not getattr(error, "is_logged", False):
            print(f"vestige: {error}", *getattr(error, "__notes__", ()), sep="\n", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("vestige: interrupted; the same command goes on where it stopped", file=sys.stderr)
        return 130
    except Terminated:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # nothing is half-written any more
        print("vestige: terminated; the same command goes on where it stopped", file=sys.stderr, flush=True)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTERM)  # whoever waits learns by what it ended
        return 128 + signal.SIGTERM


class Terminated(BaseException):
    """The signal that batch systems send some seconds before they kill: it ends a command as an interrupt does."""


class Terminator:
    """Raises Terminated upon a signal, so that what is half written is removed.

    A second signal within PATIENCE does nothing, for it would cut that short; a later one raises it again: the first
    may have come where Python drops what is raised.
    """

    PATIENCE = 1.0  # seconds

    def __init__(self):
        self.last = -self.PATIENCE

    def __call__(self, number, frame) -> None:
        """Obey a signal."""
        now = time.monotonic()
        if now - self.last >= self.PATIENCE:
            self.last = now
            raise Terminated("SIGTERM")


def enter_root() -> Path:
    """Go to the nearest folder above that holds params.yaml; the folder from which the path was typed."""
    from vestige.foundation import source_hash  # the first of all: it notes what each file is before that is loaded

    typed = Path.cwd()
    root = next((folder for folder in (typed, *typed.parents) if (folder / PARAMS).is_file()), typed)
    os.chdir(root)
    source_hash.refuse_other_source(root)
    return typed.relative_to(root)
