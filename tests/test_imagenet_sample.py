"""The study `imagenet_sample` as it is shipped: from photographs to the page, and from one format to another."""

import json
import re

import photograph_sets
import pytest
from engines import ROOT, edit, new_project, run, unproven

STUDY = ROOT / "studies" / "imagenet_sample.yaml"
COUNTS = {"train": 72, "val": 22}  # of each class: as many as its batches and its batch norm ask for, and a few more


@pytest.mark.nightly
@pytest.mark.timeout(3600)
def test_it_is_made_whole_its_page_says_what_it_proves_and_another_format_makes_the_images_again_alone(tmp_path):
    project = new_project(tmp_path / "project", STUDY)
    photographs = photograph_sets.draw_images(COUNTS, lambda rng, _: photograph_sets.draw_photograph(rng, 0))
    for layout, name in (("class_folders", "photographs"), ("webdataset_tars", "shards")):
        photograph_sets.write(layout, project / "data" / name, tmp_path / name, photographs)
    run(project, "snakemake figures --quiet", timeout=3000)
    assert unproven(project) == {}
    assert len(list(project.glob("results/imagenet_sample/figures/*.png"))) == 7
    page = " ".join(re.sub("<[^>]*>", " ", (project / "results/imagenet_sample/report.html").read_text()).split())
    assert "they have learnt next to nothing, and what is said here of accuracies" in page  # which are of noise
    edit(project, "images", "root", to="data/shards")
    planned = json.loads(run(project, "vestige plan --json").stdout)["jobs"]
    assert [each["result"] for each in planned if each["certain"]] == ["results/imagenet_sample/images.nc"]
    run(project, "vestige make results/imagenet_sample/images.nc")  # as both engines say
    assert unproven(project) == {}
    assert "nothing to do, all results are current" in run(project, "snakemake figures").stdout
