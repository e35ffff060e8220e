"""The ready-made studies: sound, with the conditions and settings of the paper, or with sound ones."""

import re
from pathlib import Path

import pytest

from vestige.config import loading
from vestige.config.registry import FIGURES
from vestige.foundation import canonical_json
from vestige.foundation.rows import STAGES

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted((ROOT / "studies").glob("*.yaml"))
STUDIES = {path.stem: loading.read(path) for path in FILES}
TEXTS = {path.stem: path.read_text() for path in FILES}

OF_THE_PAPER = ("imagenet-development", "imagenet-intervention", "imagenet-recovery")
IMAGENET = (*OF_THE_PAPER, "imagenet-resnet18", "imagenet-resnet34")
FAITHFUL = (*IMAGENET, "cifar10-vgg16")
SCALED = ("cifar10", "digits_paper", "mnist")
SOUND = (*SCALED, "digits", "digits_fidelity", "imagenet_sample", "imagenette")
CLUSTERED = ("digits_clustering", "mnist_mlp", "mnist_wide", "mnist_deep", "cifar10_resnet")  # of the second paper
BOTH = "digits_both"  # papers
FIRST, SECOND = "Ranadive et al. 2023", "Lange et al. 2022"

AS_THE_AUTHORS = {
    "device": "cuda",
    "training.batch_size": 256,
    "training.learning_rate_step": 30,
    "training.learning_rate_gamma": 0.1,
    "training.momentum": 0.9,
    "training.class_reduction": "sum",
    "training.epsilon": 1e-6,
    "selectivity.epsilon": 1e-6,
    "ablation.epochs": [*range(1, 16), *range(20, 91, 10)],
    "ablation.grid": {"steps": [15, 40]},
    "ablation.random.protocol": "redrawn_per_batch",
    "ablation.ranked_on": "same_images",
    "cka": {"epochs": [*range(21)], "batch_size": 64, "order": "class_sorted", "estimator": "torch-cka"},
}
ON_IMAGENET = {
    "images": {
        "source": "imagenet",
        "crop": 224,
        "resize": 256,
        "resize_with": "pillow",
        "mean": [0.485, 0.456, 0.406],
        "std": [0.229, 0.224, 0.225],
        "on_unreadable": "refuse",
    },
    "network.family": "resnet",
    "training.random_crop": {"scale": [0.08, 1], "ratio": [3 / 4, 4 / 3]},
    "training.learning_rate": 0.1,
    "training.weight_decay": 1e-4,
    "training.flip": 0.5,
    "ablation.modules": [4, 5, 6, 7],
}
OF_VGG = {
    "images.source": "cifar10",
    "network": {"family": "vgg", "depth": 16, "dropout": 0.5, "head": 1000},
    "training.learning_rate": 1e-3,
    "training.weight_decay": 0,
    "conditions.suppressed": {"alpha": -20, "modules": [1, 2, 3, 4], "start": 0},
}
SOUNDLY = {
    "training.class_reduction": "mean",
    "ablation.random.protocol": "fixed_orders",
    "ablation.ranked_on": "held_out_halves",
    "cka.epochs": "all",
    "cka.order": "shuffled",
    "cka.estimator": "minibatch",
}
BANDS = {**dict.fromkeys(FAITHFUL, "paper"), **dict.fromkeys((*SOUND, *CLUSTERED, BOTH))}
AREA = {**dict.fromkeys(FAITHFUL, "sum"), **dict.fromkeys((*SOUND, *CLUSTERED, BOTH), "integral")}

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

PAPER_FIGURES = {
    "imagenet-development": {"1", "2", "3", "4", "5", "8", "9", "10"},
    "imagenet-intervention": {"6a", "6b", "7", "11", "12", "13", "14", "16"},
    "imagenet-recovery": {"15"},
}
EVERY_FIGURE = {str(number) for number in range(1, 17)} - {"6"} | {"6a", "6b"}


def each(names):
    """A test of each of some studies."""
    return pytest.mark.parametrize("name", names)


def settings_of(*groups):
    """A test of each of some settings in each of some studies."""
    rows = [(name, key, value) for names, said in groups for name in names for key, value in said.items()]
    return pytest.mark.parametrize(("name", "key", "value"), rows, ids=[f"{name}-{key}" for name, key, _ in rows])


def deeds(name: str, epochs: int | None = None) -> list[tuple]:
    """What the conditions of a study do, or those of runs of one length."""
    study = STUDIES[name]
    done = [one for one in map(study.condition, study.conditions) if epochs in (None, one.epochs)]
    return [
        (one.alpha, one.modules, one.start, one.stop if one.is_penalised and not one.is_kept_on else None)
        for one in done
    ]


def figures(name: str) -> dict:
    """The figures that a study asks for, and their settings."""
    listed = {figure: said for _, kind in STUDIES[name].figures for figure, said in kind}
    return {figure: said for figure, said in listed.items() if said is not None}


def shown(name: str, *besides: str) -> set[str]:
    """The figures of the first paper that a study draws; without some files."""
    drawn = [FIGURES[figure] for figure in figures(name) if figure not in besides]
    return {row.paper for row in drawn if row.article == FIRST}


@each(STUDIES)
def test_a_study_is_named_after_its_file(name):
    assert STUDIES[name].study == name


@each(STUDIES)
def test_editors_find_the_schema_from_the_first_line(name):
    assert TEXTS[name].startswith("# yaml-language-server: $schema=workflow/schemas/params.schema.json\n")


@each([name for name in STUDIES if name != "digits"])
@pytest.mark.parametrize("word", ["The study", "[Ff]igure", "Hardware:", "Cost", "Disk:", "hour|min"])
def test_a_header_says_what_the_study_shows_on_which_hardware_and_at_what_cost(name, word):
    header = TEXTS[name].split("\n\n")[0]
    assert re.search(word, header)


@each(IMAGENET)
def test_a_header_begins_by_saying_that_the_study_was_never_run(name):
    assert "never run on ImageNet" in TEXTS[name].split("\n#\n")[1].replace("\n# ", " ")


def test_a_header_says_that_running_statistics_lag_behind_in_short_epochs():
    assert "running statistics, which lag behind" in TEXTS["digits_fidelity"].replace("\n# ", " ")


@each([name for name in SOUND if name != "digits_fidelity"])
def test_a_sound_study_recomputes_statistics_on_most_images_or_on_many(name):
    said = STUDIES[name].training.batch_norm
    assert (said.statistics, said.images % said.batch_size) == ("recomputed", 0)


@each([*FAITHFUL, "digits_fidelity"])
def test_a_faithful_study_has_running_statistics(name):
    assert STUDIES[name].training.batch_norm is None


@settings_of((FAITHFUL, AS_THE_AUTHORS), (IMAGENET, ON_IMAGENET), (["cifar10-vgg16"], OF_VGG), (SOUND, SOUNDLY))
def test_a_setting_is_the_authors_in_a_faithful_study_and_sound_in_the_others(name, key, value):
    assert canonical_json.value_at(STUDIES[name], key) == value


@pytest.mark.parametrize("key", ["shift", "flip"])
def test_vgg_sees_unchanged_images(key):
    assert key not in canonical_json.value_at(STUDIES["cifar10-vgg16"], "training")


@each(SOUND)
def test_a_sound_grid_goes_from_the_intact_network_to_full_ablation(name):
    assert STUDIES[name].ablation.grid.fractions[::8] == (0, 1)


@each(STUDIES)
def test_bands_areas_and_silent_units_are_the_authors_only_in_a_faithful_study(name):
    drawn = figures(name).values()
    bands = {said.bands for figure, said in figures(name).items() if figure != "architecture"}
    assert bands == {BANDS[name]}
    assert {said.area for said in drawn if hasattr(said, "area")} <= {AREA[name]}
    assert {said.silent_units for said in drawn if hasattr(said, "silent_units")} <= {"zero"}


def test_every_study_is_here():
    assert {*FAITHFUL, *SOUND, *CLUSTERED, BOTH} == {*STUDIES}


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


@each(SCALED)
def test_a_scaled_study_draws_every_figure_of_the_paper(name):
    assert shown(name) == EVERY_FIGURE


@each(SCALED)
def test_a_scaled_study_draws_every_figure_that_there_is(name):
    assert {*figures(name)} == {figure for figure, row in FIGURES.items() if row.article == FIRST}


@each(PAPER_FIGURES)
def test_a_study_of_the_paper_draws_its_figures(name):
    assert shown(name, "similarity_between_networks") == PAPER_FIGURES[name]


def test_the_three_studies_of_the_paper_draw_every_figure_together():
    assert set.union(*(shown(name) for name in OF_THE_PAPER)) == EVERY_FIGURE


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


# Study -> how many strengths of dropout, L2 (the least is the baseline's) and L1 the paper has, units, and seeds.
SWEEPS = {
    "digits_clustering": ((4, 4, 3), (64, 64), 3),
    "mnist_mlp": ((14, 9, 7), (64, 64), 9),
    "mnist_wide": ((6, 5, 4), (256, 256), 3),
    "mnist_deep": ((6, 5, 4), (64,) * 5, 3),
    "cifar10_resnet": ((5, 5, 4), None, 3),
}


@each(CLUSTERED)
def test_a_study_of_the_second_paper_varies_one_regularizer_at_a_time_over_the_paper_s_grid(name):
    study = STUDIES[name]
    swept = [study.condition(condition).regularizer for condition in study.conditions if condition != "baseline"]
    strengths = {key: sorted(value for found, value in swept if found == key) for key in ("dropout", "l2", "l1")}
    strengths["l2"] = [study.training.l2, *strengths["l2"]]
    assert tuple(map(len, strengths.values())) == SWEEPS[name][0]
    assert study.training.l2 == 1e-5
    assert (getattr(study.network, "hidden", None), len(study.seeds)) == SWEEPS[name][1:]


@each(CLUSTERED)
def test_a_study_of_the_second_paper_measures_every_condition_and_draws_every_figure_of_networks_after_training(name):
    study, everything = STUDIES[name], {*STUDIES[name].conditions}
    assert {*study.applies.association} == {*study.applies.norms} == {*study.applies.cluster_ablation} == everything
    second = {figure for figure, row in FIGURES.items() if row.article == SECOND}
    assert {*figures(name)} == second - {"modularity_and_selectivity"} | {"architecture"}


@each(CLUSTERED)
def test_claims_on_nulls_rest_on_nineteen_draws_of_each(name):
    assert {count for _, count in STUDIES[name].clustering.nulls} == {19}


def test_one_study_has_both_papers_on_one_set_of_networks_after_every_epoch():
    study = STUDIES[BOTH]
    assert study.association.epochs == study.cka.epochs == "all"
    assert {study.condition(name).is_suppressed for name in study.applies.association} == {True, False}
    assert {FIGURES[figure].article for figure in figures(BOTH)} == {FIRST, SECOND}
