"""What jobs are said to cost by the records of like jobs, or by an estimate where there is none."""

import pytest
from commands.cost.costs import PLAIN, job_of, record, study_with

from vestige import pipeline
from vestige.commands.cost_estimates import MEASURED, STATED, UNKNOWN, Price, make_pricer


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
