"""What `workflow/equivalent.yaml` vouches for: the results of former code, made again, have the same numbers."""

import subprocess

import compare
import pytest
from comparison import sides, studies
from comparison.files import compare_folders
from comparison.records import Difference
from comparison.renamed import load_renamed
from engines import ROOT

# The last commit before some edits -> results in which they may show, by the beginning of their paths: nobody vouches
# for those. Figures show seeds since, and pairs are of conditions, each network with that of the next seed.
BEFORE = {"f096b257": ("claims", "report", "network.nc", "figures", "between")}


@pytest.mark.nightly
@pytest.mark.parametrize("commit", BEFORE)
@pytest.mark.parametrize("name", ["tiny", "vgg11"])
def test_results_of_the_code_before_an_edit_that_is_vouched_for_are_made_again_with_the_same_numbers(
    tmp_path, monkeypatch, commit, name
):
    known = subprocess.run(["git", "cat-file", "-e", f"{commit}^{{commit}}"], cwd=ROOT, capture_output=True)
    if known.returncode != 0:
        pytest.skip("this copy of the project has no history: the former code is not at hand")
    monkeypatch.setattr(sides, "FOLDER", tmp_path)
    study = studies.load_study(name)
    compare.main(sides.resolve_commit(commit), [study])
    old, new = (next(tmp_path.glob(f"{side}/{name}*")) / "results" for side in ("base", "present"))
    found = [(file, each) for file, each in compare_folders(old, new, load_renamed()) if isinstance(each, Difference)]
    assert {file for file, _ in found if not file.partition("/")[2].startswith(BEFORE[commit])} == set()
