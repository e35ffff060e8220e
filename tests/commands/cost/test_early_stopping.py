"""How many epochs a training that may stop early is said to take."""

from commands.cost.costs import PLAIN, job_of, record, study_with

from vestige import pipeline
from vestige.commands import cost_records
from vestige.commands.cost_estimates import make_pricer

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
