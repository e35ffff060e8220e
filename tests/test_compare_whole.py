"""The harness as a whole: a tree against its own commit, and against itself with a number changed on purpose."""

import io
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import compare
import pytest
from comparison import sides, studies
from comparison.files import compare_folders
from comparison.records import Difference
from comparison.renamed import load_renamed
from engines import TINY, new_project
from ruamel.yaml import YAML

CHECKPOINTS = "checkpoints/baseline-seed0"
# The edit of each of three files -> what it must be named by: file and item, and files in which nothing may differ.
SEEDED = {
    "training": (
        "training/optimizers/sgd.py",
        ("momentum=training.momentum,", "momentum=training.momentum * (1 - 1e-4),"),
        {("training/baseline-seed0.nc", "train_loss"), (f"{CHECKPOINTS}/epoch-001.safetensors", "fc.weight")},
        ("images.nc", f"{CHECKPOINTS}/epoch-000.safetensors"),
    ),
    "measure": (
        "metrics/selectivity.py",
        ("(largest + rest + epsilon)", "(largest + rest + 1.001 * epsilon)"),
        {("selectivity/baseline-seed0.nc", "selectivity")},
        ("training/", "checkpoints/", "images.nc"),
    ),
    "figure": (
        "figures/module_lines.py",
        ("table = module_table(runs, settings)\n", "table = module_table(runs, settings).eval('mean = 0.99 * mean')\n"),
        {("figures/emergence.png", "pixels"), ("figures/emergence.pdf", "objects"), ("figures/emergence.csv", "mean")},
        ("training/", "checkpoints/", "selectivity/", "images.nc"),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of the project as a repository with one commit, and where the harness leaves what it makes."""
    folder = new_project(tmp_path_factory.mktemp("harness") / "tree")
    (folder / "tests" / "studies").mkdir(parents=True)
    shutil.copy(TINY, folder / "tests" / "studies")
    for command in (("add", "--all"), ("-c", "user.name=me", "-c", "user.email=me@here", "commit", "-qm", "all")):
        subprocess.run(["git", *command], cwd=folder, check=True)
    sides.FOLDER, before = folder.parent / "compare", sides.FOLDER
    yield folder
    sides.FOLDER = before


def smallest() -> studies.Study:
    """One run of one epoch, and the one figure that needs no other."""
    data = YAML(typ="safe").load(TINY.read_text())
    data["training"]["epochs"] = 1
    data |= {
        "seeds": [0],
        "conditions": {"baseline": {"alpha": 0}},
        "between": {},
        "applies": {"ablation": [], "cka": [], "association": [], "norms": [], "cluster_ablation": []},
    }
    shown = {"selectivity": {"emergence": data["figures"]["selectivity"]["emergence"]}}
    data["figures"] = {kind: {} for kind in data["figures"]} | shown
    text = io.StringIO()
    YAML(typ="safe").dump(data, text)
    return studies.Study("tiny", text.getvalue(), "results/tiny/figures/emergence.png")


def harness(tree: Path) -> tuple[int, dict[str, set]]:
    """The exit status of a comparison of a tree with its commit, and the items in which each file differs."""
    status = compare.main(sides.resolve_commit("HEAD", tree), [smallest()], tree=tree)
    old, new = (next(sides.FOLDER.glob(f"{side}/tiny*")) / "results/tiny" for side in ("base", "present"))
    named: dict[str, set] = {}
    for file, found in compare_folders(old, new, load_renamed()):
        if isinstance(found, Difference):
            named.setdefault(file, set()).add(found.item)
    return status, named


@pytest.mark.nightly
def test_a_tree_equals_its_own_commit(tree):
    assert harness(tree) == (0, {})


@pytest.mark.nightly
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.nightly if name == "training" else ()) for name in SEEDED]
)
def test_an_edit_of_a_number_is_named_by_file_and_variable(tree, name):
    file, (old, new), named, equal = SEEDED[name]
    path = tree / "src" / "vestige" / file
    before = path.read_text()
    assert old in before
    path.write_text(before.replace(old, new))
    try:
        status, found = harness(tree)
    finally:
        path.write_text(before)
    assert status == 1
    assert {(file, item) for file, items in found.items() for item in items} >= named
    assert [file for file in found if file.startswith(equal)] == []


@pytest.mark.nightly
def test_a_study_with_keys_that_a_commit_does_not_know_is_made_as_it_was_or_not_compared(tree, tmp_path, monkeypatch):
    monkeypatch.setattr(sides, "FOLDER", tmp_path)
    commit, now = sides.resolve_commit("HEAD", tree), studies.load_study("tiny")
    unknown = replace(now, text=f"{now.text}another: 1\n", target="results/tiny/images.nc")
    before = compare.make_understood(unknown, commit, None, tree)
    assert [path.name for path in before.results.iterdir() if path.is_file()] == ["images.nc"]
    with pytest.raises(studies.NotCompared, match="(?s)the base refuses it: .*another"):
        compare.make_understood(replace(unknown, path=None), commit, None, tree)
