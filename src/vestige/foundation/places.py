"""Paths that params.yaml names: `~` and $VARIABLES are filled in."""

import os
import re
from pathlib import Path


def resolve_path(text: str, key: str) -> Path:
    """The path that stands at a key. Raises ValueError for a variable that is not set, and for an unknown user."""
    path = os.path.expanduser(os.path.expandvars(text))
    if unset := re.search(r"\$(\w+|\{\w+\})|^~[^/]*", path):
        raise ValueError(f"{key} is {text}, but {unset[0]} is not known here: set it, or write the path out")
    return Path(path)
