"""Paths that params.yaml names, and what lies there that nobody put there on purpose."""

import os
import re
from pathlib import Path

LEFTOVERS = {"thumbs.db", "desktop.ini", "@eadir", "__macosx", "lost+found"}


def resolve_path(text: str, key: str) -> Path:
    """The path that stands at a key. Raises ValueError for a variable that is not set, and for an unknown user."""
    path = os.path.expanduser(os.path.expandvars(text))
    if unset := re.search(r"\$(\w+|\{\w+\})|^~[^/]*", path):
        raise ValueError(f"{key} is {text}, but {unset[0]} is not known here: set it, or write the path out")
    return Path(path)


def is_leftover(name: str) -> bool:
    """Whether a file or folder is one that operating systems and desktops leave behind."""
    return name.startswith(".") or name.lower() in LEFTOVERS
