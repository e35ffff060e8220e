"""What params.yaml says is what every stage is told."""

import subprocess

import pytest
from config.example_study import ROOT, STUDIES, STUDY, TEXT, study_of, values

from vestige.config import loading
from vestige.config.selection import select_cells
from vestige.config.study import Run
from vestige.foundation import canonical_json
from vestige.foundation.rows import STAGES


def chosen(select: dict | None) -> set[str]:
    """The conditions that a figure with this selection shows."""
    return {cell["condition"] for cell in select_cells(STUDY, "selectivity", select or {})}


def test_the_shipped_params_are_the_study_digits():
    shipped = subprocess.run(["git", "show", "HEAD:params.yaml"], cwd=ROOT, capture_output=True)
    if shipped.returncode != 0:
        pytest.skip("this copy of the project is no git repository: what was shipped is not known")
    assert shipped.stdout == (ROOT / "studies" / "digits.yaml").read_bytes()


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_ready_made_study_is_accepted(path):
    assert loading.read(path).runs


def test_runs_are_conditions_with_seeds_in_the_order_of_the_conditions():
    named = ["plain-seed3", "plain-seed1", "early-seed3", "early-seed1", "late-seed3", "late-seed1"]
    assert [str(run) for run in STUDY.runs] == named


@pytest.mark.parametrize(
    ("stage", "conditions"),
    [("training", ["plain", "early", "late"]), ("selectivity", ["plain", "early", "late"]), ("cka", [])]
    + [("ablation", ["plain", "late"])],
)
def test_a_measure_covers_the_runs_of_the_conditions_to_which_it_applies(stage, conditions):
    assert STUDY.runs_of(STAGES[stage]) == tuple(Run(condition, seed) for condition in conditions for seed in (3, 1))


def test_a_condition_overrides_training_for_itself_alone():
    assert STUDY.training_of("late") == STUDY.training.model_copy(update={"epochs": 5, "shift": 1})
    assert STUDY.training_of("early") == STUDY.training


def test_random_crops_are_overridden_like_any_key_and_stand_in_words_beside_the_results():
    random_crop = "random_crop: {scale: [0.08, 1], ratio: [0.75, 1.3333333333333333]}"
    text = TEXT.replace("epochs: 5, shift: 1}", f"epochs: 5, {random_crop}}}").replace(
        "split_seed: 0}", "split_seed: 0, crop: 6}"
    )
    cropped = loading.validate_study(values(text))
    assert cropped.training_of("late").random_crop.scale == (0.08, 1)
    assert cropped.training_of("early").random_crop is None
    said = cropped.coordinates(Run("late", 1))["random_crop"]
    assert said == "scale 0.08 to 1, ratio 0.75 to 1.33333333333"
    assert [cell["condition"] for cell in select_cells(cropped, "training", {"random_crop": (said,)})] == [
        "late",
        "late",
    ]


@pytest.mark.parametrize(
    ("condition", "penalty"),
    [
        ("plain", (0, (), 0, 0)),
        ("early", (-20, (4, 6), 0, 4)),
        ("late", (10, (5,), 3, 5)),
    ],
)
def test_a_penalty_is_told_complete(condition, penalty):
    told = STUDY.condition(condition)
    assert (told.alpha, told.modules, told.start, told.stop) == penalty


@pytest.mark.parametrize(
    ("condition", "coordinates"),
    [
        ("plain", {"alpha": 0, "modules": "", "start": 0, "stop": 0, "epochs": 6}),
        ("early", {"alpha": -20, "modules": "4 6", "start": 0, "stop": 4, "epochs": 6}),
        ("late", {"alpha": 10, "modules": "5", "start": 3, "stop": 5, "epochs": 5, "shift": 1}),
    ],
)
def test_every_result_of_a_run_says_what_training_did(condition, coordinates):
    expected = {"study": "small-one", "condition": condition, "seed": 1, **coordinates}
    assert STUDY.coordinates(Run(condition, 1)) == expected


@pytest.mark.parametrize(
    ("select", "conditions"),
    [
        (None, {"plain", "early", "late"}),
        ({}, {"plain", "early", "late"}),
        ({"alpha": (0,)}, {"plain"}),
        ({"alpha": (0, -20)}, {"plain", "early"}),
        ({"alpha": (0.0, -20.0, 5)}, {"plain", "early"}),
        ({"start": (3,)}, {"plain", "late"}),
        ({"start": (3,), "alpha": (10, -20)}, {"late"}),
        ({"stop": (4,)}, {"plain", "early"}),
        ({"modules": ("4 6",)}, {"plain", "early"}),
        ({"epochs": (5,)}, {"late"}),
        ({"shift": (1,)}, {"late"}),
        ({"class_reduction": ("sum",)}, {"plain"}),
    ],
)
def test_a_figure_shows_the_runs_that_have_the_selected_values(select, conditions):
    assert chosen(select) == conditions


def test_settings_that_are_left_out_are_left_out_of_what_is_recorded():
    assert "shift" not in canonical_json.value_at(STUDY, "training")
    assert "steps" in canonical_json.value_at(STUDY, "ablation")["grid"]
    assert "fractions" not in canonical_json.value_at(STUDY, "ablation")["grid"]
    assert canonical_json.value_at(STUDY, "conditions.plain") == {"alpha": 0, "start": 2}
    assert canonical_json.value_at(STUDY, "figures.training") == {}


def test_whole_numbers_are_allowed_and_recorded_as_the_numbers_that_they_mean():
    assert canonical_json.canonical(canonical_json.value_at(STUDY, "training")).count('"learning_rate":1.0,') == 1
    assert study_of("learning_rate: 1\n", "learning_rate: 1.0\n") == STUDY
