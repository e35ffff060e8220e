"""What each job leaves about its cost, and what like jobs are thereby said to cost."""

import contextlib
import json
import time
from pathlib import Path

import pytest
from engines import TINY

from vestige import pipeline
from vestige.commands import cost_records
from vestige.commands.cost_estimates import MEASURED, STATED, UNKNOWN, Price, make_pricer
from vestige.config import loading

PLAIN = loading.parse_yaml(TINY.read_text(), TINY)


def study_with(**changes):
    """The tiny study with other values of some of its top keys."""
    return loading.validate_study(PLAIN | changes)


def job_of(stage: str, study=None, condition: str = "baseline", seed: int = 0) -> pipeline.Job:
    """A job of one run."""
    return pipeline.job(study or study_with(), stage, condition=condition, seed=seed)


def record(job: pipeline.Job, seconds: float, before: int = 0, size: int = 0) -> cost_records.Record:
    """What a job that took so long would have left."""
    of = cost_records.passes(job.study, job.stage, cost_records.length(job))
    said = {"result": job.output, "stage": job.stage.name, "study": job.study.study, "settings": job.settings}
    said |= {"seconds": seconds, "passes": of - before, "of": of, "bytes": size}
    return cost_records.Record(**said, memory={"process": 1}, hardware={"cpu": "a processor"})


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: Path, size: int) -> None:
    """A file of some size."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(size))


def trained(epochs: int) -> tuple:
    """A training job that has left its result and the checkpoints of so many epochs, and its record."""
    job = job_of("training")
    with cost_records.record_cost(job):
        write(Path(job.output), 100)
        for epoch in range(epochs + 1):
            write(Path(job.folder, f"epoch-{epoch:03d}.safetensors"), 10)
    (found,) = cost_records.records()
    return job, found


def test_a_result_that_is_made_leaves_what_it_took(here):
    job, found = trained(epochs=2)
    assert (found.result, found.stage, found.study) == (job.output, "training", "tiny")
    assert (found.passes, found.of, found.bytes) == (2, 2, 130)
    assert 0 <= found.seconds < 10
    assert found.memory["process"] > 1e7
    assert found.settings == job.settings


def test_a_training_that_diverged_went_over_as_many_epochs_as_it_left_checkpoints_of(here):
    _, found = trained(epochs=1)
    assert (found.passes, found.of) == (1, 1)


def test_decoded_images_count_as_written_but_not_those_of_before(here):
    job = pipeline.job(study_with(), "images")
    write(Path("work/images/old.npy"), 1000)
    time.sleep(0.02)
    with cost_records.record_cost(job):
        write(Path(job.output), 100)
        write(Path("work/images/new.npy"), 20)
    assert [each.bytes for each in cost_records.records()] == [120]


def test_a_result_that_fails_leaves_no_record(here):
    with contextlib.suppress(RuntimeError), cost_records.record_cost(job_of("training")):
        raise RuntimeError
    assert cost_records.records() == []


def test_a_record_that_cannot_be_written_harms_no_result(here):
    job = job_of("cka")
    (here / "benchmarks").write_text("a file where the folder should be")
    with cost_records.record_cost(job):
        write(Path(job.output), 1)
    assert Path(job.output).is_file()


@pytest.mark.parametrize("text", ["", "{}", "[1]", "\xff", '{"result": "results/tiny/images.nc"}'])
def test_what_is_no_record_is_passed_over(here, text):
    path = cost_records.path_of(job_of("cka"))
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="latin-1")
    assert cost_records.records() == []


def test_every_result_of_a_run_has_left_its_record(by_snakemake):
    study = loading.read(by_snakemake / "params.yaml")
    for job in pipeline.jobs(study):
        said = json.loads((by_snakemake / cost_records.path_of(job)).read_text())
        assert said["result"] == job.output
        assert said["bytes"] >= (by_snakemake / job.output).stat().st_size


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


def test_a_price_is_the_median_of_what_an_epoch_took_times_the_epochs(here):
    known = [record(job_of("training", seed=seed), took, size=200) for seed, took in ((0, 10), (1, 14), (1, 60))]
    longer = study_with(training=PLAIN["training"] | {"epochs": 6})
    price = make_pricer(known)(job_of("training", longer), 0)
    assert (price.seconds, price.bytes, price.source, price.records) == (42, 600, MEASURED, 3)


def test_epochs_that_are_trained_already_cost_nothing(here):
    longer = study_with(training=PLAIN["training"] | {"epochs": 6})
    assert make_pricer([record(job_of("training"), 10)])(job_of("training", longer), 4).seconds == 10


def test_a_training_that_went_on_says_what_its_own_epochs_took(here):
    longer = study_with(training=PLAIN["training"] | {"epochs": 6})
    assert make_pricer([record(job_of("training", longer), 10, before=4)])(job_of("training"), 0).seconds == 10


def test_a_training_that_only_published_says_nothing(here):
    assert make_pricer([record(job_of("training"), 10, before=2)])(job_of("training"), 0) == Price()


STOPPING = PLAIN["training"] | {"epochs": 500, "held_out": 0.1, "early_stopping": 6}


def ended_after(seed: int, epochs: int, seconds: float) -> cost_records.Record:
    """What a training that stopped early would have left."""
    left = record(job_of("training", study_with(training=STOPPING), seed=seed), seconds, size=10 * epochs)
    return left.model_copy(update={"of": epochs, "passes": epochs})


def test_a_training_that_may_stop_early_takes_as_many_epochs_as_like_ones_did(here):
    known = [ended_after(0, 30, 60), ended_after(1, 40, 80), ended_after(2, 60, 120)]
    price, job = make_pricer(known), job_of("training", study_with(training=STOPPING))
    assert (price(job).seconds, price(job).bytes, price(job).expected_epochs) == (80, 400, 40)
    assert price(job, 30).seconds == 20
    assert price(job, 45).seconds == 0


def test_the_whole_of_a_training_that_may_stop_early_is_all_its_epochs(here):
    job = job_of("training", study_with(training=STOPPING))
    assert make_pricer([ended_after(0, 30, 60)])(job, whole=True).seconds == 1000


def test_a_training_that_was_too_short_to_stop_early_shortens_no_other_one(here):
    short = record(job_of("training", study_with(training=STOPPING | {"epochs": 5})), 10)
    price = make_pricer([short])(job_of("training", study_with(training=STOPPING)))
    assert (price.seconds, price.expected_epochs) == (1000, None)


def test_what_reads_results_of_such_trainings_stops_at_no_epoch(here):
    report = pipeline.job(study_with(training=STOPPING), "report")
    left = ended_after(0, 30, 60).model_copy(update={"stage": "report", "settings": report.settings, "of": 1})
    assert make_pricer([left])(report).expected_epochs is None


def test_what_like_trainings_that_stopped_early_took_shortens_no_other_one(here):
    longer = job_of("training", study_with(training=PLAIN["training"] | {"epochs": 500}))
    price = make_pricer([ended_after(0, 30, 60)])(longer)
    assert (price.seconds, price.expected_epochs) == (1000, None)


OTHER_WORK = {"selectivity": {"batch_size": 32, "epsilon": 1e-6}}
OTHER_STUDY = {"study": "another"}


@pytest.mark.parametrize(
    ("near", "far", "source"),
    [
        ({}, OTHER_STUDY, MEASURED),
        ({}, OTHER_WORK, MEASURED),
        (OTHER_STUDY, OTHER_WORK, f"{MEASURED} in another"),
        (OTHER_WORK, OTHER_WORK | OTHER_STUDY, f"{MEASURED} with other settings"),
        (OTHER_WORK | OTHER_STUDY, None, f"{MEASURED} in another with other settings"),
    ],
)
def test_a_price_is_that_of_the_jobs_most_alike(here, near, far, source):
    known = [
        record(job_of("selectivity", study_with(**each)), took)
        for each, took in ((near, 3), (far, 90))
        if each is not None
    ]
    price = make_pricer(known)(job_of("selectivity"), 0)
    assert (price.seconds, price.source) == (pytest.approx(3), source)


def test_a_training_is_priced_by_its_own_condition_where_that_was_trained(here):
    known = [record(job_of("training", condition=name), took) for name, took in (("baseline", 10), ("suppressed", 90))]
    assert make_pricer(known)(job_of("training", condition="suppressed", seed=1), 0).seconds == pytest.approx(90)


@pytest.mark.parametrize(
    "other",
    [
        {"device": "cuda"},
        {"network": PLAIN["network"] | {"width": 8}},
        {"images": PLAIN["images"] | {"val_fraction": 0.5}},
    ],
    ids=["device", "network", "images"],
)
def test_jobs_with_another_device_network_or_images_are_not_alike(here, other):
    known = [record(job_of("training"), 10)]
    assert make_pricer(known)(job_of("training", study_with(**other)), 0) == Price()


def test_the_memory_of_a_job_is_the_most_that_a_like_one_held_however_many_epochs_it_has(here):
    known = [record(job_of("training", seed=seed), 10) for seed in (0, 1)]
    known[0] = known[0].model_copy(update={"memory": {"process": 900, "gpu": 5000}})
    longer = study_with(training=PLAIN["training"] | {"epochs": 6})
    assert make_pricer(known)(job_of("training", longer), 3).memory == 900


def test_a_figure_costs_about_the_same_with_any_network(here):
    known = [record(pipeline.job(study_with(), "figures_cka", figure="linearity"), 4)]
    other = study_with(network=PLAIN["network"] | {"width": 8})
    assert make_pricer(known)(pipeline.job(other, "figures_cka", figure="linearity"), 0).seconds == 4


def test_without_a_record_the_studys_estimate_is_taken_and_marked(here):
    said = {"training": {"minutes": 2, "megabytes": 3, "megabytes_of_memory": 5}, "figures": {"minutes": 0.5}}
    longer = PLAIN["conditions"] | {"baseline": {"alpha": 0, "epochs": 6}}
    study = study_with(estimate=said, conditions=longer)
    assert make_pricer([])(job_of("training", study), 0) == Price(360, 9e6, STATED, memory=5e6)
    assert make_pricer([])(job_of("training", study), 3) == Price(180, 9e6, STATED, memory=5e6)
    assert make_pricer([])(pipeline.job(study, "figures_cka", figure="linearity"), 0) == Price(30, None, STATED)
    assert make_pricer([])(job_of("selectivity", study), 0).source == UNKNOWN


def test_a_record_is_rather_believed_than_an_estimate(here):
    study = study_with(estimate={"training": {"minutes": 60}})
    assert make_pricer([record(job_of("training"), 10)])(job_of("training", study), 0).source == MEASURED
