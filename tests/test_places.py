"""Where photographs lie is no part of any result: moved or in another format, at most the stage `images` runs again."""

import re
import shutil

import photograph_sets
import pytest
from engine_jobs import snakemake_stale
from engines import bytes_of, copied, edit, new_project, run, unproven
from PIL import Image
from ruamel.yaml import YAML

PHOTOGRAPHS = """\
source: imagenet
root: data/photographs
crop: 12
resize: 16
resize_with: pillow
decoding_threads: 2
"""


def shrink(params):
    """The study of two trainings of a pass each, on photographs: runs, not their number, are what is tried."""
    study = YAML().load(params.read_text())
    study["study"] = "photographs"
    study["images"] = YAML().load(PHOTOGRAPHS)
    study["seeds"] = [0]
    study["training"] |= {
        "epochs": 1,
        "batch_size": 6,
        "random_crop": {"scale": [0.08, 1], "ratio": [0.75, 1.33]},
        "flip": 0.5,
    }
    study["conditions"] = {"baseline": {"alpha": 0}, "promoted": {"alpha": 2, "modules": [4], "start": 0}}
    study["ablation"] |= {"epochs": [1], "batch_size": 6}
    study["cka"] |= {"epochs": [0, 1], "batch_size": 6}
    study["between"] = {}
    study["applies"] = {
        "ablation": ["baseline"],
        "cka": ["baseline"],
        "association": [],
        "norms": [],
        "cluster_ablation": [],
    }
    study["figures"] = {kind: {} for kind in study["figures"]}
    with open(params, "w") as file:
        YAML().dump(study, file)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A project whose study of photographs Snakemake has made; they lie in its folder `data`, in two formats."""
    folder = tmp_path_factory.mktemp("places")
    project = new_project(folder / "project")
    for layout, name in (("class_folders", "photographs"), ("webdataset_tars", "shards")):
        photograph_sets.write(layout, project / "data" / name, folder / name, photograph_sets.PHOTOGRAPHS)
    shrink(project / "params.yaml")
    run(project, "snakemake figures --quiet")
    return project


@pytest.fixture
def project(made, tmp_path):
    """A copy of it, with photographs of its own: files of other times, which are looked at first."""
    project = copied(made, tmp_path / "project")
    run(project, OTHER)
    assert unproven(project) == {}
    return project


RESULT = "results/photographs/images.nc"
OTHER = "vestige make results/photographs/images.nc"


def times_of(project):
    """When each result and checkpoint was written; that of images, which DVC writes as it was, counts by its bytes."""
    times = {path: path.stat().st_mtime_ns for path in (project / "results").rglob("*") if path.is_file()}
    return times | {project / RESULT: (project / RESULT).read_bytes()}


def moved(project):
    """What the engines say where the images lie elsewhere, or are others."""
    return [run(project, command, check=False).stdout for command in ("snakemake figures -n", "vestige check")]


@pytest.mark.slow
@pytest.mark.parametrize("place", [pytest.param("data/shards", marks=pytest.mark.nightly), "data/elsewhere"])
def test_the_same_photographs_in_another_format_or_place_leave_all_else_current(project, place):
    before, cost = bytes_of(project, "results/**/*.nc"), bytes_of(project, "benchmarks/photographs/images.json")
    if place == "data/elsewhere":
        shutil.copytree(project / "data/photographs", project / place)
    edit(project, "images", "root", to=place)
    for said in moved(project):
        assert f"has changed since {RESULT} was made. Say `{OTHER}`" in said
    run(project, OTHER)
    assert (
        "are those of results/photographs/images.nc, which stays"
        in (project / "logs/photographs/images.log").read_text()
    )
    assert bytes_of(project, "results/**/*.nc") == before
    assert bytes_of(project, "benchmarks/photographs/images.json") == cost
    assert unproven(project) == {}
    assert snakemake_stale(project) == set()


@pytest.mark.slow
def test_another_photograph_makes_all_that_follows_due(project):
    path, other = sorted((project / "data/photographs/train").glob("*/*"))[:2]
    path.write_bytes(other.read_bytes())
    assert all("images.root: train has changed" in said for said in moved(project))
    assert RESULT in unproven(project)
    before = bytes_of(project, "results/**/*.nc")
    run(project, OTHER)
    assert set(unproven(project)) >= {path for path in before if path != RESULT}
    run(project, "snakemake figures --quiet")
    after = bytes_of(project, "results/**/*.nc")
    assert {path for path in before if before[path] == after[path]} == set()
    assert unproven(project) == {}


@pytest.mark.slow
def test_photographs_that_were_encoded_again_are_others_and_the_log_says_so(project):
    for path in (project / "data/photographs/train").glob("*/*"):
        with Image.open(path) as photograph:
            photograph.convert("RGB").save(path, "JPEG", quality=60)
    run(project, OTHER)
    log = (project / "logs/photographs/images.log").read_text()
    assert f"they are not those of {RESULT}, which is made anew" in log
    assert "as many of each class as before: the same ones, encoded again?" in log


@pytest.mark.slow
def test_a_place_that_is_not_here_proves_nothing_either_way(project):
    (project / "data/photographs").rename(project / "data/gone")
    assert unproven(project) == {}
    assert snakemake_stale(project) == set()


@pytest.mark.slow
def test_dvc_says_what_compares_the_images_and_makes_nothing_else(project):
    run(project, "vestige sync")
    edit(project, "images", "root", to="data/shards")
    before = times_of(project)
    refused = run(project, "dvc repro", check=False)
    assert refused.returncode != 0
    assert f"Say `{OTHER}`" in refused.stdout
    run(project, OTHER)
    made = re.findall(r"^Running stage '([^']+)'", run(project, "dvc repro").stdout, re.M)
    assert made == ["study@photographs"]
    assert times_of(project) == before
    assert unproven(project) == {}
    assert run(project, "dvc status --quiet").returncode == 0


@pytest.mark.slow
def test_photographs_that_changed_where_they_lie_stop_a_dvc_that_would_not_make_the_images(project):
    run(project, "vestige sync")
    path, other = sorted((project / "data/photographs/train").glob("*/*"))[:2]
    path.write_bytes(other.read_bytes())
    edit(project, "figures", "network", to={"architecture": {"panel": [1, 1]}})
    assert OTHER in run(project, "dvc repro", check=False).stdout


@pytest.mark.slow
def test_a_variable_that_is_not_set_is_refused_by_name(project):
    edit(project, "images", "root", to="$PHOTOGRAPHS/imagenet")
    said = run(project, "vestige check", check=False).stdout
    assert "images.root is $PHOTOGRAPHS/imagenet, but $PHOTOGRAPHS is not known here" in said


@pytest.mark.slow
def test_a_copy_on_the_machine_that_trains_changes_no_result(project):
    edit(project, "images", "stage_to", to="node")
    assert unproven(project) == {}
    assert snakemake_stale(project) == set()
    before = bytes_of(project, "results/**/training/*.nc")
    shutil.rmtree(project / "work/trajectories")
    for path in before:
        (project / path).unlink()
        run(project, f"vestige make {path}")
    assert bytes_of(project, "results/**/training/*.nc") == before
    assert list((project / "node").glob("vestige-*/0000.images"))
    logs = [path.read_text() for path in (project / "logs").glob("*/training/*.log")]
    assert sorted("GB of photographs to" in log for log in logs) == [False, True]
