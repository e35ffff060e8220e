"""Commands in processes of their own, which may ask a forkserver."""

import subprocess
from pathlib import Path

from engines import environment
from warm import forkserver


def call(project, command: str, extra: dict | None = None, **given) -> subprocess.CompletedProcess:
    """Run a command in a process of its own, which may ask a forkserver."""
    said = environment(project) | (extra or {})
    return subprocess.run(command.split(), cwd=project, env=said, capture_output=True, text=True, **given)


def forked(served, project, command: str, **given) -> subprocess.CompletedProcess:
    """Run a command that a forkserver runs, and see that it does."""
    log = Path(served[forkserver.FOLDER], forkserver.LOG)
    before = log.read_text()
    done = call(project, command, served, **given)
    assert log.read_text().removeprefix(before).startswith("run here: ")
    return done
