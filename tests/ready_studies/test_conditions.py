"""The conditions, runs and pairs of the ready-made studies of the first paper are the paper's."""

from ready_studies.studies import SCALED, STUDIES, each

from vestige.foundation.rows import STAGES

# Study -> depth, epochs and seeds, as the issue and the authors' code have them; then runs, cells of ablation and CKA.
SIZES = {
    "imagenet-development": ((50, 90, 10), (10, 10, 10)),
    "imagenet-intervention": ((50, 20, 5), (95, 0, 0)),
    "imagenet-recovery": ((50, 60, 5), (20, 0, 0)),
    "imagenet-resnet18": ((18, 20, 1), (3, 0, 3)),
    "imagenet-resnet34": ((34, 20, 1), (3, 0, 3)),
    "cifar10-vgg16": ((16, 20, 5), (15, 0, 10)),
}

# What a condition does: alpha, modules, first and last epoch (None: to the end).
EARLY, ALL = (4, 5, 6), (4, 5, 6, 7)
PLAIN = (0, (), 0, None)
FROM_0, FROM_5, LIFTED = (-20, EARLY, 0, None), (-20, EARLY, 5, None), (-20, EARLY, 0, 4)
INTERVENTIONS = {
    PLAIN,
    *((-20, EARLY, onset, None) for onset in range(6)),
    *((alpha, EARLY, onset, None) for alpha in (-1, -5, -10) for onset in (0, 5)),
    *((alpha, EARLY, 0, 4) for alpha in (10, 20)),
    *((alpha, ALL, 0, stop) for alpha in (1, 5) for stop in (4, 1)),
}
RECOVERIES = {PLAIN, FROM_0, FROM_5, LIFTED}
DEEDS = {
    "imagenet-development": {PLAIN},
    "imagenet-intervention": INTERVENTIONS,
    "imagenet-recovery": RECOVERIES,
    "imagenet-resnet18": {PLAIN, FROM_0, FROM_5},
    "imagenet-resnet34": {PLAIN, FROM_0, FROM_5},
}
LENGTHS = {"cifar10": (20, 60), "digits_paper": (12, 36), "mnist": (20, 60)}


def deeds(name: str, epochs: int | None = None) -> list[tuple]:
    """What the conditions of a study do, or those of runs of one length."""
    study = STUDIES[name]
    done = [one for one in map(study.condition, study.conditions) if epochs in (None, one.epochs)]
    return [
        (one.alpha, one.modules, one.start, one.stop if one.is_penalised and not one.is_kept_on else None)
        for one in done
    ]


@each(SIZES)
def test_a_faithful_study_has_the_authors_depth_epochs_and_number_of_networks(name):
    study = STUDIES[name]
    assert (study.network.depth, study.training.epochs, len(study.seeds)) == SIZES[name][0]


@each(SIZES)
def test_a_faithful_study_has_as_many_runs_and_measures_as_the_issue_says(name):
    counted = tuple(len(STUDIES[name].runs_of(STAGES[stage])) for stage in ("training", "ablation", "cka"))
    assert counted == SIZES[name][1]


@each(DEEDS)
def test_conditions_are_the_paper_s_and_no_others(name):
    assert sorted(deeds(name), key=str) == sorted(DEEDS[name], key=str)


@each(SCALED)
def test_a_scaled_study_has_every_intervention_of_the_paper_in_its_short_runs(name):
    assert sorted(deeds(name, LENGTHS[name][0]), key=str) == sorted(INTERVENTIONS, key=str)


@each(SCALED)
def test_a_scaled_study_has_every_recovery_of_the_paper_in_its_long_runs(name):
    assert sorted(deeds(name, LENGTHS[name][1]), key=str) == sorted(RECOVERIES, key=str)


@each(SCALED)
def test_the_learning_rate_drops_in_long_runs_alone(name):
    short, long = LENGTHS[name]
    assert short < STUDIES[name].training.learning_rate_step < long


@each(SCALED)
def test_a_scaled_study_differs_from_run_to_run_in_penalty_and_length_alone(name):
    assert {key for condition in STUDIES[name].conditions for key in STUDIES[name].overrides(condition)} == {"epochs"}


@each([name for name in STUDIES if STUDIES[name].between])
def test_networks_are_compared_that_are_both_without_penalty_and_that_are_not(name):
    compared = {(pair.first, pair.second) for pair in STUDIES[name].between.values()}
    penalised = {("baseline", "suppressed")} if len(STUDIES[name].conditions) > 1 else set()
    assert compared == {("baseline", "baseline")} | penalised


@each([name for name in STUDIES if STUDIES[name].between])
def test_networks_that_are_compared_did_not_begin_from_the_same_weights(name):
    study = STUDIES[name]
    pairs = [study.runs_of_pair(pair, seed) for pair in study.pairs for seed in study.seeds]
    assert all(pair["first"].seed != pair["second"].seed for pair in pairs)
