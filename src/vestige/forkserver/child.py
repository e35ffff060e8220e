"""What a child of a forkserver does: it becomes the command that it was forked for, runs it, and ends."""

import atexit
import importlib
import os
import runpy
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

FORKED = "VESTIGE_FORKED"  # as in client.py, which tells by it that a process was forked
TWICE = 0.5  # seconds within which two interrupts are one: a terminal sends it to a child and to whom forwards it


def run(asked, added: Mapping[str, str]) -> None:
    """Run a command in this process as if it had been started for it."""
    said = asked.said
    for number in said["ignored"]:
        signal.signal(number, signal.SIG_IGN)
    if signal.SIGINT not in said["ignored"]:
        signal.signal(signal.SIGINT, interrupt_once())
    for standard, file in enumerate(asked.files):
        os.dup2(file, standard)
        os.close(file)
    if os.getsid(0) == said["session"]:  # a signal to the command's group must reach its child
        os.setpgid(0, said["group"])
    else:
        os.setpgid(0, 0)
    adopt(said, added)
    end(lambda: runpy.run_path(said["argv"][0], run_name="__main__"))


def end(work: Callable[[], Any]) -> None:
    """Work, and end this process as Python would, but for objects: to destroy them one by one copies what is shared.

    As multiprocessing ends its children: what was registered for the end is called, the standard files are flushed.
    """
    code: Any = 0
    try:
        work()
    except SystemExit as left:
        code = left.code
    except KeyboardInterrupt:
        code = -signal.SIGINT
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    if isinstance(code, str):
        print(code, file=sys.stderr)
    threading._shutdown()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(BrokenPipeError):
            stream.flush()
    if code == -signal.SIGINT:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    os._exit(1 if isinstance(code, str) else code or 0)


def interrupt_once() -> Callable:
    """A handler that takes two interrupts in a row for one."""
    last = -TWICE

    def interrupt(number, frame) -> None:
        nonlocal last
        before, last = last, time.monotonic()
        if last - before > TWICE:
            raise KeyboardInterrupt

    return interrupt


def adopt(said: Mapping[str, Any], added: Mapping[str, str]) -> None:
    """Let this process have a command's folder, environment, path and arguments."""
    os.chdir(said["directory"])
    os.umask(said["umask"])
    os.environ.clear()
    os.environ.update(added | said["environment"], **{FORKED: str(os.getpid())})
    sys.argv[:], sys.path[:] = said["argv"], said["path"]
    sys.dont_write_bytecode = bool(os.environ.get("PYTHONDONTWRITEBYTECODE"))
    sys.stdout.reconfigure(line_buffering=os.isatty(1))
    importlib.invalidate_caches()
    tempfile.tempdir = None
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()  # an ordinary process begins with a state of its own
