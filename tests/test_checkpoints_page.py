"""What docs/checkpoints.md says, done word for word; and that both engines see files that move and change."""

import re
import runpy
import shutil
import sys

import numpy as np
import pytest
import xarray as xr
from engine_jobs import snakemake_stale
from engines import ROOT, new_project, run
from ruamel.yaml import YAML

from vestige.config import loading
from vestige.foundation.rows import STAGES

TEXT = (ROOT / "docs" / "checkpoints.md").read_text(encoding="utf-8")
BLOCKS = {kind: re.findall(rf"```{kind}\n(.*?)```", TEXT, flags=re.DOTALL) for kind in ("python", "yaml", "sh")}


def test_the_study_on_the_page_is_sound_and_has_the_one_run():
    study = loading.validate_study(YAML(typ="safe").load(BLOCKS["yaml"][0]))
    assert study.is_given("theirs")
    assert [len(study.cells(STAGES[stage])) for stage in ("training", "association", "clustering", "agreement")] == [
        1
    ] * 4


def test_a_first_layer_carried_over_gives_what_it_gave_for_pixels_from_0_to_1(tmp_path):
    (tmp_path / "carry.py").write_text(f"import numpy as np\n{BLOCKS['python'][2]}")
    said = runpy.run_path(str(tmp_path / "carry.py"))
    rng = np.random.default_rng(0)
    weight, bias, pixels = rng.normal(size=(5, 12)), rng.normal(size=5), rng.uniform(size=(7, 2, 6))
    mean, std = np.array([0.2, 0.7]), np.array([0.3, 0.1])
    normalised = ((pixels - mean[:, None]) / std[:, None]).reshape(7, 12)
    carried, moved = said["carry_over"](weight, bias, mean, std)
    assert normalised @ carried.T + moved == pytest.approx(pixels.reshape(7, 12) @ weight.T + bias)


@pytest.fixture(scope="module")
def performed(tmp_path_factory):
    """A project in which all of the page was done."""
    project = new_project(tmp_path_factory.mktemp("page") / "project")
    (project / "params.yaml").write_text(BLOCKS["yaml"][0])
    (project / "write.py").write_text(BLOCKS["python"][0])
    (project / "read.py").write_text(BLOCKS["python"][1] + 'np.save("matrix.npy", matrix)\n')
    run(project, f"{sys.executable} write.py")
    for line in BLOCKS["sh"][0].splitlines():
        run(project, line)
    run(project, f"{sys.executable} read.py")
    return project


@pytest.fixture
def project(performed, tmp_path):
    """A copy of it."""
    return shutil.copytree(performed, tmp_path / "project", symlinks=True)


def of_run(project, stage):
    """The result of a stage."""
    return xr.load_dataset(project / f"results/theirs/{stage}/theirs-seed0.nc")


def other_weights(project):
    """Replace the file by another network's."""
    text = (project / "write.py").read_text().replace("default_rng(0)", "default_rng(1)").replace("mkdir()", "exists()")
    (project / "write.py").write_text(text)
    run(project, f"{sys.executable} write.py")


@pytest.mark.nightly
def test_the_page_is_done_word_for_word(performed):
    matrix = np.load(performed / "matrix.npy")
    assert matrix.shape == (16, 16)
    assert (matrix == matrix.T).all()
    assert matrix.diagonal().max() > 0
    assert of_run(performed, "agreement").sizes["epoch"] == 1
    assert np.isfinite(of_run(performed, "training")["val_loss"].values).all()


RUN = {f"results/theirs/{stage}/theirs-seed0.nc" for stage in ("training", "association", "clustering", "agreement")}


@pytest.mark.nightly
def test_both_engines_make_it_and_see_files_that_move_and_change(project):
    run(project, "snakemake figures --quiet")
    before = of_run(project, "association")

    (project / "weights").rename(project / "elsewhere")
    text = (project / "params.yaml").read_text().replace("checkpoints: weights", "checkpoints: ./elsewhere")
    (project / "params.yaml").write_text(text)
    assert "nothing would run" in run(project, "vestige plan").stdout
    assert snakemake_stale(project) == set()
    run(project, "vestige sync")
    assert "Running stage" not in run(project, "dvc repro").stdout

    (project / "write.py").write_text((project / "write.py").read_text().replace('"weights', '"elsewhere'))
    other_weights(project)
    says = "what lies at conditions.theirs.checkpoints has changed: epoch-000.safetensors of seed 0"
    assert says in run(project, "vestige check").stdout
    assert says in run(project, "vestige verify", check=False).stdout
    assert snakemake_stale(project) > RUN
    run(project, "vestige sync")
    again = run(project, "dvc repro").stdout
    assert {f"vestige make {path}" for path in RUN} <= set(re.findall("vestige make \\S+\\.nc", again))
    after = of_run(project, "association")
    assert not np.allclose(before["association"], after["association"])
    run(project, "vestige verify")
    run(project, "vestige sync")
    assert snakemake_stale(project) == set()
