"""A forkserver's own process: it imports packages, and forks a child for each command.

It is run as a script, `python -P server.py FOLDER OWNER MODULE...`, and imports nothing of vestige's: a child reads
that anew, from where the command has it.
"""

import gc
import importlib
import importlib.util
import json
import os
import selectors
import signal
import socket
import struct
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple


def load_beside(name: str) -> ModuleType:
    """A module that lies beside this file, not as a part of the package: a child imports that from where it has it."""
    found = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module
    found.loader.exec_module(module)
    return module


forkserver, forked, packages = load_beside("client"), load_beside("child"), load_beside("packages")
# What may differ between a server and a command: no package reads it while it is imported. A child gets the command's.
MAY_DIFFER = {
    *("_", "SHLVL", "PWD", "OLDPWD", "PATH", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "PYTEST_CURRENT_TEST"),
    *(forkserver.FOLDER, forkserver.FORKED, "VESTIGE_PLAN", "VESTIGE_TOLD", "DVC_ROOT", "DVC_STAGE"),
    # Snakemake sets these for each job. `vestige make` sets the first three itself; libraries that read the others
    # read those first, or are not here.
    *(*forkserver.THREADS, "GOTO_NUM_THREADS", "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"),
    *("TMP", "TEMP", "TMPDIR", "TEMPDIR"),  # looked up for each file
    "PS1",  # an activated environment exports it, and the shell that runs a job drops it
}


def main(folder: str, owner: str, *modules: str) -> None:
    """Serve a folder until its owner has ended; in each child, run a command."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's interrupt is for the commands
    listener = listen(Path(folder))  # before packages are imported: whoever comes meanwhile waits, and saves its own
    loaded = load(modules)
    asked = serve(listener, loaded, int(owner))
    if asked is not None:
        forked.run(asked, loaded.added)


def listen(folder: Path) -> socket.socket:
    """The socket of a forkserver, in a folder that nobody else may enter. Raises PermissionError."""
    stat = folder.stat()
    if stat.st_uid != os.getuid() or stat.st_mode & 0o077:
        raise PermissionError(f"{folder} must be this user's own, and closed to others")
    bound, known = (folder / name for name in (f"{forkserver.SOCKET}.new", forkserver.SOCKET))
    bound.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with forkserver.short_path(folder) as short:
        listener.bind(f"{short}/{bound.name}")
    listener.listen(128)
    bound.rename(known)  # only now: whoever connects to a socket on which nobody listens yet is refused
    return listener


class Loaded(NamedTuple):
    """What a server has loaded; a command that differs in it is not run by a child."""

    environment: dict[str, str]
    added: Mapping[str, str]  # to the environment, by packages while they were imported
    installed: list
    bounds: list
    lock: bytes


class Request(NamedTuple):
    """A command to run, as `request` describes it, and its standard files."""

    said: Mapping[str, Any]
    files: Sequence[int]


def load(modules: Sequence[str]) -> Loaded:
    """Import packages. Raises RuntimeError where a fork would not be sound afterwards."""
    environment = dict(os.environ)
    for name in modules:
        with suppress(ModuleNotFoundError):
            importlib.import_module(name)
    threads, torch = len(os.listdir("/proc/self/task")), sys.modules.get("torch")
    if threads > 1 or torch is not None and torch.cuda.is_initialized():
        raise RuntimeError(f"{threads} threads run, or CUDA does: this process must not fork")
    gc.collect()
    gc.freeze()  # else the first collection in each child would copy all that is shared
    added = {name: value for name, value in os.environ.items() if environment.get(name) != value}
    installed, limits = forkserver.describe_installation(), forkserver.describe_limits()
    return Loaded(select_comparable(environment), added, installed, limits, packages.read_locked_versions("."))


def select_comparable(environment: Mapping[str, str]) -> dict[str, str]:
    """The part of an environment that a package may read while it is imported."""
    return {name: value for name, value in environment.items() if name not in MAY_DIFFER}


def find_difference(loaded: Loaded, said: Mapping[str, Any]) -> str:
    """In what a command differs from what is loaded; an empty text where a child may run it."""
    there = select_comparable(said["environment"])
    here = loaded.environment | {name: value for name, value in loaded.added.items() if there.get(name) == value}
    names = sorted(name for name in here.keys() | there.keys() if here.get(name) != there.get(name))
    if names:
        return f"environment variables {', '.join(names)}"
    if said["installed"] != loaded.installed:
        return "the interpreter, or the packages installed for it"
    if said["bounds"] != loaded.bounds:
        return "namespaces, control groups, processors or limits"
    if packages.read_locked_versions(said["directory"]) != loaded.lock:
        return "requirements.txt"
    if names := packages.shadow(said["path"]):
        return f"{', '.join(names)} in PYTHONPATH"
    # matplotlib reads this file while it is imported
    return "matplotlibrc" if os.path.exists(os.path.join(said["directory"], "matplotlibrc")) else ""


def serve(listener, loaded: Loaded, owner: int, running: Mapping[int, Any] | None = None) -> Request | None:
    """Fork a child for each command, until the owner and the last child have ended.

    Returns None then; and in each child the command that it is to run. `running` are children that there are already:
    by number, the connection that waits for its end.
    """
    running, chosen = dict(running or {}), selectors.DefaultSelector()
    chosen.register(listener, selectors.EVENT_READ)
    chosen.register(os.pidfd_open(owner), selectors.EVENT_READ)
    for process, connection in running.items():
        watch(chosen, process, connection)
    served = True
    while served or running:
        for key, _ in chosen.select():
            if key.fileobj is listener:
                asked = accept(listener, loaded, running, chosen) if served else None
                if asked is not None:
                    return asked
            elif key.data is None:
                served = False  # the owner has ended
                chosen.unregister(key.fileobj)
                chosen.unregister(listener)
                listener.close()
            elif key.data in running:
                end_of(key.data, key.fileobj, running, chosen)
    return None


def watch(chosen: selectors.BaseSelector, process: int, connection: socket.socket) -> None:
    """Wait for the end of a child, and for that of whoever waits for it."""
    chosen.register(os.pidfd_open(process), selectors.EVENT_READ, process)
    chosen.register(connection, selectors.EVENT_READ, process)


def accept(listener, loaded: Loaded, running: dict, chosen: selectors.BaseSelector) -> Request | None:
    """Fork a child for whoever asks next; the request in the child, None here."""
    connection, asked = None, None
    try:
        connection, _ = listener.accept()
        asked = receive(connection)
        why = "a stranger, or one who is gone" if asked is None else find_difference(loaded, asked.said)
        process = None if why else os.fork()
    except OSError as error:  # too many processes or open files: the others go on
        why, process = str(error), None
    if process == 0:
        connection.close()
        close_all(chosen)
        return asked
    print(f"{'not run here' if why else 'run here'}: {asked.said['argv'][1:] if asked else ''} {why}", flush=True)
    if process is not None:
        running[process] = connection
        watch(chosen, process, connection)
        answer(connection, forkserver.CHILD, process)
    elif connection is not None:
        answer(connection, forkserver.REFUSED, 0)
        connection.close()
    for file in asked.files if asked else ():
        os.close(file)
    return None


def receive(connection: socket.socket) -> Request | None:
    """The request of a command of this user; None of anybody else, or of one that is gone or says nothing."""
    if forkserver.user_of(connection) != os.getuid():
        return None
    connection.settimeout(10)
    data, files = b"", []
    with suppress(OSError, ValueError, struct.error):
        head, files, *_ = socket.recv_fds(connection, forkserver.HEADER.size, 3)
        (size,) = forkserver.HEADER.unpack(head)
        while len(data) < size and (part := connection.recv(size - len(data))):
            data += part
        said = json.loads(data)
        if len(files) == 3:
            return Request(said, files)
    for file in files:
        os.close(file)
    return None


def answer(connection: socket.socket, kind: bytes, number: int) -> None:
    """Answer a command, if it is still there."""
    with suppress(OSError):
        connection.sendall(forkserver.ANSWER.pack(kind, number))


def close_all(chosen: selectors.BaseSelector) -> None:
    """Close all that a server waits for: a child that held on to it would hide the end of another process."""
    for key in list(chosen.get_map().values()):
        os.close(key.fileobj if isinstance(key.fileobj, int) else key.fileobj.detach())
    chosen.close()


def end_of(process: int, file: Any, running: dict, chosen: selectors.BaseSelector) -> None:
    """Tell whoever waits that a child has ended; end the child of one who is gone."""
    connection = running[process]
    chosen.unregister(file)
    if file is connection:
        running[process] = None
        forkserver.kill(process, signal.SIGKILL)
        connection.close()
        return
    os.close(file)
    _, status = os.waitpid(process, 0)
    if connection is not None:
        chosen.unregister(connection)
        answer(connection, forkserver.ENDED, status)
        connection.close()
    del running[process]


if __name__ == "__main__":
    main(*sys.argv[1:])
