"""Stages are told apart by their rows alone: no other code knows one of them by name."""

import ast
from pathlib import Path

import pytest

from vestige.claims import curves
from vestige.foundation import source_hash
from vestige.foundation.rows import STAGES

FILES = sorted(
    path for path in source_hash.PACKAGE.rglob("*.py") if path != source_hash.PACKAGE / "foundation" / "rows.py"
)
# There a key of a dictionary names a variable of a result, some of which are called as the stage that makes them.
OF_RESULTS = ("stages", "metrics", "figures")


def texts(node: ast.AST) -> list[ast.Constant]:
    """The names of stages that stand in an expression: alone, or in a tuple, a list or a set."""
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return [text for each in node.elts for text in texts(each)]
    return [node] if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in STAGES else []


def known_by_name(tree: ast.AST, keys: bool) -> list[str]:
    """The names of stages in comparisons, memberships and matches, and as keys of dictionaries, with their lines."""
    asked = [(node.left, *node.comparators) for node in ast.walk(tree) if isinstance(node, ast.Compare)]
    asked += [(node.value,) for node in ast.walk(tree) if isinstance(node, ast.MatchValue)]
    if keys:
        asked += [tuple(filter(None, node.keys)) for node in ast.walk(tree) if isinstance(node, ast.Dict)]
    return [f"line {text.lineno}: {text.value}" for nodes in asked for node in nodes for text in texts(node)]


@pytest.mark.parametrize(
    "text",
    ['stage == "training"', 'x in ("cka", "rest")', 'match x:\n    case "claims":\n        pass', '{"images": 1}[x]'],
)
def test_a_stage_that_is_known_by_name_is_found(text):
    assert known_by_name(ast.parse(text), keys=True)


def test_no_code_but_the_rows_knows_a_stage_by_name():
    found = {}
    for path in FILES:
        file = path.relative_to(source_hash.PACKAGE)
        if names := known_by_name(ast.parse(path.read_text(encoding="utf-8")), file.parts[0] not in OF_RESULTS):
            found[Path(file).as_posix()] = names
    assert found == {}


@pytest.mark.parametrize("stage", STAGES.values(), ids=list(STAGES))
def test_what_a_row_names_is_there(stage):
    assert {*stage.reads, *stage.gathers} <= STAGES.keys()
    assert {*stage.reads, *stage.gathers}.isdisjoint(list(STAGES)[list(STAGES).index(stage.name) :])
    if "{" not in stage.code[0]:
        assert (source_hash.PACKAGE / stage.code[0]).is_file()


def test_claims_know_what_to_read_of_each_kind_of_result_that_they_are_decided_by():
    decided_by = [row for row in STAGES.values() if row.claims]
    assert all(callable(getattr(curves, row.name, None)) for row in decided_by)
    assert {row.axis for row in decided_by} == {"run", "pair", "set"}
