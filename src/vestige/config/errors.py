"""How a fault of params.yaml is said: the key, what it holds, what is allowed there, the nearest right spelling."""

import difflib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

Fault = tuple[tuple, str]  # the path of keys, and what is wrong there


def format_fault(fault: Fault, line: int | None) -> str:
    """One fault as a line of a message: the key's path, its line in the file, what is wrong."""
    keys, says = fault
    return f"  {'.'.join(map(format_key, keys)) or 'the file'}{f' (line {line})' if line else ''}: {says}"


def format_key(key: Any) -> str:
    """A key as it stands in a path: in quotation marks where it would not be recognised."""
    return key if isinstance(key, str) and re.fullmatch(r"[\w-]+", key) else format_value(key)


def format_value(value: Any) -> str:
    """A value as a person would recognise it, cut where it is long."""
    try:
        text = json.dumps(value, default=str, ensure_ascii=False)
    except (TypeError, ValueError):  # keys that are no text, an anchor within itself
        text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def format_list(values: Iterable) -> str:
    """Values as a person would list them."""
    return ", ".join(f"{value:.12g}" if isinstance(value, float) else str(value) for value in values)


def nearest(given: Any, allowed: Iterable, most: int = 1000) -> str:
    """What is allowed, the nearest spelling first; of more than `most`, only some."""
    allowed = list(map(str, allowed))
    hint = "".join(f"did you mean {near!r}? " for near in close(given, allowed))
    if not allowed:
        return "there is nothing to choose: leave it out"
    return f"{hint}allowed: {format_list(allowed[:most])}{', ...' if len(allowed) > most else ''}"


def close(given: Any, allowed: Iterable[str]) -> list[str]:
    """The nearest of the allowed spellings; none if none is near."""
    return difflib.get_close_matches(str(given), list(allowed), n=1)


def find_repeated(keys: tuple, values: Iterable) -> Iterator[Fault]:
    """A list that names something twice."""
    for value, count in Counter(list(values)).items():
        if count > 1:
            yield keys, f"{value} is given {count} times; allowed: each once"


def unknown_modules(keys: tuple, modules: Iterable, known: Iterable) -> Iterator[Fault]:
    """Modules that the network lacks, or that are named twice."""
    yield from find_repeated(keys, modules)
    for module in dict.fromkeys(modules):
        if module not in known:
            yield keys, f"found {module}; the network has no such module; allowed: {format_list(known)}"
