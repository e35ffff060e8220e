"""Over how many epochs the work of a job goes, and on which device."""

from pathlib import Path

import pytest
from commands.cost.costs import PLAIN, job_of, study_with, write

from vestige import pipeline
from vestige.commands import cost_records


@pytest.mark.parametrize(
    ("stage", "changes", "passes"),
    [
        ("training", {}, 2),
        ("selectivity", {}, 3),  # it measures the untrained network too
        ("ablation", {}, 2),
        ("ablation", {"ablation": PLAIN["ablation"] | {"epochs": "all"}}, 3),
        ("cka", {}, 2),
        ("cka", {"cka": PLAIN["cka"] | {"epochs": [0, 1, 2, 20]}}, 3),
    ],
)
def test_the_work_of_a_stage_goes_over_its_epochs(stage, changes, passes):
    job = job_of(stage, study_with(**changes))
    assert cost_records.passes(job.study, job.stage, cost_records.length(job)) == passes


THEIRS = {"conditions": PLAIN["conditions"] | {"theirs": {"checkpoints": "weights"}}}


@pytest.mark.parametrize("stage", ["training", "selectivity", "ablation", "cka"])
def test_a_network_from_elsewhere_is_one_checkpoint_whatever_epochs_are_asked_for(stage):
    applies = {"ablation": ["theirs"], "cka": ["theirs"], "association": [], "norms": [], "cluster_ablation": []}
    figures = dict.fromkeys(PLAIN["figures"], {})
    job = job_of(stage, study_with(**THEIRS, applies=applies, figures=figures), "theirs")
    assert cost_records.passes(job.study, job.stage, cost_records.length(job)) == 1


def test_what_it_costs_to_take_over_checkpoints_says_nothing_of_training(here):
    job = job_of("training", study_with(**THEIRS), "theirs")
    with cost_records.record_cost(job):
        write(Path(job.output), 10)
    assert cost_records.records() == []


def test_a_pair_is_as_long_as_its_shorter_run():
    longer = PLAIN["conditions"] | {"baseline": {"alpha": 0, "epochs": 5}}
    both = {"baselines": {"first": "baseline", "second": "baseline"}}
    both |= {"mixed": {"first": "baseline", "second": "suppressed"}}
    study = study_with(conditions=longer, between=both)
    assert [cost_records.length(pipeline.job(study, "between", pair=pair, seed=0)) for pair in both] == [5, 2]


@pytest.mark.parametrize(
    ("stage", "device", "gpu"), [("training", "cuda", True), ("training", "cpu", False), ("claims", "cuda", False)]
)
def test_networks_run_on_the_studys_device_and_all_else_on_processors(stage, device, gpu):
    assert cost_records.on_gpu(pipeline.job(study_with(device=device), stage, condition="baseline", seed=0)) == gpu
