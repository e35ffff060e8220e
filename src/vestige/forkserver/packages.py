"""Which packages a command would import: those that are locked in its folder, and those that its path has others of."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path


def read_locked_versions(folder: str) -> bytes:
    """The locked versions of a folder's packages, if it has any."""
    try:
        return Path(folder, "requirements.txt").read_bytes()
    except OSError:
        return b""


def shadow(path: Sequence[str]) -> list[str]:
    """The packages that are loaded here, of which a command's path has others."""
    loaded = {name.split(".")[0] for name in sys.modules}
    own = [Path(folder) for folder in path if folder not in sys.path and os.path.isdir(folder)]
    entries = [
        entry for folder in own for entry in folder.iterdir() if entry.is_dir() or entry.suffix in (".py", ".so")
    ]
    return sorted({entry.name.split(".")[0] for entry in entries} & loaded)
