"""Writes a file whole or not at all, locks files, and opens no pipe, device or folder where a file is to be read."""

import errno
import fcntl
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

IRREGULAR = {  # what is no file, by what tells it
    **{stat.S_ISDIR: "a folder", stat.S_ISFIFO: "a named pipe", stat.S_ISSOCK: "a socket"},
    **{stat.S_ISCHR: "a device", stat.S_ISBLK: "a device"},
}


class NotAFile(OSError):
    """A pipe, a device or a folder where a file is to be read."""


def open_regular(path: str | Path) -> BinaryIO:
    """A file, or a link to one, to be read. Raises NotAFile, and OSError; it never waits for another process."""
    return open(open_handle(path, os.O_RDONLY), "rb")


def open_handle(path: str | Path, flags: int) -> int:
    """The handle of a file, or of a link to one. Raises NotAFile, and OSError; it never waits."""
    found = os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC, 0o666)
    if not stat.S_ISREG(os.fstat(found).st_mode):
        os.close(found)
        raise NotAFile(errno.EINVAL, f"it is {describe_irregular(path) or 'something else'}, no file", str(path))
    return found


def read_regular(path: str | Path) -> bytes:
    """The bytes of a file. Raises NotAFile, and OSError."""
    with open_regular(path) as file:
        return file.read()


def describe_irregular(path: str | Path) -> str:
    """What lies at a path, if it is no file: "a named pipe"; empty where a file lies there, or nothing."""
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return ""
    return next((said for is_such, said in IRREGULAR.items() if is_such(mode)), "")


def find_irregular(path: str | Path) -> str:
    """The path of what is no file, at a path or anywhere in the folder there; empty where there is none."""
    if not os.path.isdir(path):
        return str(path) if describe_irregular(path) else ""
    inside = (os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names)
    return next(filter(describe_irregular, inside), "")


def lock_file(path: Path, wait: bool = False) -> BinaryIO:
    """A file with the kernel's lock, which goes with this process, however it ends; no command inherits it.

    Raises BlockingIOError where another process has it, unless this one is to wait; NotAFile, and OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    file = open(open_handle(path, os.O_RDWR | os.O_CREAT), "ab")  # noqa: SIM115 - whoever asked for it closes it
    try:
        fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BaseException:
        file.close()
        raise
    return file


@contextmanager
def hold_lock(path: Path, on_waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold the lock of a file meanwhile; `on_waiting` is called where another process has it. Raises as `lock_file`."""
    try:
        file = lock_file(path)
    except BlockingIOError:
        on_waiting()
        file = lock_file(path, wait=True)
    with file:
        yield


@contextmanager
def write_whole(path: Path) -> Iterator[BinaryIO]:
    """A file to write: whoever looks, at any moment and after a power cut, finds what was there before or all of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with open(partial, "xb") as file:  # by a name that is known before: a signal may come as soon as it is there
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(partial, 0o644)
        os.replace(partial, path)
    except BaseException:
        partial.unlink(missing_ok=True)  # a signal may come after the rename, before the end of the block
        raise


def place(source: Path, target: Path) -> None:
    """Give a file a second name, in place of what has it: on the same disk it is the same file, else a copy."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    try:
        os.link(source, partial)
    except FileNotFoundError:
        raise
    except OSError:  # another disk, or one without second names
        with open_regular(source) as given, write_whole(target) as file:
            shutil.copyfileobj(given, file)
        return
    os.replace(partial, target)
    partial.unlink(missing_ok=True)  # where both were names of one file already, replacing does nothing
