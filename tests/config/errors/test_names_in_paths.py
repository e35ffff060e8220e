"""A study or a condition whose name would break a path is refused."""

import re

import pytest
from config.errors.corrupted_study import LETTERS, edited, message


@pytest.mark.parametrize(
    "name", ["A", "a/b", "a.b", "a b", "", "..", ".", "/", "1a", "_a", "ä", "a\n", "a-b", "a\\b", "~a"]
)
def test_a_condition_whose_name_would_break_a_path_is_refused(refusal, name):
    spelt = name.replace("\\", "\\\\").replace("\n", "\\n")
    says = refusal(edited("  early:", f'  "{spelt}":', "[plain, early]", "[plain]"))
    assert re.search(r'\n  conditions\.("?).*\1 \(line 26\): ', says)
    assert says.endswith(f'found "{spelt}"; allowed: {LETTERS}')


@pytest.mark.parametrize("name", ["A", "a/b", "a.b", "a b", "", "..", "/", "1a", "_a", "-a", "a\\nb"])
def test_a_study_whose_name_would_break_a_path_is_refused(refusal, name):
    says = f'study (line 1): found "{name}"; allowed: {LETTERS} or hyphens'
    assert refusal(edited("study: small", f'study: "{name}"')) == message(says)


@pytest.mark.parametrize("name", ["7", "true", "null", "1.5"])
def test_a_condition_is_named_by_letters(refusal, name):
    says = f"conditions.{name if name != '1.5' else '1.5'} (line 26): found {name}; allowed: {LETTERS}"
    assert says in refusal(edited("  early:", f"  {name}:", "[plain, early]", "[plain]"))


def test_a_name_too_long_for_a_file_is_refused(refusal):
    says = refusal(edited("  early:", f"  {'a' * 65}:", "[plain, early]", "[plain]"))
    assert says.endswith("allowed: at most 64 characters")
