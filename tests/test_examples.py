"""The examples in docstrings give what they say."""

import doctest
import importlib

import pytest
from engines import ROOT

PACKAGE = ROOT / "src" / "vestige"
WITH_EXAMPLES = sorted(path for path in PACKAGE.rglob("*.py") if "    >>> " in path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_the_examples_of_a_file_give_what_they_say(path):
    name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
    found = doctest.testmod(importlib.import_module(name))
    assert found.attempted
    assert not found.failed


def test_several_files_have_examples():
    assert len(WITH_EXAMPLES) > 5
