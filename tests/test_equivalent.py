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
# for those. Figures show seeds since, and pairs are of conditions, each network with that of the next seed; selectivity
# is measured in float32 since, and so the order in which units are ablated may be another.
FOLLOW = ("claims", "report", "figures")
MEASURED = ("selectivity", "ablation", "cluster_classes")
BEFORE = {"f096b257": (*FOLLOW, *MEASURED, "network.nc", "between"), "09d5982": (*FOLLOW, *MEASURED)}
COMPARED = [("f096b257", "tiny"), ("f096b257", "vgg11"), ("09d5982", "tiny"), ("09d5982", "perceptron")]


@pytest.mark.nightly
@pytest.mark.parametrize(("commit", "name"), COMPARED)
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
