"""Settings edited around a run: what was made with others is refused, and a condition's own are seen in its results."""

import pytest
import xarray as xr
from engines import begin, edit, logged, run, unproven, wait_for
from reruns.tiny_results import MEASURED, TRAINING


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
