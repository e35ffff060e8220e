"""Edits of the code for which a maintainer vouches: what the former code made, the new code would make too."""

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError
from ruamel.yaml.error import YAMLError

from vestige.config.errors import nearest
from vestige.config.rows import plain_values
from vestige.config.study import Study
from vestige.foundation import source_hash
from vestige.foundation.file_identity import identity
from vestige.foundation.settings import Listed, Values

FILE = Path("workflow", "equivalent.yaml")
FEW = 12  # keys that a refusal names
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Equivalence(Values):
    """One edit: of each file that it changed the former digest and the new one, null where the file was not there.

    It says nothing of results whose settings have a key of `unless`: there it may show.
    """

    stage: str
    files: Annotated[dict[str, tuple[Digest | None, Digest | None]], Field(min_length=1, strict=False)]
    reason: Annotated[str, Field(min_length=1)]
    unless: Annotated[tuple[str, ...], Listed] = ()

    def is_about(self, stage: str, settings: Mapping[str, Any]) -> bool:
        """Whether it says something of a result of a stage with some settings, by their keys."""
        return self.stage == stage and not keys_in(settings) & set(self.unless)


class EquivalencesRefused(ValueError):
    """A file of equivalences that says nothing that can be honoured."""


def keys_in(value: Any) -> set[str]:
    """All keys in a nest of settings."""
    if not isinstance(value, Mapping):
        return set()
    return {str(key) for key in value} | {key for each in value.values() for key in keys_in(each)}


def keys_in_schema(part: Any) -> set[str]:
    """All keys that sections of params.yaml may have."""
    if isinstance(part, list):
        return {key for each in part for key in keys_in_schema(each)}
    if not isinstance(part, Mapping):
        return set()
    return {*part.get("properties", {})} | {key for each in part.values() for key in keys_in_schema(each)}


def carry_forward(
    stage: str, then: dict[str, str], now: dict[str, str], settings: Mapping[str, Any]
) -> tuple[dict[str, str], tuple[str, ...]]:
    """The code of a result brought forward through the edits vouched for, and why; no further than to the code of now.

    `then` and `now` are digests by file, `settings` those of the result. The edits stand in the file in the order in
    which they were made.
    """
    reasons: list[str] = []
    for edit in declared_equivalences():
        if then == now:
            break
        if edit.is_about(stage, settings) and all(then.get(file) == old for file, (old, _) in edit.files.items()):
            after = then | {file: new for file, (_, new) in edit.files.items()}
            then = {file: digest for file, digest in after.items() if digest is not None}
            reasons.append(edit.reason)
    return then, tuple(reasons)


def declared_equivalences() -> tuple[Equivalence, ...]:
    """The equivalences of the project, in their order. Raises EquivalencesRefused."""
    return read(FILE, *identity(FILE)) if os.path.lexists(FILE) else ()


@cache
def read(path: Path, *mark: int) -> tuple[Equivalence, ...]:
    """The equivalences in a file, remembered while it stays the same file."""
    try:
        said = plain_values(path) or []
        found = TypeAdapter(tuple[Equivalence, ...]).validate_python(said, strict=False)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        why = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise EquivalencesRefused(f"{path}{line} cannot be read: {why}") from None
    except RecursionError:
        raise EquivalencesRefused(f"{path} cannot be read: it is nested too deeply") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise EquivalencesRefused(
            f"{path} is refused: {where}: {first['msg']}; each entry has stage, files (of each the former and the new "
            "digest, null where there is none) and reason"
        ) from None
    except (OSError, ValueError) as error:
        raise EquivalencesRefused(f"{path} cannot be read: {str(error).splitlines()[0]}") from None
    refuse_unknown(path, found)
    return found


def refuse_unknown(path: Path, found: tuple[Equivalence, ...]) -> None:
    """Refuse a stage, a file or a key that there is not and was not: more or less would be vouched for than is meant.

    Raises the above.
    """
    if unless := [key for each in found for key in each.unless]:
        known = sorted(keys_in_schema(Study.model_json_schema()))
        for key in unless:
            if key not in known:
                raise EquivalencesRefused(f"{path} is refused: unless: found {key!r}; {nearest(key, known, FEW)}")
    removed = {file for each in found for file, (_, new) in each.files.items() if new is None}
    for each in found:
        if (
            not each.stage.startswith("figures_")
            and not (source_hash.PACKAGE / "stages" / f"{each.stage}.py").is_file()
        ):
            raise EquivalencesRefused(f"{path} is refused: there is no stage {each.stage!r}")
        for file in each.files:
            if file not in removed and not (source_hash.PACKAGE / file).is_file():
                raise EquivalencesRefused(
                    f"{path} is refused: there is no file {file!r}; files are named from src/vestige/ on, as in "
                    f"stages/{each.stage}.py, and one that is removed has null for its new digest"
                )
