"""Prints what a command says, line by line, and goes on in silence if nobody reads on."""

import os
import sys
from collections.abc import Iterable

TOLD = "VESTIGE_TOLD"  # the variable by which a job knows that whoever runs it says what becomes of it


def tell(lines: Iterable[str]) -> None:
    """Print lines as they come."""
    for line in lines:
        say(line)


def say(text: str) -> None:
    """Print a text; if nobody reads on, the command goes on in silence."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        unread()


def unread() -> None:
    """Print to nowhere from now on: whoever read the output has seen enough."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
