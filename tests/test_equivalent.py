"""The results of the code before proofs held the text of their job, made again, have the same numbers."""

import subprocess

import compare
import pytest
from comparison import sides, studies
from comparison.files import compare_folders
from comparison.records import Difference
from comparison.renamed import load_renamed
from engines import ROOT

# The last commit before that -> results in which it shows, by the beginning of their paths: the page lists the code.
BEFORE = {"aa1e0754": ("report",)}
COMPARED = [("aa1e0754", "tiny"), ("aa1e0754", "perceptron")]


@pytest.mark.nightly
@pytest.mark.parametrize(("commit", "name"), COMPARED)
def test_results_of_former_code_are_made_again_with_the_same_numbers(tmp_path, monkeypatch, commit, name):
    known = subprocess.run(["git", "cat-file", "-e", f"{commit}^{{commit}}"], cwd=ROOT, capture_output=True)
    if known.returncode != 0:
        pytest.skip("this copy of the project has no history: the former code is not at hand")
    monkeypatch.setattr(sides, "FOLDER", tmp_path)
    study = studies.load_study(name)
    compare.main(sides.resolve_commit(commit), [study])
    old, new = (next(tmp_path.glob(f"{side}/{name}*")) / "results" for side in ("base", "present"))
    found = [(file, each) for file, each in compare_folders(old, new, load_renamed()) if isinstance(each, Difference)]
    assert {file for file, _ in found if not file.partition("/")[2].startswith(BEFORE[commit])} == set()
