"""A function is named by a verb with its object, or by a noun for what it returns, and files are short."""

import ast
from pathlib import Path

import pytest
from engines import ROOT

from vestige.cli import COMMANDS
from vestige.foundation.rows import STAGES

PACKAGE = ROOT / "src" / "vestige"
LONGEST = 250  # lines of a file
# Participles and adverbs that say nothing of what a function does, as whole names; and the endings of others.
BARE = {
    "above", "after", "alone", "along", "alike", "apart", "around", "at", "bare", "begun", "behind", "below",
    "beneath", "beside", "between", "beyond", "bound", "brought", "built", "by", "chosen", "drawn", "each",
    "either", "elsewhere", "enough", "evenly", "every", "few", "found", "given", "here", "inside", "kept", "known",
    "left", "lost", "made", "met", "named", "near", "nearer", "of", "once", "only", "other", "others", "put",
    "said", "same", "seen", "sent", "set", "shown", "spelt", "spent", "still", "taken", "there", "thought",
    "together", "told", "unlike", "upstream", "which", "whole", "within", "written", "wrong",
}  # fmt: skip
ENDINGS = ("ed", "ing")
NOUNS = {"seed", "training", "clustering", "reading"}  # and what a stage or a command is called


def functions(path: Path) -> list[str]:
    """The names of all functions and methods in a file, without underscores around them."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return [node.name.strip("_") for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def is_bare(name: str) -> bool:
    """Whether a name is one word that is a participle, an adverb or a preposition."""
    if "_" in name or name in NOUNS or name in STAGES or name in COMMANDS:
        return False
    return name in BARE or name.endswith(ENDINGS)


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_no_function_is_named_by_a_participle_or_an_adverb_alone(path):
    assert [name for name in functions(path) if is_bare(name)] == []


def test_a_source_file_is_short_enough_to_be_read():
    lines = {path: path.read_text(encoding="utf-8").count("\n") for path in PACKAGE.rglob("*.py")}
    assert [path for path, count in lines.items() if count > LONGEST] == []


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("told", True),
        ("labelled", True),
        ("naming", True),
        ("label_norms", False),
        ("training", False),
        ("seed", False),
    ],
)
def test_a_participle_is_known(name, bare):
    assert is_bare(name) == bare
