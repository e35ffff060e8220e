"""Which jobs `vestige plan` says would run, for certain or only if their inputs change, and why."""

import json
import shutil
from pathlib import Path

from commands.plan.planned_jobs import lines, planned, why
from engines import edit

from vestige import pipeline
from vestige.commands.plan import as_json
from vestige.config import loading


def test_where_all_is_proven_nothing_would_run(project):
    assert lines() == ["study wide: 29 of 29 results proven; nothing would run"]
    assert json.loads(as_json(loading.read()))["jobs"] == []


def test_where_nothing_is_there_everything_would_run(project):
    shutil.rmtree("results")
    assert set(why(certain=True).values()) == {"missing"}
    assert len(why(certain=True)) == len(list(pipeline.jobs(loading.read())))
    assert why(certain=False) == {}


def test_an_edited_setting_makes_its_jobs_and_what_reads_them_runs_only_if_they_change(project):
    edit(project, "cka", "order_seed", to=7)
    said = "cka.order_seed was 0, is 7"
    cka = {f"cka/{run}": said for run in map(str, loading.read().runs)}
    assert why(certain=True) == cka | {f"between/baselines-seed{seed}": said for seed in (0, 1)}
    assert why(certain=False) == {
        "figures/linearity": "after cka/baseline-seed0",
        "figures/similarity_between_networks": "after between/baselines-seed0",
        "claims": "after cka/baseline-seed0",
        "report": "after claims",
    }


def test_a_result_that_is_gone_is_made_and_its_readers_only_if_it_changes(project):
    Path("results/wide/selectivity/baseline-seed1.nc").unlink()
    assert why(certain=True) == {"selectivity/baseline-seed1": "missing"}
    assert why(certain=False)["ablation/baseline-seed1"] == "after selectivity/baseline-seed1"
    assert "cka/baseline-seed1" not in planned()


def test_a_result_of_another_run_is_foreign(project):
    shutil.copy("results/wide/cka/baseline-seed0.nc", "results/wide/cka/baseline-seed1.nc")
    assert why(certain=True) == {"cka/baseline-seed1": "a copy of cka/baseline-seed0"}
    assert set(why(certain=False)) == {"figures/linearity", "claims", "report"}


def test_what_was_made_from_another_input_runs_once_that_is_settled(project):
    edit(project, "cka", "order_seed", to=7)
    shutil.copy("results/wide/selectivity/baseline-seed0.nc", "results/wide/selectivity/baseline-seed1.nc")
    assert why(certain=False)["claims"] == "after selectivity/baseline-seed1"
    assert why(certain=False)["report"] == "after claims"


def test_what_lies_far_behind_reaches_all_that_comes_from_it(project):
    edit(project, "images", "split_seed", to=7)
    assert len(planned()) == len(list(pipeline.jobs(loading.read())))
    assert why(certain=False)["claims"] == "after images"


def test_a_training_without_checkpoints_runs_only_if_something_reads_them(project):
    shutil.rmtree("results/wide/checkpoints")
    assert lines() == [
        "study wide: 25 of 29 results proven; nothing would run",
        "4 trainings without checkpoints here, which nothing that would run reads",
    ]
    edit(project, "figures", "cka", "linearity", "dpi", to=90)
    assert set(planned()) == {"figures/linearity", "report"}
    Path("results/wide/cka/baseline-seed1.nc").unlink()
    absent = "epoch-000.safetensors and 2 more files written with it: missing"
    assert why(certain=True)["training/baseline-seed1"] == f"checkpoints/baseline-seed1/{absent}"
    assert why(certain=False)["training/baseline-seed0"] == f"checkpoints/baseline-seed0/{absent}"  # read by the pair
    assert lines()[-1].startswith("2 trainings without checkpoints here")
