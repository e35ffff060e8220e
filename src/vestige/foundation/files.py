"""Writes a file whole or not at all."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
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
        with open(source, "rb") as given, whole(target) as file:
            shutil.copyfileobj(given, file)
        return
    os.replace(partial, target)
    partial.unlink(missing_ok=True)  # where both were names of one file already, replacing does nothing
