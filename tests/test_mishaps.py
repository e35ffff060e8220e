"""Kills, orphans, foreign checkpoints, edits during a run: a rerun completes, nothing false is taken for a result."""

import importlib.util
import os
import py_compile
import random
import shutil
import subprocess
import time

import pytest
import xarray as xr
from engines import (
    begin,
    bytes_of,
    edit,
    environment,
    few_jobs,
    kill,
    logged,
    new_project,
    only_one,
    run,
    study_of,
    table_jobs,
    unproven,
    wait_for,
)

from vestige import pipeline
from vestige.config.loading import read

TRAINING = "results/tiny/training/suppressed-seed0.nc"
CHECKPOINTS = "results/tiny/checkpoints/suppressed-seed0"
MEASURED = "results/tiny/selectivity/suppressed-seed0.nc"


def same_as(project, undisturbed) -> None:
    """Every result equals that of an undisturbed run, byte for byte."""
    for pattern in ("results/**/*.nc", "results/**/*.safetensors", "results/**/figures/*.*"):
        assert bytes_of(project, pattern) == bytes_of(undisturbed, pattern)


SNAKEMAKE, DVC = "snakemake figures --quiet", "dvc repro"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("engine", "group"),
    [
        pytest.param(SNAKEMAKE, True, id="Snakemake with its jobs", marks=pytest.mark.nightly),
        pytest.param(SNAKEMAKE, False, id="Snakemake leaving orphans", marks=pytest.mark.nightly),
        pytest.param(DVC, True, id="DVC with its jobs"),
        pytest.param(DVC, False, id="DVC leaving orphans", marks=pytest.mark.nightly),
    ],
)
def test_a_killed_engine_goes_on_where_it_stopped(empty_project, by_snakemake, engine, group):
    few_jobs(empty_project)
    process = begin(empty_project, engine)
    wait_for(lambda: logged(empty_project, "results/tiny/training/baseline-seed0.nc", "epoch 1"))
    kill(process, group)
    run(empty_project, engine)
    made = bytes_of(empty_project, "results/*/*/*.nc") | bytes_of(empty_project, "results/**/*.safetensors")
    whole = bytes_of(by_snakemake, "results/**/*.nc") | bytes_of(by_snakemake, "results/**/*.safetensors")
    assert made.items() <= whole.items()
    assert [path for path in table_jobs(study_of(empty_project)) if not (empty_project / path).is_file()] == []
    assert unproven(empty_project) == {}


EACH_STAGE = (
    TRAINING,
    "results/tiny/claims.nc",
    *(
        pytest.param(f"results/tiny/{result}", marks=pytest.mark.slow)
        for result in (
            *("images.nc", "selectivity/suppressed-seed0.nc", "ablation/baseline-seed0.nc", "cka/baseline-seed0.nc"),
            *("between/baselines-seed0.nc", "figures/linearity.png", "report.html"),
        )
    ),
)


def killed_at_work(project, result: str, delay: float) -> None:
    """Begin to make a result, and kill it some time after its log began; sooner if it had ended by then."""
    while True:
        (project / result).unlink(missing_ok=True)
        (project / result.replace("results/", "logs/", 1)).with_suffix(".log").unlink(missing_ok=True)
        process = begin(project, f"vestige make {result}")
        wait_for(lambda: logged(project, result, "(process"))
        time.sleep(delay)
        if process.poll() is None:
            return kill(process, group=True)
        delay /= 2


@pytest.mark.slow
@pytest.mark.parametrize("result", EACH_STAGE)
def test_a_job_killed_in_its_middle_leaves_no_half_result_and_finishes_when_called_again(project, by_both, result):
    for delay in (random.Random(result).uniform(0.2, 1.5), 0):
        killed_at_work(project, result, delay)
        # Seldom the kill comes just after the end: then the result is whole.
        assert not (project / result).exists() or (project / result).read_bytes() == (by_both / result).read_bytes()
    run(project, f"vestige make {result}")
    assert (project / result).read_bytes() == (by_both / result).read_bytes()


@pytest.mark.nightly
def test_a_second_call_waits_for_the_first_and_uses_what_it_made(project):
    (project / TRAINING).unlink()
    edit(project, "training", "epochs", to=80)
    first = begin(project, f"vestige make {TRAINING}")
    wait_for(lambda: logged(project, TRAINING, "epoch 3 of 80"))
    said = run(project, f"vestige make {TRAINING}").stdout
    assert first.wait() == 0
    assert "waiting for it" in said
    assert f"{TRAINING} is current" in said


def test_checkpoints_swapped_in_by_hand_are_never_measured(project):
    shutil.rmtree(project / CHECKPOINTS)
    shutil.copytree(project / CHECKPOINTS.replace("suppressed", "baseline"), project / CHECKPOINTS)
    (project / MEASURED).unlink()
    done = run(project, f"vestige make {MEASURED}", check=False)
    assert done.returncode == 1
    assert "epoch-002.safetensors" in done.stdout
    assert f"vestige make {TRAINING}" in done.stdout
    assert not (project / MEASURED).exists()


@pytest.mark.slow
def test_the_remedy_that_the_refusal_names_works(project, by_snakemake):
    shutil.rmtree(project / CHECKPOINTS)
    (project / MEASURED).unlink()
    assert f"vestige make {TRAINING}" in run(project, f"vestige make {MEASURED}", check=False).stdout
    run(project, f"vestige make {TRAINING}")
    run(project, f"vestige make {MEASURED}")
    same_as(project, by_snakemake)


def test_checkpoints_left_by_an_undone_edit_are_never_measured(project):
    kept = (project / TRAINING).read_bytes()
    edit(project, "conditions", "suppressed", "alpha", to=-6)
    run(project, f"vestige make {TRAINING}")
    edit(project, "conditions", "suppressed", "alpha", to=-5)
    (project / TRAINING).write_bytes(kept)
    (project / MEASURED).unlink()
    done = run(project, f"vestige make {MEASURED}", check=False)
    assert done.returncode == 1
    assert not (project / MEASURED).exists()


SLOW_TO_LOAD = """
import time
from pathlib import Path
Path("loading").touch()
while Path("loading").exists():
    time.sleep(0.1)
"""


def test_code_edited_and_edited_back_before_it_ran_is_not_vouched_for(project):
    file = project / "src/vestige/stages/class_responses.py"
    plain = file.read_text()
    (project / MEASURED).unlink()
    with only_one(project / f"work/locks/tiny-{MEASURED.removeprefix('results/tiny/').replace('/', '-')}.lock"):
        process = begin(project, f"vestige make {MEASURED}")
        wait_for(lambda: "waiting for it" in (project / "output.txt").read_text())
        file.write_text(plain + SLOW_TO_LOAD)
    wait_for((project / "loading").exists)
    file.write_text(plain)
    (project / "loading").unlink()
    assert process.wait() == 1
    told = "src/vestige/stages/class_responses.py was edited after this command was started: start it again"
    assert told in (project / "output.txt").read_text()
    assert not (project / MEASURED).exists()


@pytest.mark.slow
@pytest.mark.parametrize("later", [2, 0], ids=["a newer text", "an older one, moved to its place"])
def test_bytecode_of_a_former_text_of_the_same_size_and_second_is_not_run(project, later):
    file, at = project / "src/vestige/stages/selectivity.py", 10**18
    bytecode, plain = importlib.util.cache_from_source(file), file.read_text()
    (project / MEASURED).unlink()
    file.write_text(plain + "SAID = 1\n")
    os.utime(file, ns=(at, at))
    py_compile.compile(str(file), cfile=bytecode)
    os.utime(bytecode, ns=(at + 1, at + 1))
    file.write_text(plain + "SAID = 2\n")
    os.utime(file, ns=(at + later, at + later))
    refused = run(project, f"vestige make {MEASURED}", check=False)
    assert refused.returncode == 1
    assert "is of a former text, and was loaded: it is removed, start again" in refused.stdout
    run(project, f"vestige make {MEASURED}")
    assert MEASURED not in unproven(project)


@pytest.mark.slow
def test_bytecode_that_was_copied_with_its_text_is_run(project):
    file, at = project / "src/vestige/stages/selectivity.py", 10**18
    (project / MEASURED).unlink()
    os.utime(file, ns=(at, at))  # as after `cp -a`: the times of the entries are those of the copy
    bytecode = py_compile.compile(str(file), cfile=importlib.util.cache_from_source(file))
    os.utime(bytecode, ns=(at + 1, at + 1))
    run(project, f"vestige make {MEASURED}")
    assert MEASURED not in unproven(project)


UPSTREAM_EDITED = """
from vestige import pipeline
from vestige.commands import make
from vestige.config import loading
from vestige.foundation import source_hash
file, write = source_hash.PACKAGE / "stages/training.py", make.write
def edited(*given):
    file.write_text(file.read_text() + "\\nEDITED = True\\n")
    write(*given)
make.write = edited
print(make.make(pipeline.find(loading.read(), "{result}")))
"""


@pytest.mark.slow
def test_a_proof_tells_of_the_code_behind_as_it_was_when_the_job_began(project):
    (project / MEASURED).unlink()
    (project / "edited.py").write_text(UPSTREAM_EDITED.format(result=MEASURED))
    run(project, "python edited.py")
    (project / TRAINING).unlink()
    assert "code of stages/training.py changed" in unproven(project)[MEASURED]


ROW_EDITED = """
from vestige import pipeline
from vestige.commands import make
from vestige.config import loading
from vestige.foundation import source_hash
file = source_hash.PACKAGE / "figures/paper.yaml"
file.write_text(file.read_text().replace("Evolution of class", "Course of class", 1))
print(make.make(pipeline.find(loading.read(), "results/tiny/figures/emergence.png")))
"""


def test_a_figure_is_not_drawn_from_a_row_that_was_edited_after_the_command_was_started(project):
    (project / "edited.py").write_text(ROW_EDITED)
    done = run(project, "python edited.py", check=False)
    assert "src/vestige/figures/paper.yaml was edited after this command was started: start it again" in done.stdout
    assert set(unproven(project)) == {"results/tiny/figures/emergence.png", "results/tiny/report.html"}


def test_an_error_of_syntax_in_the_code_is_told_with_its_file(project):
    with open(project / "src/vestige/stages/training.py", "a") as source:
        source.write("\ndef half(\n")
    done = run(project, "vestige verify", check=False)
    assert done.returncode == 1
    assert "src/vestige/stages/training.py, line" in done.stdout
    assert "Traceback" not in done.stdout


def test_an_input_made_from_other_settings_is_refused_with_both_values(project):
    edit(project, "conditions", "suppressed", "alpha", to=-6)
    (project / MEASURED).unlink()
    done = run(project, f"vestige make {MEASURED}", check=False)
    assert done.returncode == 1
    assert "conditions.suppressed.alpha was -5.0, is -6.0" in done.stdout
    assert f"vestige make {TRAINING}" in done.stdout


@pytest.mark.slow
def test_a_figure_is_not_drawn_from_results_that_come_from_other_settings(project):
    figure = "results/tiny/figures/regularised_selectivity.png"
    edit(project, "conditions", "suppressed", "alpha", to=-6)
    for result in (figure, MEASURED):
        done = run(project, f"vestige make {result}", check=False)
        assert done.returncode == 1
        assert "conditions.suppressed.alpha was -5.0, is -6.0" in done.stdout
        assert f"vestige make {TRAINING}" in done.stdout
    stale = unproven(project)
    assert {figure, MEASURED, TRAINING} <= set(stale)
    assert not [path for path in stale if "baseline" in path]


def test_a_refusal_keeps_the_log_of_the_result_that_stands(project):
    log = project / "logs/tiny/selectivity/suppressed-seed0.log"
    before = log.read_text()
    edit(project, "conditions", "suppressed", "alpha", to=-6)
    assert run(project, f"vestige make {MEASURED}", check=False).returncode == 1
    assert log.read_text() == before


def test_the_folder_of_a_killed_training_goes_when_the_result_is_written(project):
    edit(project, "training", "epochs", to=40)
    process = begin(project, f"vestige make {TRAINING}")
    wait_for(lambda: logged(project, TRAINING, "epoch 3 of 40"))
    kill(process, group=True)
    assert len(list(project.glob("work/training/*"))) == 1
    edit(project, "training", "epochs", to=3)
    run(project, f"vestige make {TRAINING}")
    assert list(project.glob("work/training/*")) == []


@pytest.mark.slow
def test_a_learning_rate_of_a_condition_s_own_hides_nothing(project):
    edit(project, "conditions", "slow", to={"alpha": 0, "learning_rate": 0.05, "learning_rate_step": 1})
    for stage in ("training", "selectivity"):
        run(project, f"vestige make results/tiny/{stage}/slow-seed0.nc")
    with xr.open_dataset(project / "results/tiny/training/slow-seed0.nc") as result:
        assert result["learning_rate"].values[1:].tolist() == pytest.approx([0.05, 0.005])
        assert result["initial_learning_rate"].item() == 0.05
    with xr.open_dataset(project / "results/tiny/selectivity/slow-seed0.nc") as result:
        assert result["learning_rate"].item() == 0.05


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


def test_a_training_does_not_fill_the_folder_of_another_through_a_link(project):
    folder = project / "results/tiny/checkpoints"
    training = "results/tiny/training/promoted-seed0.nc"
    shutil.rmtree(folder / "promoted-seed0")
    (folder / "promoted-seed0").symlink_to("baseline-seed0")
    before = {path: path.read_bytes() for path in (folder / "baseline-seed0").iterdir()}
    done = run(project, f"vestige make {training}", check=False)
    assert "is a link to baseline-seed0, which would be replaced: remove the link" in done.stdout
    assert {path: path.read_bytes() for path in (folder / "baseline-seed0").iterdir()} == before


def test_a_command_whose_output_nobody_reads_still_says_how_it_ended(empty_project):
    done = subprocess.run(
        ["bash", "-c", "vestige verify | true; exit ${PIPESTATUS[0]}"],
        cwd=empty_project,
        env=environment(empty_project),
    )
    assert done.returncode == 1


def test_a_folder_in_the_place_of_a_result_is_refused_before_anything_is_computed(empty_project):
    (empty_project / "results/tiny/images.nc").mkdir(parents=True)
    done = run(empty_project, "vestige make results/tiny/images.nc", check=False)
    assert done.returncode == 1
    assert "is a folder, where a file is to be written" in done.stdout


def test_a_missing_input_is_named_with_the_command_that_makes_it(empty_project):
    done = run(empty_project, f"vestige make {MEASURED}", check=False)
    assert done.returncode == 1
    assert "vestige make results/tiny/images.nc" in done.stdout


@pytest.mark.slow
def test_settings_edited_during_a_run_make_the_job_fail_and_leave_no_result(project):
    edit(project, "training", "epochs", to=40)
    (project / TRAINING).unlink()
    process = begin(project, f"vestige make {TRAINING}")
    wait_for(lambda: logged(project, TRAINING, "epoch 3 of 40"))
    edit(project, "conditions", "suppressed", "alpha", to=-6)
    assert process.wait() == 1
    assert "conditions.suppressed.alpha was -5.0, is -6.0" in (project / "output.txt").read_text()
    assert not (project / TRAINING).exists()


@pytest.mark.slow
def test_settings_edited_after_snakemake_planned_with_them_are_not_used(project):
    edit(project, "conditions", "suppressed", "alpha", to=-6)
    process = begin(project, f"snakemake {MEASURED}")
    wait_for(lambda: logged(project, TRAINING, "alpha -6") or "1 selectivity" in (project / "output.txt").read_text())
    edit(project, "selectivity", "epsilon", to=0.5)
    assert process.wait() == 1
    said = f"what {MEASURED} is made with in params.yaml was edited after snakemake had started: start it again"
    assert said in (project / "output.txt").read_text()
    assert not (project / MEASURED).exists()


@pytest.mark.slow
def test_a_second_snakemake_in_the_same_folder_is_refused_until_the_first_is_gone(project):
    edit(project, "training", "epochs", to=400)
    process = begin(project, f"snakemake {TRAINING}")
    wait_for(lambda: logged(project, TRAINING, "epoch 3 of 400"))
    second = run(project, f"snakemake {MEASURED}", check=False)
    assert second.returncode != 0
    assert "another snakemake is running in this folder" in second.stdout
    assert run(project, "snakemake -n").returncode == 0
    kill(process, group=True)
    edit(project, "training", "epochs", to=2)
    assert run(project, f"snakemake {MEASURED}").returncode == 0


@pytest.mark.slow
def test_code_edited_during_a_run_makes_the_job_fail_and_leaves_no_result(project):
    edit(project, "training", "epochs", to=40)
    process = begin(project, f"vestige make {TRAINING}")
    wait_for(lambda: logged(project, TRAINING, "epoch 3 of 40"))
    with open(project / "src/vestige/metrics/selectivity.py", "a") as file:
        file.write("\nEDITED = True\n")
    assert process.wait() == 1
    assert "metrics/selectivity.py" in (project / "output.txt").read_text()
    assert f"{TRAINING} is not written" in (project / "output.txt").read_text()


def test_damaged_images_in_the_work_folder_are_decoded_again(project, by_snakemake):
    for file in (project / "work/images").rglob("*.npy"):
        file.write_bytes(file.read_bytes()[:-7])
    (project / MEASURED).unlink()
    run(project, f"vestige make {MEASURED}")
    assert (project / MEASURED).read_bytes() == (by_snakemake / MEASURED).read_bytes()


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
    for folder in ("stages", "training", "models", "data", "metrics"):
        for file in (bare / "src/vestige" / folder).glob("*.py"):
            described = "class Settings(" in file.read_text()  # the check reads every section
            if f"{folder}/{file.name}" not in known and file.name != "__init__.py" and not described:
                file.unlink()
    (bare / "workflow/equivalent.yaml").unlink()  # it names files of all stages, and is no input of any
    run(bare, f"vestige make {job.output}")
    assert (bare / job.output).read_bytes() == (by_snakemake / job.output).read_bytes()


@pytest.mark.parametrize("command", ["vestige verify", "snakemake -n"])
def test_a_project_is_not_worked_on_with_the_code_of_another(project, by_snakemake, command):
    path = environment(by_snakemake)
    done = subprocess.run(command.split(), cwd=project, env=path, capture_output=True, text=True)
    assert done.returncode != 0
    assert f"this is the vestige of {by_snakemake.resolve()}" in done.stdout + done.stderr


def test_the_study_of_a_project_is_read_from_any_folder_inside_it(project):
    folder = project / "results" / "tiny"
    done = subprocess.run(
        ["vestige", "make", "training/baseline-seed0.nc"],
        cwd=folder,
        env=environment(project),
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "results/tiny/training/baseline-seed0.nc is current"
    assert study_of(project).study == "tiny"
