"""The disk on which a path lies, or would lie."""

import os
import shutil
from pathlib import Path


def nearest_folder(path: Path) -> Path:
    """A folder, absolute, or the nearest one above it that exists."""
    path = Path(os.path.abspath(path))
    return next(each for each in (path, *path.parents) if each.is_dir())


def free_bytes(path: Path) -> int:
    """The bytes that are free on the disk of a folder, which need not exist."""
    return shutil.disk_usage(nearest_folder(path)).free
