"""An edited description leaves every result as it is: of no source file does a docstring count."""

import ast
from pathlib import Path

import pytest

from vestige.foundation import source_hash

FILES = sorted(source_hash.PACKAGE.rglob("*.py"))


def with_other_docstrings(text: str) -> tuple[str, int]:
    """A source whose every docstring, of keys of params.yaml too, says something else; how many there are."""
    lines, nodes = text.encode().split(b"\n"), [node for node in ast.walk(ast.parse(text)) if source_hash.is_text(node)]
    for node in sorted(nodes, key=lambda node: -node.lineno):
        before, after = lines[node.lineno - 1][: node.col_offset], lines[node.end_lineno - 1][node.end_col_offset :]
        lines[node.lineno - 1 : node.end_lineno] = [before + b'"""Edited."""' + after]
    return b"\n".join(lines).decode(), len(nodes)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(source_hash.PACKAGE).as_posix())
def test_another_docstring_is_the_same_code(path: Path, tmp_path: Path):
    text, count = with_other_docstrings(path.read_text(encoding="utf-8"))
    assert count
    (tmp_path / path.name).write_text(text, encoding="utf-8")
    assert source_hash.digest_of(tmp_path / path.name) == source_hash.digest_of(path)
