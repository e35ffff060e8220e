"""The page docs/reference.md: every key of params.yaml, written from the schema."""

from collections.abc import Iterator
from typing import Any

from vestige.commands.schema import derive_schema

HEAD = """\
# Every key of params.yaml

Written by `vestige schema --markdown > docs/reference.md` from the classes that read `params.yaml`; a test compares. In
an editor with YAML support the same descriptions appear beside the keys, from `workflow/schemas/params.schema.json`.

A key that is not listed is refused. A key that may be left out has the value of the column "left out"; where that is
empty, the effect is absent or the description says what holds. Why a value is what it is, and what a paper has:
[fidelity.md](fidelity.md).
"""
TABLE = "| key | value | left out | meaning |\n|---|---|---|---|"
BOUNDS = {"minimum": "from", "exclusiveMinimum": "above", "maximum": "up to", "exclusiveMaximum": "below"}
TAGS = ("source", "family")  # the keys by which one of several sections is chosen


def reference() -> str:
    """The page as text."""
    schema = derive_schema()
    paths: dict[str, dict[str, None]] = {}
    for path, name in find_sections(schema, schema, ""):
        paths.setdefault(name, {})[path] = None
    parts = [HEAD, table_of(schema, schema)]
    for name, known in paths.items():
        section = schema["$defs"][name]
        tags = (f", `{tag}: {section['properties'][tag]['const']}`" for tag in TAGS if tag in section["properties"])
        heading = ", ".join(f"`{path}`" for path in known) + "".join(tags)
        parts.append(f"## {heading}\n\n{section['description']}\n\n{table_of(schema, section)}")
    return "\n".join(parts)


def find_sections(schema, part, path: str) -> Iterator[tuple[str, str]]:
    """The path and the definition of every section below a part of the schema, in the order of the keys."""
    for key, value in part.get("properties", {}).items():
        for name in definitions_in(value):
            below = f"{path}.{key}".lstrip(".") + (".NAME" if "patternProperties" in value else "")
            yield below, name
            yield from find_sections(schema, schema["$defs"][name], below)


def definitions_in(value: Any) -> Iterator[str]:
    """The names of the definitions to which a property refers."""
    if isinstance(value, list):
        for each in value:
            yield from definitions_in(each)
    elif isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"].rpartition("/")[2]
        for key, each in value.items():
            if key in ("anyOf", "oneOf", "items", "prefixItems", "patternProperties"):
                yield from definitions_in([*each.values()] if key == "patternProperties" else each)


def table_of(schema: dict[str, Any], section: dict[str, Any]) -> str:
    """The table of a section's own keys."""
    rows = []
    for key, part in section["properties"].items():
        default = code(part["default"]) if "default" in part else ""
        left_out = "required" if key in section.get("required", ()) else default
        rows.append(f"| `{key}` | {values_of(part)} | {left_out} | {meaning_of(schema, part)} |".replace("  |", " |"))
    return "\n".join([TABLE, *rows]) + "\n"


def meaning_of(schema: dict[str, Any], part: dict[str, Any]) -> str:
    """The description of a key; where it would be that of its section, the schema states it there alone."""
    names = definitions_in(part)
    text = part.get("description") or schema["$defs"][next(names)]["description"]
    return " ".join(text.split()).replace("|", r"\|")


def values_of(part: dict[str, Any]) -> str:
    """Which values a key may have, in words."""
    if "const" in part:
        return code(part["const"])
    if "enum" in part:
        return ", ".join(map(code, part["enum"]))
    if "anyOf" in part:
        return ", or ".join(map(values_of, part["anyOf"]))
    if "prefixItems" in part:
        return f"list of {len(part['prefixItems'])}, each: {values_of(part['prefixItems'][0])}"
    if part.get("type") == "array":
        return f"list, each: {values_of(part['items'])}"
    if "patternProperties" in part:
        return "a section for each name"
    if "$ref" in part or "oneOf" in part:
        return "section"
    bounds = ", ".join(f"{word} {part[key]:g}" for key, word in BOUNDS.items() if key in part)
    return f"{part.get('type', 'any value')} {bounds}".rstrip()


def code(value: Any) -> str:
    """A value as params.yaml spells it."""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, float):
        return f"`{value:g}`"
    return f"`[{', '.join(map(spell, value))}]`" if isinstance(value, list) else f"`{value}`"


def spell(value: Any) -> str:
    """A value within a list."""
    return code(value).strip("`")
