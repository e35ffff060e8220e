"""What stands at the keys of params.yaml, as plain values and in one spelling."""

import json
from collections.abc import Iterable
from typing import Any


def pick_keys(study: Any, keys: Iterable[str]) -> dict[str, Any]:
    """What stands at some keys; those that the study leaves out stay out."""
    values = {key: value_at(study, key) for key in keys}
    return {key: value for key, value in values.items() if value is not None}


def value_at(study: Any, key: str) -> Any:
    """The plain value that stands at a key such as `conditions.baseline`; keys left out stay out."""
    here: Any = study
    for part in key.split("."):
        here = here[part] if isinstance(here, dict) else getattr(here, part)
    return plain(here)


def plain(value: Any) -> Any:
    """A value as JSON would hold it; of a section without keys on which no result depends."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", exclude_none=True, exclude=set(getattr(value, "no_part_of_proofs", ())))
    return value


def canonical(value: Any) -> str:
    """The one spelling of settings: sorted, without spaces; 1 and 1.0 are the same where the study says so."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
