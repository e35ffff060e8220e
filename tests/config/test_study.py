"""What params.yaml says is what every stage is told."""

import json
import subprocess
from pathlib import Path

import jsonschema
import pytest
from pydantic import ValidationError
from ruamel.yaml import YAML

from vestige import pipeline
from vestige.commands.reference import reference
from vestige.commands.schema import schema
from vestige.config import loading
from vestige.config.selection import select_cells
from vestige.config.study import Run
from vestige.foundation import canonical_json
from vestige.foundation.rows import STAGES

ROOT = Path(__file__).resolve().parents[2]
STUDIES = [ROOT / "params.yaml", *sorted(ROOT.glob("studies/*.yaml")), *sorted(ROOT.glob("tests/studies/*.yaml"))]
TEXT = """
study: small-one
device: cpu
threads: 1
seeds: [3, 1]
images: {source: digits, val_fraction: 0.2, split_seed: 0}
network: {family: bottleneck_resnet, blocks: [1, 1, 1, 1], width: 4}
training:
  epochs: 6
  batch_size: 64
  learning_rate: 1
  learning_rate_step: 30
  learning_rate_gamma: 0.1
  momentum: 0.9
  weight_decay: 1e-4
  class_reduction: mean
  epsilon: 1e-6
conditions:
  plain: {alpha: 0, start: 2}
  early: {alpha: -20, modules: [6, 4], start: 0, stop: 4}
  late: {alpha: 10, modules: [5], start: 3, epochs: 5, shift: 1}
selectivity: {batch_size: 512, epsilon: 1e-6}
ablation:
  epochs: all
  modules: [4]
  grid: {steps: [15, 40]}
  random: {protocol: redrawn_per_batch, repeats: 1}
  ranked_on: same_images
  batch_size: 512
cka: {epochs: [0, 2], batch_size: 64, order: class_sorted, estimator: torch-cka}
applies: {ablation: [late, plain], cka: [], association: [], norms: [], cluster_ablation: []}
between: {plain_late: {first: plain, second: late}}
untrained: {}
figures:
  network: {}
  training: {}
  selectivity:
    emergence: {palette: colorblind, panel: [2, 2], dpi: 80, silent_units: zero}
  ablation: {}
  cka: {}
  between: {}
  association: {}
  clustering: {}
  agreement: {}
  norms: {}
  cluster_classes: {}
  cluster_ablation: {}
"""


def values(text: str = TEXT) -> dict:
    """The plain values of a study's text."""
    return loading.parse_yaml(text, Path("params.yaml"))


def study_of(old: str = "", new: str = ""):
    """The study above, with a part of its text replaced."""
    assert old in TEXT
    return loading.validate_study(values(TEXT.replace(old, new)))


STUDY = study_of()


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


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_editors_that_know_the_schema_accept_every_ready_made_study(path):
    jsonschema.validate(values(path.read_text()), json.loads(schema()))


def test_the_schema_for_editors_is_that_of_the_types():
    written = (ROOT / "workflow" / "schemas" / "params.schema.json").read_text()
    assert written == schema(), "run: vestige schema > workflow/schemas/params.schema.json"


def test_the_page_of_every_key_is_that_of_the_types():
    written = (ROOT / "docs" / "reference.md").read_text()
    assert written == reference(), "run: vestige schema --markdown > docs/reference.md"


def test_every_key_of_the_schema_has_a_description():
    """Its own, or that of the section that stands there."""
    definitions = json.loads(schema())["$defs"]
    sections = {"params.yaml": json.loads(schema()), **definitions}
    bare = [
        f"{name}: {key}"
        for name, section in sections.items()
        for key, part in section["properties"].items()
        if not part.get("description") and part.get("$ref", "").removeprefix("#/$defs/") not in definitions
    ]
    assert not bare, "write a docstring under the field"
    assert all(section["description"] for section in definitions.values()), "write a docstring of the class"


def test_the_page_says_what_a_key_may_be_and_what_holds_without_it():
    rows = reference().splitlines()
    assert (
        "| `threads` | integer from 1, up to 1024 | required |" in next(row for row in rows if "`threads`" in row)[:60]
    )
    assert any(row.startswith("| `tolerance` | number above 0 | `0.01` |") for row in rows)
    assert any(
        row.startswith("| `temperatures` | list of 2, each: number above 0 | `[1e-06, 1e+06]` |") for row in rows
    )
    assert any(row.startswith("| `epochs` | list, each: integer from 0, or `all` | required |") for row in rows)
    headings = [row for row in rows if row.startswith("## ")]
    assert "## `images`, `source: digits`" in headings
    assert "## `training.plateau`, `conditions.NAME.plateau`" in headings


def test_params_point_editors_at_the_schema():
    [_, path] = (ROOT / "studies" / "digits.yaml").read_text().splitlines()[0].split("$schema=")
    assert (ROOT / path).is_file()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("threads: 1", "thread: 1"),
        ("width: 4", "widht: 4"),
        ("late: {alpha: 10", "late: {alhpa: 10"),
        ("stop: 4", "stop: null"),
        ("epochs: 6", "epochs: many"),
        ("plain: {", "Plain: {"),
        ("emergence:", "emergance:"),
    ],
)
def test_editors_mark_what_is_refused(old, new):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(values(TEXT.replace(old, new, 1)), json.loads(schema()))


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


@pytest.mark.parametrize(("text", "number"), [("1e-4", 0.0001), ("1E-4", 0.0001), ("0", 0.0), (".5", 0.5), ("+1", 1.0)])
def test_numbers_are_read_as_yaml_1_2_and_a_person_mean_them(text, number):
    read = study_of("weight_decay: 1e-4", f"weight_decay: {text}").training.weight_decay
    assert read == number
    assert isinstance(read, float)


@pytest.mark.parametrize("word", ["off", "on", "no", "yes", "n", "y"])
def test_words_that_older_yaml_reads_as_truth_stay_words(word):
    assert study_of("study: small-one", f"study: {word}").study == word
    assert word in study_of("  early:", f"  {word}:").conditions


def test_anchors_and_merges_may_be_used():
    shared = study_of("[6, 4], start: 0", "&these [6, 4], start: 0").model_copy()
    assert shared == STUDY
    text = TEXT.replace("early: {", "early: &early {").replace(
        "  late: {", "  later: {<<: *early, start: 1}\n  late: {"
    )
    later = loading.validate_study(values(text)).conditions["later"]
    assert (later.alpha, later.modules, later.start, later.stop) == (-20, (6, 4), 1, 4)


def test_windows_line_ends_and_byte_order_marks_change_nothing(tmp_path):
    path = tmp_path / "params.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.lstrip().replace("\n", "\r\n").encode())
    assert loading.read(path) == STUDY


def test_nothing_changes_after_reading():
    with pytest.raises(ValidationError, match="frozen"):
        STUDY.training.epochs = 7
    with pytest.raises(ValidationError, match="frozen"):
        STUDY.conditions["early"].alpha = 7


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


def digits(**changed) -> dict:
    """The shipped study as plain values, with other sections; one that is None is left out."""
    data = YAML(typ="safe", pure=True).load((ROOT / "studies" / "digits.yaml").read_text()) | changed
    return {key: value for key, value in data.items() if value is not None}


def without(kind: str, key: str) -> dict:
    """What applies and the figures that are drawn, without one kind."""
    return digits()[key] | {kind: [] if key == "applies" else {}}


def test_a_section_of_an_analysis_that_applies_to_nothing_may_be_left_out():
    study = loading.validate_study(
        digits(ablation=None, applies=without("ablation", "applies"), figures=without("ablation", "figures"))
    )
    assert "ablation" not in {job.stage.name for job in pipeline.jobs(study)}
    assert all("ablation" not in job.settings for job in pipeline.jobs(study))


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"ablation": None}, "ablation: missing; applies.ablation asks for what is made with it; its keys: epochs, "),
        ({"cka": None, "applies": without("cka", "applies")}, "cka: missing; between asks for what is made with it"),
        ({"applies": {"ablation": []}}, "applies.cka: missing; add the line `cka: []` to applies"),
    ],
)
def test_a_section_that_something_is_made_with_is_asked_for(changed, says):
    with pytest.raises(loading.StudyRefused, match="params.yaml is refused:") as refused:
        loading.validate_study(digits(**changed))
    assert f"  {says}" in str(refused.value)
