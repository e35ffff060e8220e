"""The files that a job reads and writes: missing, damaged, edited, undeclared, or in each other's place."""

import shutil
import subprocess
import sys

import pytest
from engines import environment, new_project, run
from reruns.tiny_results import MEASURED

from vestige import pipeline
from vestige.config.loading import read


def test_a_report_shows_no_numbers_that_its_figures_did_not_write(project):
    (project / "results/tiny/report.html").unlink()
    table = project / "results/tiny/figures/emergence.csv"
    table.write_text(table.read_text() + "fabricated,1\n")
    done = run(project, "vestige make results/tiny/report.html", check=False)
    assert done.returncode == 1
    assert "emergence.csv changed" in done.stdout
    assert "vestige make results/tiny/figures/emergence.png" in done.stdout


TABLE_EDITED = """
from pathlib import Path
from vestige import pipeline
from vestige.commands import make
from vestige.config import loading
table, settings_of = Path("results/tiny/figures/emergence.csv"), make.settings_of
def edited(*given):
    table.write_text(table.read_text().replace("0.0", "9.9"))
    return settings_of(*given)
make.settings_of = edited
print(make.make(pipeline.find(loading.read(), "results/tiny/report.html")))
"""


@pytest.mark.slow
def test_a_table_beside_a_figure_that_is_edited_while_the_report_is_made_makes_the_job_fail(project):
    (project / "results/tiny/report.html").unlink()
    (project / "edited.py").write_text(TABLE_EDITED)
    done = run(project, "python edited.py", check=False)
    assert "results/tiny/figures/emergence.csv changed while it was being made" in done.stdout
    assert not (project / "results/tiny/report.html").exists()


def test_a_folder_in_the_place_of_a_result_is_refused_before_anything_is_computed(empty_project):
    (empty_project / "results/tiny/images.nc").mkdir(parents=True)
    done = run(empty_project, "vestige make results/tiny/images.nc", check=False)
    assert done.returncode == 1
    assert "is a folder, where a file is to be written" in done.stdout


def test_a_missing_input_is_named_with_the_command_that_makes_it(empty_project):
    done = run(empty_project, f"vestige make {MEASURED}", check=False)
    assert done.returncode == 1
    assert "vestige make results/tiny/images.nc" in done.stdout


def test_damaged_images_in_the_work_folder_are_decoded_again(project, by_snakemake):
    for file in (project / "work/images").rglob("*.npy"):
        file.write_bytes(file.read_bytes()[:-7])
    (project / MEASURED).unlink()
    run(project, f"vestige make {MEASURED}")
    assert (project / MEASURED).read_bytes() == (by_snakemake / MEASURED).read_bytes()


LISTS_FILES = """
import sys
import vestige.commands.dispatch
print(*(module.__file__ for name, module in [*sys.modules.items()] if name.startswith("vestige")), sep="\\n")
"""


def files_loaded_by_every_command(project) -> set[str]:
    """The files of the package that any command loads, because it reads every section of params.yaml."""
    said = subprocess.run([sys.executable, "-c", LISTS_FILES], env=environment(project), capture_output=True, text=True)
    return {path.rpartition("/src/vestige/")[2] for path in said.stdout.splitlines()}


@pytest.mark.slow
@pytest.mark.parametrize(
    "stage", ["images", "training", "selectivity", "ablation", "cka", "figures_training", "figures_cka"]
)
def test_a_job_needs_no_file_that_it_does_not_declare(by_snakemake, tmp_path, stage):
    study = read(by_snakemake / "params.yaml")
    job = next(job for job in pipeline.jobs(study) if job.stage.name == stage)
    bare = new_project(tmp_path / "bare")
    declared = {*(each.output for each in job.inputs)}
    for folder in (by_snakemake / each.folder for each in job.read_jobs.values() if each.folder):
        declared |= {str(path.relative_to(by_snakemake)) for path in folder.iterdir()}
    for path in declared:
        (bare / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(by_snakemake / path, bare / path)
    known = {*job.code, *(file for each in job.upstream_jobs for file in each.code)}  # for the proof alone
    loaded = files_loaded_by_every_command(bare)
    for folder in ("stages", "training", "models", "data", "metrics"):
        for file in (bare / "src/vestige" / folder).glob("*.py"):
            if f"{folder}/{file.name}" not in known | loaded and file.name != "__init__.py":
                file.unlink()
    (bare / "workflow/equivalent.yaml").unlink()  # it names files of all stages, and is no input of any
    run(bare, f"vestige make {job.output}")
    assert (bare / job.output).read_bytes() == (by_snakemake / job.output).read_bytes()
