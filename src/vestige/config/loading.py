"""Reads params.yaml: the one reader, whose every refusal names the key, what it holds and what is allowed."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from vestige.config.errors import Fault, format_fault, format_list, format_value
from vestige.config.schema_errors import list_schema_faults
from vestige.config.study import FILE, Study
from vestige.config.validation import list_contradictions
from vestige.foundation.files import read_regular

LARGEST = 2**53  # programs that hold numbers as JSON does round what lies beyond


class StudyRefused(ValueError):
    """A study that cannot be run as it stands; the message says where and why, one line a fault."""


def read(path: Path | str = FILE) -> Study:
    """Read and check a study. Raises StudyRefused naming every fault found, before anything is computed."""
    path = Path(path)
    return of_text(text_of(path), path)


@cache
def of_text(text: str, path: Path) -> Study:
    """The study that the text of a file describes, one for all: nothing in it changes. Raises StudyRefused."""
    tree = cache(lambda: YAML(typ="rt").load(text))  # only a refusal needs it
    study = validate_study(parse_yaml(text, path), lambda keys: line_of(tree(), keys), name_in_messages(path))
    study._file = name_in_messages(path)
    return study


def name_in_messages(path: Path) -> str:
    """What a study's file is called: as it lies in the project, or by its name where it lies elsewhere."""
    return path.name if path.is_absolute() else path.as_posix()


def validate_study(data: Any, line: Callable[[tuple], int | None] = lambda keys: None, name: str = FILE) -> Study:
    """A study from plain values. Raises StudyRefused."""
    refuse_faults(faults(data), line, name)
    return Study.model_validate(data)


def refuse_faults(found: list[Fault], line: Callable[[tuple], int | None], name: str) -> None:
    """Raise StudyRefused with every fault, in the order in which they stand in the file, if there are any."""
    placed = sorted(((line(keys) or 0, (keys, says)) for keys, says in found), key=lambda each: each[0])
    if placed:
        raise StudyRefused(
            "\n".join([f"{name} is refused:", *(format_fault(fault, number) for number, fault in placed)])
        )


def refuse(found: list[Fault], path: Path | str = FILE) -> None:
    """Raise StudyRefused with faults that were found beside those of the file alone, if there are any."""
    tree = cache(lambda: YAML(typ="rt").load(text_of(Path(path))))
    refuse_faults(found, lambda keys: line_of(tree(), keys), name_in_messages(Path(path)))


def faults(data: Any) -> list[Fault]:
    """Why plain values are no study; empty where they are one. Sections that do not fit hide what they contradict."""
    if not isinstance(data, Mapping):
        holds = "it is empty" if data is None else f"found {format_value(data)}"
        return [((), f"{holds}; allowed: the keys {format_list(Study.model_fields)}")]
    found = dict(unfit(data))
    try:
        study = Study.model_validate(data)
    except ValidationError as error:
        return [*(list_schema_faults(data, error) | found).items()]
    return [*found.items()] or [*list_contradictions(study)]


def unfit(data: Any, keys: tuple = (), seen: set[int] | None = None) -> Iterator[Fault]:
    """What no key may hold: nothing at all, or a whole number too large to be meant. Anchors are followed once."""
    seen = set() if seen is None else seen
    for key, value in data.items() if isinstance(data, Mapping) else enumerate(data):
        here = (*keys, key)
        if value is None:
            yield here, "it is empty; give it a value, or leave the key out"
        elif type(value) is int and abs(value) > LARGEST:
            yield here, f"found {format_value(value)}; allowed: whole numbers up to {LARGEST}"
        elif isinstance(value, Mapping | list) and id(value) not in seen:
            seen.add(id(value))
            yield from unfit(value, here, seen)


def text_of(path: Path) -> str:
    """The text of a study file."""
    try:
        return read_regular(path).decode("utf-8")
    except FileNotFoundError:
        where = f"; run from the folder that holds {FILE}" if path.name == FILE else ""
        raise StudyRefused(f"{path}: there is no such file{where}") from None
    except UnicodeDecodeError as error:
        line, byte = error.object[: error.start].count(b"\n") + 1, error.object[error.start]
        raise StudyRefused(
            f"{name_in_messages(path)}, line {line}: byte {byte:#04x} is not UTF-8; save the file as UTF-8"
        ) from None
    except OSError as error:
        raise StudyRefused(f"{path} cannot be read: {error.strerror}") from None


def parse_yaml(text: str, path: Path) -> Any:
    """Plain values of YAML 1.2 (`1e-4` is a number, `off` a string, a key given twice an error)."""
    try:
        return YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        tabs = "; indent with spaces" if r"'\t'" in problem else ""
        where = f", line {mark.line + 1}" if mark else ""
        raise StudyRefused(f"{name_in_messages(path)}{where}: this is not YAML: {problem}{tabs}") from None
    except (ValueError, RecursionError) as error:  # a date such as 2020-99-99, or thousands of open brackets
        raise StudyRefused(f"{name_in_messages(path)} cannot be read: {error}") from None


def line_of(tree: Any, keys: tuple) -> int | None:
    """The line, from 1, at which a key stands; that of the nearest key around it where it is missing."""
    here, line = tree, None
    for key in keys:
        try:
            line = (here.lc.key(key) if isinstance(here, Mapping) else here.lc.item(key))[0] + 1
            here = here[key]
        except (KeyError, IndexError, AttributeError, TypeError):
            break
    return line
