"""The JSON schema of params.yaml, with which editors complete and check it."""

import json
from typing import Any

from vestige.config.descriptions import DescribedSchema
from vestige.config.study import Study

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> str:
    """The schema as text."""
    return json.dumps(derive_schema(), indent=2) + "\n"


def derive_schema() -> dict[str, Any]:
    """The schema, derived from the types that read the study."""
    return {"$schema": DIALECT, **make_strict(Study.model_json_schema(schema_generator=DescribedSchema))}


def make_strict(part: Any) -> Any:
    """A part of the schema as the study is read: no key may be empty, and no name may break its pattern."""
    if isinstance(part, list):
        return [make_strict(each) for each in part]
    if not isinstance(part, dict):
        return part
    kept = {key: make_strict(each) for key, each in part.items() if (key, each) != ("default", None)}
    if "patternProperties" in kept:
        kept["additionalProperties"] = False
    branches = [branch for branch in kept.pop("anyOf", []) if branch != {"type": "null"}]
    return {**branches[0], **kept} if len(branches) == 1 else {**kept, "anyOf": branches} if branches else kept
