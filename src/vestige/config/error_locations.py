"""Where one of pydantic's paths leads: to a key of the file, and to a section among the types."""

from collections.abc import Mapping
from types import NoneType
from typing import Any, get_args, get_origin

from vestige.config.errors import close
from vestige.config.study import Study


def locate_fault(error: dict, data: Any) -> tuple:
    """The path of keys in the file: names of types that pydantic puts between them are left out."""
    keys, here = [], data
    for part in drop_tags(error["loc"]):
        for key in resolve_key(here, part):
            keys, here = [*keys, key], here[key]
    if error["type"] == "missing" and isinstance(here, Mapping):
        keys.append(error["loc"][-1])
    if error["type"].startswith("union_tag"):
        keys.extend(close(tag_of(error), map(str, here)) or [tag_of(error)])
    return tuple(keys)


def drop_tags(path: tuple) -> tuple:
    """A path without the name of the file that describes a section: it may be the name of one of the section's keys."""
    field = Study.model_fields.get(path[0]) if path else None
    return (path[0], *path[2:]) if field is not None and field.discriminator else path


def tag_of(error: dict) -> str:
    """The key whose value says which file describes the section."""
    return error["ctx"]["discriminator"].strip("'")


def resolve_key(here: Any, part: Any) -> list:
    """The key of a section, or the place in a list, that pydantic means; none if it means something else."""
    if isinstance(here, list):
        return [part] if isinstance(part, int) and part < len(here) else []
    return [key for key in here if key == part or str(key) == part][:1] if isinstance(here, Mapping) else []


def section_at(error: dict) -> Any:
    """The type of the section in which the last key of an error stands."""
    here: Any = Study
    for part in error["loc"][:-1]:
        here = type_inside(here, part)
    return here


def type_inside(kind: Any, part: Any) -> Any:
    """The type to which one part of pydantic's path leads: a key of a section, an entry, or a file's own tag."""
    if hasattr(kind, "model_fields"):
        kind = kind.model_fields[part].annotation
    elif get_origin(kind) is dict:
        kind = get_args(kind)[1]
    else:
        kind = next(each for each in get_args(kind) if each.__module__.endswith(f".{part}"))
    some = [each for each in get_args(kind) if each is not NoneType]
    return some[0] if len(some) == 1 else kind
