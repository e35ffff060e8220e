"""The JSON schema of params.yaml, with which editors complete and check it."""

import json
from typing import Any

from vestige.config.study import Study

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> str:
    """The schema, derived from the types that read the study."""
    return json.dumps({"$schema": DIALECT, **strict(Study.model_json_schema())}, indent=2) + "\n"


def strict(part: Any) -> Any:
    """A part of the schema as the study is read: no key may be empty, and no name may break its pattern."""
    if isinstance(part, list):
        return [strict(each) for each in part]
    if not isinstance(part, dict):
        return part
    kept = {key: strict(each) for key, each in part.items() if (key, each) != ("default", None)}
    if "patternProperties" in kept:
        kept["additionalProperties"] = False
    branches = [branch for branch in kept.pop("anyOf", []) if branch != {"type": "null"}]
    return {**kept, **branches[0]} if len(branches) == 1 else {**kept, "anyOf": branches} if branches else kept
