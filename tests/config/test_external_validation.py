"""What a condition may say whose networks were trained elsewhere."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from vestige.condition import Condition
from vestige.config import loading
from vestige.config.registry import KINDS
from vestige.config.study import Run
from vestige.foundation.canonical_json import pick_keys

STUDY = Path(__file__).resolve().parents[1] / "studies" / "tiny.yaml"


def study_with(theirs, **sections):
    plain = YAML(typ="safe").load(STUDY) | sections
    plain["conditions"]["theirs"] = {"checkpoints": "weights", **theirs}
    return loading.validate_study(plain)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("alpha", -5),
        ("modules", [4]),
        ("start", 0),
        ("stop", 1),
        ("dropout", 0.5),
        ("learning_rate", 0.1),
        ("independent", True),
        ("batch_size", 32),
    ],
)
def test_a_penalty_and_settings_of_training_are_refused_by_their_key(key, value):
    with pytest.raises(loading.StudyRefused) as refused:
        study_with({key: value})
    assert f"  conditions.theirs.{key}: found" in str(refused.value)
    assert "leave this key out; allowed beside checkpoints: epochs" in str(refused.value)
    assert str(refused.value).count("\n") == 1


@pytest.mark.parametrize(("said", "last"), [({}, 0), ({"alpha": 0}, 0), ({"epochs": 7}, 7)])
def test_its_epochs_are_those_that_it_says_or_its_one_checkpoint(said, last):
    study = study_with(said)
    assert study.coordinates(Run("theirs", 1)) == {
        **{"study": "tiny", "condition": "theirs", "seed": 1, "alpha": 0, "start": 0, "stop": 0, "modules": ""},
        **{"epochs": last, "checkpoints": "theirs"},
    }


def test_it_is_no_baseline_and_no_other_condition():
    conditions = [study_with({}).condition(name) for name in ("theirs", "baseline")]
    assert [each.is_baseline for each in conditions] == [False, True]
    assert conditions[0] == Condition.from_coordinates(study_with({}).coordinates(Run("theirs", 0)))
    assert conditions[0].training != conditions[1].training


def test_its_path_stands_in_no_settings():
    assert "weights" not in str(pick_keys(study_with({}), ("conditions", "conditions.theirs")))


def test_measures_cover_it_whatever_their_epochs_and_whatever_is_held_out():
    applies = dict.fromkeys(("ablation", "cka", "association", "norms"), ["theirs"]) | {"cluster_ablation": []}
    association = {"epochs": [5, "best"], "batch_size": 64, "directions": 4, "directions_seed": 0}
    clustering = {"restarts": 1, "steps": 9, "entropy": 0.1, "seed": 0, "nulls": {"shuffled": 0, "strengths": 0}}
    figures = dict.fromkeys(KINDS, {})
    more = {"association": association, "clustering": clustering, "agreement": {"dead_units": "left_out"}}
    more["norms"] = {"epochs": ["best"]}
    assert study_with({}, applies=applies, figures=figures, **more).is_given("theirs")


def test_a_pair_with_networks_of_other_epochs_is_refused():
    with pytest.raises(
        loading.StudyRefused, match="between.mixed: conditions.baseline ends at epoch 2 and conditions.th"
    ):
        study_with({}, between={"mixed": {"first": "baseline", "second": "theirs"}})
    for first in ("theirs", "baseline"):
        study_with({"epochs": 2}, between={"mixed": {"first": first, "second": "theirs"}})
    study_with({}, between={"own": {"first": "theirs", "second": "theirs"}})
