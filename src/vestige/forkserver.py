"""Lets a forkserver run a command: a process that has imported the third-party packages, and forks a child for each.

Over half of a small job is the import of packages. A forkserver imports them once, and never vestige's own code: each
child reads that anew, as a process of its own would. Nobody needs it: without one, or where a command differs from what
it has loaded, the command runs as an ordinary process. It works on Linux alone; forking.py is its process.
"""

import json
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

FOLDER = "VESTIGE_FORKSERVER"  # the variable that names the folder of the server's socket
FORKED = "VESTIGE_FORKED"  # the variable that holds the number of a process that was forked
SOCKET, LOG = "socket", "log"
SCRIPT = Path(__file__).with_name("forking.py")
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
    if not folder or is_forked() or (connection := connect(Path(folder))) is None:
        return
    with connection:
        if not send(connection, request(sys.argv), files=(0, 1, 2)):
            return
        kind, child = receive_answer(connection)
        if kind != CHILD:
            return
        for number in FORWARDED:
            signal.signal(number, lambda number, _: kill(child, number))
        kind, status = receive_answer(connection)
    end_with(status if kind == ENDED else outlive(child))


def is_forked() -> bool:
    """Whether this process is a child of a forkserver."""
    return os.environ.get(FORKED) == str(os.getpid())


def leave() -> None:
    """Run this command as an ordinary process, in the place of a forked child."""
    del os.environ[FOLDER], os.environ[FORKED]
    os.execv(sys.executable, [sys.executable, *sys.argv])


def request(argv: Sequence[str]) -> dict[str, Any]:
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
        "installed": installed(),
        "bounds": bounds(),
    }


def bounds() -> list:
    """What the system lets this process see and use: namespaces, control groups, processors, limits."""
    names = sorted(os.listdir("/proc/self/ns"))
    limits = sorted({getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_")})
    return [
        [os.readlink(f"/proc/self/ns/{name}") for name in names],
        Path("/proc/self/cgroup").read_text(),
        sorted(os.sched_getaffinity(0)),
        os.nice(0),
        [list(resource.getrlimit(limit)) for limit in limits],
    ]


def installed() -> list:
    """What tells one interpreter, and the packages installed for it, from another."""
    flags = [sys.flags.optimize, sys.flags.isolated, sys.flags.no_site, sys.flags.utf8_mode, sys.warnoptions]
    folders = sorted({each for each in sys.path if each.endswith(("site-packages", "dist-packages"))})
    times = [[each, changed(each)] for each in folders]
    return [sys.version, os.path.realpath(sys.executable), sys.prefix, flags, times]


def changed(path: str) -> int:
    """When a folder last changed; 0 where there is none."""
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0


def connect(folder: Path) -> socket.socket | None:
    """A connection to the forkserver of a folder, if it is there and this user's own."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with short_path(folder) as short:
            connection.connect(f"{short}/{SOCKET}")
        if user_of(connection) == os.getuid():
            return connection
    except OSError:  # it has ended, or is on another machine
        pass
    connection.close()
    return None


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


def send(connection: socket.socket, said: Mapping[str, Any], files: Sequence[int]) -> bool:
    """Send one message with open files; whether the other end was there to take it."""
    data = json.dumps(said).encode()
    try:
        socket.send_fds(connection, [HEADER.pack(len(data))], files)
        connection.sendall(data)
    except ConnectionError:
        return False
    return True


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


def outlive(child: int) -> int:
    """Wait for a child whose forkserver was killed; nobody can say how it ended, so it counts as failed."""
    with suppress(ProcessLookupError):
        while not os.kill(child, 0):
            time.sleep(0.05)
    print("vestige: the forkserver was killed: the same command goes on where it stopped", file=sys.stderr, flush=True)
    return 1 << 8


def is_possible() -> bool:
    """Whether this system can have a forkserver."""
    return sys.platform == "linux" and hasattr(os, "pidfd_open")


def start(folder: Path) -> subprocess.Popen:
    """Start a forkserver in a folder of its own; it ends when this process has, and with it the last command."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    with open(folder / LOG, "w") as log:
        return subprocess.Popen(
            [sys.executable, "-P", str(SCRIPT), str(folder), str(os.getpid()), *PACKAGES],
            env=os.environ | dict.fromkeys(THREADS, "1"), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
