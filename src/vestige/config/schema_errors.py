"""What does not fit the types of a study, in the words of a refusal."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from vestige.condition import PLACES
from vestige.config.error_locations import locate_fault, section_at, tag_of, type_inside
from vestige.config.errors import close, format_list, format_value, nearest
from vestige.config.registry import FIGURES
from vestige.config.sections import NAME, STUDY_NAME
from vestige.foundation.rows import SET, STAGES

LETTERS = "a small letter, then small letters, digits and underscores"
PATTERNS = {
    NAME: LETTERS,
    STUDY_NAME: f"{LETTERS} or hyphens",
}
RUN = r"([a-z][a-z0-9_]*)-seed\d+"  # how a pair named a run, before pairs were of conditions
SECTION = "keys and their values"
# Keys of former studies, and where what they said stands now.
MOVED = {
    "network.view": "say its size as images.crop, and its scale and ratio as training.random_crop",
}
# Values of former studies, by their key, and what is said instead.
REPLACED = {
    ("images.source", "folder"): (
        "photographs are read where they lie: say `source: imagenet`, `root` for folder, `resize_with: pillow`, and "
        "as `crop` the side that networks see; leave `size` out"
    ),
}
ALLOWED = {
    "bool_type": "true or false",
    "dict_type": SECTION,
    "finite_number": "a finite number",
    "float_type": "a number",
    "greater_than": "a number above {gt:g}",
    "greater_than_equal": "a number of at least {ge:g}",
    "int_type": "a whole number",
    "less_than": "a number below {lt:g}",
    "less_than_equal": "a number of at most {le:g}",
    "model_attributes_type": SECTION,
    "model_type": SECTION,
    "string_too_short": "text",
    "string_too_long": "at most {max_length} characters",
    "string_type": "text",
    "too_long": "{max_length} entries",
    "too_short": "{min_length} or more entries",
    "tuple_type": "a list",
}


def list_schema_faults(data: Any, error: ValidationError) -> dict[tuple, str]:
    """What is wrong, by the path of keys; without what only follows from another fault."""
    grouped: dict[tuple, list[dict]] = {}
    for each in error.errors(include_url=False):
        grouped.setdefault(locate_fault(each, data), []).append(each)
    return {keys: says(keys, group) for keys, group in grouped.items() if not follows(keys, group[0], grouped)}


def follows(keys: tuple, error: dict, grouped: dict[tuple, list[dict]]) -> bool:
    """Whether an error only follows from another: a list lacks its faulty entries, a section its misspelt key."""
    if lacks_key(error):
        beside = [(other[-1], group[0]) for other, group in grouped.items() if other[:-1] == keys[:-1]]
        return any(is_unknown(each) and close(key, section_at(each).model_fields) == [keys[-1]] for key, each in beside)
    inside = any(other[: len(keys)] == keys != other for other in grouped)
    return inside and isinstance(error["input"], Mapping | list)


def is_unknown(error: dict) -> bool:
    """Whether the error is a key that its section lacks."""
    return error["type"] in ("extra_forbidden", "invalid_key")


def lacks_key(error: dict) -> bool:
    """Whether the error is a section that lacks a key; a list that lacks an entry is another matter."""
    return error["type"] == "union_tag_not_found" or error["type"] == "missing" and isinstance(error["input"], Mapping)


def says(keys: tuple, group: list[dict]) -> str:
    """What is wrong at a key; several errors at one key are those of the several types that its value might have."""
    if is_unknown(group[0]):
        return f"unknown key; {find_new_place(keys)}{nearest(keys[-1], section_at(group[0]).model_fields)}"
    if group[0]["type"] == "union_tag_not_found" and keys[-1] != tag_of(group[0]):
        return f"unknown key; did you mean {tag_of(group[0])!r}?"
    if lacks_key(group[0]):
        return f"missing; {lines_to_add(keys) or f'this key is required{keys_of(group[0])}'}"
    if group[0]["type"] == "missing":  # an error for each entry that a list lacks: the last says how long it should be
        return f"found {format_value(group[0]['input'])}; allowed: {group[-1]['loc'][-1] + 1} entries"
    given = group[0]["ctx"]["tag"] if group[0]["type"] == "union_tag_invalid" else group[0]["input"]
    if (replaced := REPLACED.get((".".join(map(str, keys)), given) if isinstance(given, str) else None)) is not None:
        return f"found {format_value(given)}; {replaced}"
    if (condition := condition_of_run(keys, given)) is not None:
        example = "`baseline_suppressed: {first: baseline, second: suppressed}`"
        found = f"found {format_value(given)}, a run"
        return f"{found}; a pair is of two conditions, over all seeds: say {condition}; {example}"
    lacking = [each for each in group if each["type"] == "missing"]  # an error for each entry, as above
    group = [each for each in group if each not in lacking] + lacking[-1:]
    words = [word for each in group for word in spellings(each)]
    others = dict.fromkeys(phrase(each) for each in group if not spellings(each))
    hint = "".join(f"did you mean {near!r}? " for near in close(given, words))
    allowed = ", or ".join([*others, *([format_list(words)] if words else [])])
    return f"found {format_value(given)}; {hint}allowed: {allowed}"


def lines_to_add(keys: tuple) -> str:
    """The line that an older study needs where an analysis or a kind of figure was added; nothing for other keys.

    DVC walks the list, or the section of a stage of sets: it must be there, but may be empty.
    """
    stage = STAGES.get(keys[0])
    if len(keys) == 1 and stage is not None and stage.axis == SET:
        return f"add the line `{keys[0]}: {{}}`, or what it should name"
    empty = {"applies": "[]", "figures": "{}"}.get(keys[0])
    return f"add the line `{keys[1]}: {empty}` to {keys[0]}, or what it should name" if empty and len(keys) == 2 else ""


def keys_of(error: dict) -> str:
    """The keys of a section that is missing; nothing where a single value is."""
    if error["type"] != "missing":
        return ""
    section = type_inside(section_at(error), error["loc"][-1])
    return f"; its keys: {format_list(section.model_fields)}" if hasattr(section, "model_fields") else ""


def find_new_place(keys: tuple) -> str:
    """Where a key of former studies stands now, or a figure that is listed under a kind from which it is not drawn."""
    if (moved := MOVED.get(".".join(map(str, keys)))) is not None:
        return f"{moved}; "
    if len(keys) != 3 or keys[0] != "figures" or keys[2] not in FIGURES:
        return ""
    kind = FIGURES[keys[2]].kind
    return f"this figure is drawn from {kind}, so it belongs under figures.{kind}; "


def condition_of_run(keys: tuple, given: Any) -> str | None:
    """The condition of a run that a pair of a former study names; None where it is none."""
    found = re.fullmatch(RUN, given) if keys[-1] in PLACES and isinstance(given, str) else None
    return found and found[1]


def spellings(error: dict) -> list[str]:
    """The words that are allowed, where only certain words are."""
    context = error.get("ctx", {})
    stated = context.get("expected_tags") or (context["expected"] if error["type"] == "literal_error" else "")
    words = [word.strip(" '") for word in re.split(r", | or ", stated) if word]
    return [{"True": "true", "False": "false"}.get(word, word) for word in words]


def phrase(error: dict) -> str:
    """What is allowed, in words."""
    kind, given, context = error["type"], error["input"], error.get("ctx", {})
    if kind == "string_pattern_mismatch" or error["loc"][-1] == "[key]" and kind == "string_type":
        return PATTERNS.get(context.get("pattern"), LETTERS)
    if kind == "int_type" and isinstance(given, float) and given.is_integer():
        return "a whole number, written without a point"
    if kind == "missing":
        return f"{error['loc'][-1] + 1} entries"
    allowed = ALLOWED[kind].format(**context) if kind in ALLOWED else error["msg"]
    quoted = kind in ("int_type", "float_type") and isinstance(given, str) and re.fullmatch(r"[-+.\de]*\d", given)
    return f"{allowed}, without quotation marks" if quoted else allowed
