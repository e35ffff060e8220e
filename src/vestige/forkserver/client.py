"""Lets a forkserver run a command: a process that has imported the third-party packages, and forks a child for each.

Over half of a small job is the import of packages. A forkserver imports them once, and never vestige's own code: each
child reads that anew, as a process of its own would. Nobody needs it: without one, or where a command differs from what
it has loaded, the command runs as an ordinary process. It works on Linux alone; server.py is its process.
"""

import json
import os
import resource
import select
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

FOLDER = "VESTIGE_FORKSERVER"  # the variable that names the folder of the server's socket
FORKED = "VESTIGE_FORKED"  # the variable that holds the number of a process that was forked
SOCKET, LOG = "socket", "log"
SCRIPT = Path(__file__).with_name("server.py")
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")  # read when a library is loaded
# What stages, figures and the report import, as far as it takes long; what is not here, a child imports itself.
PACKAGES = (
    *("numpy", "pandas", "xarray", "netCDF4", "xarray.backends.netCDF4_", "torch", "torchvision", "safetensors.torch"),
    *("scipy.stats", "seaborn", "sklearn.datasets", "jinja2", "tqdm", "PIL.Image", "PIL.PngImagePlugin"),
    *("matplotlib.pyplot", "matplotlib.backends.backend_agg", "matplotlib.backends.backend_pdf"),
    *("pydantic.fields", "pydantic.types", "ruamel.yaml"),
)
FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)
HEADER = struct.Struct("!I")
ANSWER = struct.Struct("!ci")
CHILD, ENDED, REFUSED = b"c", b"e", b"r"  # with a process number; with a status as of waitpid; with nothing


def hand_over() -> None:
    """Let a forkserver run this command, if there is one that may, and end as its child ends; else return."""
    folder = os.environ.get(FOLDER)
    if not folder or is_forked() or (connection := ask(Path(folder))) is None:
        return
    with connection:
        kind, child = receive_answer(connection)
        if kind != CHILD:
            return
        with forward_signals(handle := open_process(child)):
            kind, status = receive_answer(connection)
            if kind == ENDED:
                end_with(status)
            wait_for(handle)  # its forkserver was killed: what it has made, or left, is found by this process


def ask(folder: Path) -> socket.socket | None:
    """A connection to the forkserver of a folder that has been asked to run this command; None where that fails."""
    connection = None
    try:
        for standard in range(3):  # else a file of ours would take the place of one that is closed
            os.fstat(standard)
        connection = connect(folder)
        send(connection, describe_command(sys.argv), files=(0, 1, 2))
        return connection
    except OSError:  # it has ended, or is on another machine
        if connection is not None:
            connection.close()
        return None


def open_process(process: int) -> int | None:
    """A handle of a process, which stays that of this one when its number is used again; None if it has ended."""
    try:
        return os.pidfd_open(process)
    except OSError:
        return None


@contextmanager
def forward_signals(handle: int | None) -> Iterator[None]:
    """Send the signals that this process gets to another one, but for those that it ignores."""

    def forward(number: int, frame) -> None:
        with suppress(OSError):
            signal.pidfd_send_signal(handle, number)

    heeded = [number for number in FORWARDED if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, forward) for number in heeded if handle is not None}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def wait_for(handle: int | None) -> None:
    """Wait until a process has ended."""
    if handle is not None:
        select.select([handle], [], [])


def is_forked() -> bool:
    """Whether this process is a child of a forkserver."""
    return os.environ.get(FORKED) == str(os.getpid())


def leave(folder: Path) -> None:
    """Run this command as an ordinary process, in the place of a forked child, from the folder where it was typed."""
    os.environ.pop(FOLDER, None)
    os.environ.pop(FORKED, None)
    os.chdir(folder)
    os.execv(sys.executable, [sys.executable, *sys.argv])


def describe_command(argv: Sequence[str]) -> dict[str, Any]:
    """What a forkserver needs to know of a command of this process."""
    os.umask(umask := os.umask(0o077))
    return {
        "argv": list(argv),
        "path": sys.path,
        "directory": os.getcwd(),
        "environment": dict(os.environ),
        "umask": umask,
        "group": os.getpgrp(),
        "session": os.getsid(0),
        "ignored": [number for number in FORWARDED if signal.getsignal(number) == signal.SIG_IGN],
        "installed": describe_installation(),
        "bounds": describe_limits(),
    }


def describe_limits() -> list:
    """What the system lets this process see and use: groups, namespaces, control groups, processors, limits."""
    names = sorted(os.listdir("/proc/self/ns"))
    limits = sorted({getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_")})
    return [
        [os.getgid(), *sorted(os.getgroups())],
        [os.readlink(f"/proc/self/ns/{name}") for name in names],
        Path("/proc/self/cgroup").read_text(),
        sorted(os.sched_getaffinity(0)),
        os.nice(0),
        [list(resource.getrlimit(limit)) for limit in limits],
    ]


def describe_installation() -> list:
    """What tells one interpreter, and the packages installed for it, from another."""
    flags = [sys.flags.optimize, sys.flags.isolated, sys.flags.no_site, sys.flags.utf8_mode, sys.warnoptions]
    folders = sorted({each for each in sys.path if each.endswith(("site-packages", "dist-packages"))})
    times = [[each, modified_at(each)] for each in folders]
    return [sys.version, os.path.realpath(sys.executable), sys.prefix, flags, times]


def modified_at(path: str) -> int:
    """When a folder last changed; 0 where there is none."""
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0


def connect(folder: Path) -> socket.socket:
    """A connection to the forkserver of a folder. Raises OSError, also where it is another user's."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with short_path(folder) as short:
            connection.connect(f"{short}/{SOCKET}")
        if user_of(connection) != os.getuid():
            raise PermissionError(f"{folder} is another user's")
    except OSError:
        connection.close()
        raise
    return connection


@contextmanager
def short_path(folder: Path) -> Iterator[str]:
    """A short path to a folder: that of a socket may have no more than about a hundred characters."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{opened}"
    finally:
        os.close(opened)


def user_of(connection: socket.socket) -> int:
    """The user of the process at the other end."""
    return struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[1]


def send(connection: socket.socket, said: Mapping[str, Any], files: Sequence[int]) -> None:
    """Send one message with open files. Raises OSError."""
    data = json.dumps(said).encode()
    socket.send_fds(connection, [HEADER.pack(len(data))], files)
    connection.sendall(data)


def receive_answer(connection: socket.socket) -> tuple[bytes, int]:
    """One answer of a forkserver; of no kind at all where it is gone."""
    data = b""
    with suppress(ConnectionError):
        while len(data) < ANSWER.size and (part := connection.recv(ANSWER.size - len(data))):
            data += part
    return ANSWER.unpack(data) if len(data) == ANSWER.size else (b"", 0)


def kill(process: int, number: int) -> None:
    """Send a signal to a process, if it is still there."""
    with suppress(ProcessLookupError):
        os.kill(process, number)


def end_with(status: int) -> None:
    """End this process as another one has ended: with its exit status, or by the signal that killed it."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number != signal.SIGKILL:
            signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    os._exit(os.waitstatus_to_exitcode(status))


def is_possible() -> bool:
    """Whether this system can have a forkserver."""
    return sys.platform == "linux" and hasattr(os, "pidfd_open") and open_process(os.getpid()) is not None


def start(folder: Path) -> subprocess.Popen:
    """Start a forkserver in a folder of its own; it ends when this process has, and with it the last command."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    with open(folder / LOG, "w") as log:
        return subprocess.Popen(
            [sys.executable, "-P", str(SCRIPT), str(folder), str(os.getpid()), *PACKAGES],
            env=os.environ | dict.fromkeys(THREADS, "1"), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            process_group=0,  # a signal to the group of its owner is for the commands
        )  # fmt: skip
