"""The description of each key of params.yaml: the docstring under its field, for the JSON schema and the docs."""

import ast
import inspect
import textwrap
from functools import cache

from pydantic.json_schema import GenerateJsonSchema

from vestige.foundation.settings import Values


class DescribedSchema(GenerateJsonSchema):
    """A JSON schema in which every key has its description."""

    def model_schema(self, schema):
        """The schema of one section, each of its keys with a description unless its field states one."""
        found = super().model_schema(schema)
        for key, part in found.get("properties", {}).items():
            if text := describe_key(schema["cls"], key):
                part.setdefault("description", text)
        return found


def describe_key(section: type[Values], key: str) -> str:
    """The docstring under a key of a section, or under that of the section that it extends; empty if there is none."""
    return next((text for each in section.__mro__ if (text := field_docstrings(each).get(key))), "")


@cache
def field_docstrings(section: type) -> dict[str, str]:
    """The docstring under each field of a class, its lines joined; none of a class that stands in no file."""
    try:
        (node,) = ast.parse(textwrap.dedent(inspect.getsource(section))).body
    except (OSError, TypeError):  # a built-in class, or one that `create_model` made
        return {}
    pairs = zip(node.body, node.body[1:], strict=False)
    return {
        field.target.id: " ".join(ast.literal_eval(text.value).split())
        for field, text in pairs
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)
    }
