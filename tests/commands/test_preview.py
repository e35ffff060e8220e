"""Figures from the runs finished so far: drawn without waiting for the rest, and marked."""

import pytest
from engines import bytes_of, copied, run

PREVIEW = "work/preview/tiny"


def test_what_is_finished_is_drawn_as_it_will_be(by_snakemake, tmp_path):
    project = copied(by_snakemake, tmp_path / "project")
    before = bytes_of(project, "results/**/*.nc")
    told = run(project, "vestige preview regularised_accuracy").stdout
    assert told == f"regularised_accuracy: {PREVIEW}/regularised_accuracy.png (finished)\n"
    made = {
        name: (project / PREVIEW / name).read_bytes()
        for name in ("regularised_accuracy.pdf", "regularised_accuracy.csv")
    }
    assert made == {name: (project / "results/tiny/figures" / name).read_bytes() for name in made}
    assert bytes_of(project, "results/**/*.nc") == before


@pytest.mark.slow
def test_what_is_not_is_drawn_from_the_rest_and_marked(by_snakemake, tmp_path):
    project = copied(by_snakemake, tmp_path / "project")
    for path in [*project.glob("results/tiny/training/*-seed1.nc"), *project.glob("results/tiny/cka/*-seed1.nc")]:
        path.unlink()
    told = run(project, "vestige preview regularised_accuracy linearity architecture").stdout
    assert f"regularised_accuracy: {PREVIEW}/regularised_accuracy.png (unfinished: 3 of 6 results)" in told
    assert f"linearity: {PREVIEW}/linearity.png (unfinished: 2 of 4 results)" in told
    assert f"architecture: {PREVIEW}/architecture.png (finished)" in told
    marked, whole = (project / f"{folder}/regularised_accuracy.png" for folder in (PREVIEW, "results/tiny/figures"))
    assert marked.read_bytes() != whole.read_bytes()


def test_where_nothing_is_finished_each_figure_says_so(empty_project):
    told = run(empty_project, "vestige preview").stdout.splitlines()
    assert len(told) == 7
    assert all("nothing to draw yet, none of its" in line for line in told)
    assert not (empty_project / "work").exists()


def test_a_figure_that_the_study_lacks_is_refused(empty_project):
    told = run(empty_project, "vestige preview emergance", check=False)
    assert told.returncode == 1
    assert "'emergance' is no figure of the study; did you mean 'emergence'?" in told.stdout
