"""Runs commands in children of a process that has imported the packages, each in a session of its own.

As a script it is that process. What it forks for a command first forks the command itself, and then serves, as a
forkserver, the `vestige` commands that it starts: so that a signal to the command's group reaches all of them.
"""

import atexit
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "src" / "vestige" / "forkserver" / "server.py"
ENGINES = ("snakemake.cli", "snakemake.api", "dvc.cli")


def imported():
    """The forkserver's own code, not as a part of the package: a child reads the project's."""
    found = importlib.util.spec_from_file_location("forking", SOURCE)
    module = importlib.util.module_from_spec(found)
    sys.modules["forking"] = module
    found.loader.exec_module(module)
    return module


forking = imported()
forkserver = forking.forkserver


@cache
def server() -> Path:
    """The folder of this process's server, started by the first command."""
    folder = Path(tempfile.mkdtemp(prefix="vestige-tests-"))
    with open(folder / forkserver.LOG, "w") as log:
        process = subprocess.Popen(
            [sys.executable, "-P", __file__, str(folder), str(os.getpid()), *forkserver.PACKAGES, *ENGINES],
            env=environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder,
        )  # fmt: skip
    atexit.register(end, process, folder)
    while not (folder / forkserver.SOCKET).exists():
        assert process.poll() is None, (folder / forkserver.LOG).read_text()
    return folder


def end(process: subprocess.Popen, folder: Path) -> None:
    """End the server."""
    process.terminate()
    process.wait()
    shutil.rmtree(folder, ignore_errors=True)


def environment() -> dict[str, str]:
    """The environment of commands, but for what names a project."""
    return os.environ | dict.fromkeys(forkserver.THREADS, "1") | {"TQDM_DISABLE": "1"}


class Process:
    """A running command, with what is used of `subprocess.Popen`."""

    def __init__(self, argv: list[str], cwd: Path, env: dict[str, str], stdout):
        self.returncode: int | None = None
        self.connection = forkserver.connect(server())
        program = shutil.which(argv[0], path=env["PATH"])
        asked = forkserver.describe_command([program, *argv[1:]]) | {"directory": str(cwd), "environment": env}
        asked["path"] = [os.path.dirname(program), *env["PYTHONPATH"].split(os.pathsep), *base_path()]
        with open(os.devnull, "rb") as nothing:
            forkserver.send(self.connection, asked, (nothing.fileno(), stdout.fileno(), stdout.fileno()))
        kind, self.pid = forkserver.receive_answer(self.connection)
        assert kind == forkserver.CHILD, (server() / forkserver.LOG).read_text()[-2000:]

    def poll(self) -> int | None:
        """How it has ended, if it has."""
        self.connection.setblocking(False)
        try:
            if self.returncode is None and self.connection.recv(1, socket.MSG_PEEK):
                self.wait()
        except BlockingIOError:
            pass
        finally:
            self.connection.setblocking(True)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end. Raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            self.connection.settimeout(timeout)
            try:
                kind, status = forkserver.receive_answer(self.connection)
            except TimeoutError:
                raise subprocess.TimeoutExpired(str(self.pid), timeout) from None
            assert kind == forkserver.ENDED, (server() / forkserver.LOG).read_text()[-2000:]
            self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode


@cache
def base_path() -> tuple[str, ...]:
    """Where an interpreter without any of our settings looks for modules."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    said = [sys.executable, "-P", "-c", "import sys; print(*sys.path, sep='\\n')"]
    return tuple(subprocess.run(said, env=bare, capture_output=True, text=True, check=True).stdout.split("\n")[:-1])


def main(folder: str, owner: str, *modules: str) -> None:
    """Serve while the owner is there; what is asked for runs in a session of its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    listener, loaded = forking.listen(Path(folder)), forking.load(modules)
    listener.settimeout(1)
    while os.getppid() == int(owner):
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:  # a session that has ended
                pass
        try:
            connection, _ = listener.accept()
        except TimeoutError:
            continue
        asked = forking.receive(connection)
        why = "nothing was asked" if asked is None else forking.find_difference(loaded, asked.said)
        if why:
            print(f"refused: {why}", flush=True)
            forking.answer(connection, forkserver.REFUSED, 0)
        elif os.fork() == 0:
            listener.close()
            return session(asked, connection, loaded, Path(folder))
        connection.close()
        for file in asked.files if asked else ():
            os.close(file)


def session(asked, connection, loaded, folder: Path) -> None:
    """Fork a command, and serve those that it starts, until all have ended; in each child, run it."""
    os.setsid()
    inside = folder / str(os.getpid())
    inside.mkdir(mode=0o700)
    listener = forking.listen(inside)
    asked.said["environment"][forkserver.FOLDER] = str(inside)
    if (process := os.fork()) == 0:
        listener.close()
        connection.close()
        return forking.forked.run(asked, loaded.added)
    for file in asked.files:
        os.close(file)
    forking.answer(connection, forkserver.CHILD, process)
    inner = forking.serve(listener, loaded, process, {process: connection})
    if inner is not None:
        return forking.forked.run(inner, loaded.added)
    shutil.rmtree(inside, ignore_errors=True)
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
