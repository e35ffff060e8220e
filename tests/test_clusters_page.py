"""The study of docs/clusters.md is one that the check accepts, and nothing else is said there of keys."""

import re

import pytest
from engines import ROOT, new_project, run
from ruamel.yaml import YAML

from vestige.config import loading
from vestige.foundation.rows import STAGES
from vestige.stages import clustering
from vestige.stages.training import Settings
from vestige.stages.unit_association import PLAIN

TEXT = (ROOT / "docs" / "clusters.md").read_text()


def study_on_the_page() -> str:
    (block,) = re.findall(r"```yaml\n(.*?)```", TEXT, flags=re.DOTALL)
    return block


def test_the_study_on_the_page_is_sound_and_covers_what_it_says():
    study = loading.validate_study(YAML(typ="safe").load(study_on_the_page()))
    assert study.cells(STAGES["untrained"]) == ({"set": "initial"},)
    stages = ("training", "association", "clustering", "agreement", "norms", "cluster_classes", "cluster_ablation")
    assert {len(study.cells(STAGES[stage])) for stage in stages} == {6}


def test_the_keys_and_measures_on_the_page_are_those_that_there_are():
    rows = [line.split("|")[1] for line in TEXT.splitlines() if line.startswith("| `")]
    named = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert {name for name in named if name in Settings.model_fields} >= {"optimizer", "l1", "l2", "dropout", "held_out"}
    assert [name for name in named if name in PLAIN] == list(PLAIN)


def test_the_nulls_on_the_page_are_those_that_there_are():
    (table,) = re.findall(r"\| null \|.*?\n\n", TEXT, flags=re.DOTALL)
    assert re.findall(r"^\| `(\w+)` \|", table, flags=re.MULTILINE) == list(clustering.Nulls.model_fields)


def test_the_study_on_the_page_may_draw_and_search_the_null_that_the_page_gives():
    data = YAML(typ="safe").load(study_on_the_page())
    (given,) = re.findall(r"`association\.gram_null: (\{.*?\})`", TEXT)
    data["association"]["gram_null"] = YAML(typ="safe").load(given)
    data["clustering"]["nulls"]["gram"] = data["association"]["gram_null"]["draws"]
    assert loading.validate_study(data).clustering.nulls.gram == 19


@pytest.mark.nightly
def test_the_study_on_the_page_is_made(tmp_path):
    project = new_project(tmp_path / "project")
    (project / "params.yaml").write_text(study_on_the_page())
    run(project, "snakemake figures --cores 2", timeout=800)
    assert (project / "results/digits_clusters/untrained/initial.nc").is_file()
    for stage in ("agreement", "norms", "cluster_classes", "cluster_ablation"):
        assert len([*project.glob(f"results/digits_clusters/{stage}/*.nc")]) == 6
    assert "nothing to do" in run(project, "snakemake figures --cores 2").stdout
    assert run(project, "dvc status --quiet").returncode == 0
