"""The schema for editors and the page of every key are those of the types."""

import json

import jsonschema
import pytest
from config.example_study import ROOT, STUDIES, TEXT, values

from vestige.commands.reference import reference
from vestige.commands.schema import schema


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_editors_that_know_the_schema_accept_every_ready_made_study(path):
    jsonschema.validate(values(path.read_text()), json.loads(schema()))


def test_the_schema_for_editors_is_that_of_the_types():
    written = (ROOT / "workflow" / "schemas" / "params.schema.json").read_text()
    assert written == schema(), "run: vestige schema > workflow/schemas/params.schema.json"


def test_the_page_of_every_key_is_that_of_the_types():
    written = (ROOT / "docs" / "reference.md").read_text()
    assert written == reference(), "run: vestige schema --markdown > docs/reference.md"


def test_every_key_of_the_schema_has_a_description():
    """Its own, or that of the section that stands there."""
    definitions = json.loads(schema())["$defs"]
    sections = {"params.yaml": json.loads(schema()), **definitions}
    bare = [
        f"{name}: {key}"
        for name, section in sections.items()
        for key, part in section["properties"].items()
        if not part.get("description") and part.get("$ref", "").removeprefix("#/$defs/") not in definitions
    ]
    assert not bare, "write a docstring under the field"
    assert all(section["description"] for section in definitions.values()), "write a docstring of the class"


def test_the_page_says_what_a_key_may_be_and_what_holds_without_it():
    rows = reference().splitlines()
    assert (
        "| `threads` | integer from 1, up to 1024 | required |" in next(row for row in rows if "`threads`" in row)[:60]
    )
    assert any(row.startswith("| `tolerance` | number above 0 | `0.01` |") for row in rows)
    assert any(
        row.startswith("| `temperatures` | list of 2, each: number above 0 | `[1e-06, 1e+06]` |") for row in rows
    )
    assert any(row.startswith("| `epochs` | list, each: integer from 0, or `all` | required |") for row in rows)
    headings = [row for row in rows if row.startswith("## ")]
    assert "## `images`, `source: digits`" in headings
    assert "## `training.plateau`, `conditions.NAME.plateau`" in headings


def test_params_point_editors_at_the_schema():
    [_, path] = (ROOT / "studies" / "digits.yaml").read_text().splitlines()[0].split("$schema=")
    assert (ROOT / path).is_file()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("threads: 1", "thread: 1"),
        ("width: 4", "widht: 4"),
        ("late: {alpha: 10", "late: {alhpa: 10"),
        ("stop: 4", "stop: null"),
        ("epochs: 6", "epochs: many"),
        ("plain: {", "Plain: {"),
        ("emergence:", "emergance:"),
    ],
)
def test_editors_mark_what_is_refused(old, new):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(values(TEXT.replace(old, new, 1)), json.loads(schema()))
