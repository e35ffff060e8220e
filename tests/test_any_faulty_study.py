"""Any fault in a study is refused by its key's name, and whatever is typed has an answer."""

import copy
import json
import re
from contextlib import suppress

import pytest
from example_search import ANY
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from valid_studies import met, studies

from vestige.config import loading
from vestige.config.registry import FIGURES


def paths(value, here: tuple = ()) -> list[tuple]:
    """The path of every key of a study, sections included."""
    inside = (
        [path for key, each in value.items() for path in paths(each, (*here, key))] if isinstance(value, dict) else []
    )
    return ([here] if here else []) + inside


OURS = {"conditions", "between", "untrained"}  # sections whose keys are names that a person gives
OPTIONAL = {
    "stop", "select", "fractions", "steps", "shift", "flip", "bands", "lowest", "crop", "random_crop", "dropout",
    "head", "download", "train_per_class", "val_per_class", "independent", "scratch", "batch_norm",
    "mean", "std", "on_unreadable", "decoding_threads", "stage_to", "keep",
}  # fmt: skip
ASKED_FOR = {("ablation",), ("cka",)}  # sections that only a study needs which asks for what is made with them


def is_spelt(path: tuple) -> bool:
    """Whether the spelling of a key is ours."""
    return path[0] not in OURS or len(path) != 2


def is_required(path: tuple) -> bool:
    """Whether a study lacks something without a key, whatever it asks for besides."""
    if path in ASKED_FOR:
        return False
    if path[0] == "conditions":
        return path[-1] in ("conditions", "modules", "start")
    if path[0] == "figures":
        if len(path) < 4:
            return len(path) < 3  # a figure that is left out is not drawn
        return len(path) == 4 and FIGURES[path[2]].settings.model_fields[path[3]].is_required()
    return path[0] != "estimate" and path[-1] not in OPTIONAL and is_spelt(path)


def corrupted(data: dict, path: tuple, corrupt) -> list[str]:
    """The faults for which a study is refused, once the section that holds a key is corrupted, one a line."""
    data = copy.deepcopy(data)
    section = data
    for key in path[:-1]:
        section = section[key]
    corrupt(section, path[-1])
    with pytest.raises(loading.StudyRefused) as refused:
        loading.validate_study(data)
    return str(refused.value).splitlines()[1:]


def about(path: tuple) -> re.Pattern:
    """What the line of a fault begins with that is about a key, or what it holds."""
    return re.compile(rf"  {re.escape('.'.join(map(str, path)))}[.:]")


@pytest.mark.slow
@settings(max_examples=60, **ANY)
@given(studies(), st.data())
def test_any_key_with_a_letter_too_many_is_named_alone(data, draw):
    path = draw.draw(st.sampled_from([path for path in paths(data) if is_spelt(path)]))
    place, letter = draw.draw(st.integers(0, len(path[-1]))), draw.draw(st.sampled_from("abcxyz_"))
    misspelt = path[-1][:place] + letter + path[-1][place:]
    [fault] = corrupted(data, path, lambda section, key: section.update({misspelt: section.pop(key)}))
    assert about((*path[:-1], misspelt)).match(fault)


@pytest.mark.slow
@settings(max_examples=60, **ANY)
@given(studies(), st.data())
def test_any_required_key_that_is_left_out_is_named_alone(data, draw):
    path = draw.draw(st.sampled_from([path for path in paths(data) if is_required(path)]))
    [fault] = corrupted(data, path, lambda section, key: section.pop(key))
    assert about(path).match(fault)


NOTHING_HOLDS = [None, {"b": 1}, [None], [[]], float("nan"), 2**60, object]


@pytest.mark.slow
@settings(max_examples=100, **ANY)
@given(studies(), st.sampled_from(NOTHING_HOLDS), st.data())
def test_any_key_that_holds_what_no_key_may_hold_is_named_alone(data, value, draw):
    path = draw.draw(st.sampled_from(paths(data)))
    faults = corrupted(data, path, lambda section, key: section.update({key: value}))
    assert all(about(path).match(fault) for fault in faults)


BEYOND = {
    "threads": 0, "seeds": [], "val_fraction": 1, "split_seed": -1, "train_per_class": 0, "resize": 0, "width": 0,
    "depth": 17,
    "blocks": [1, 1, 1], "dropout": 1, "head": 0, "epochs": 0, "batch_size": 0, "learning_rate": 0,
    "learning_rate_step": 0, "learning_rate_gamma": 1.5, "momentum": 1, "weight_decay": -1, "epsilon": 0, "shift": 0,
    "flip": 1.5, "independent": False, "statistics": "none", "images": 1, "scratch": "",
    "alpha": float("inf"), "modules": [], "start": 99, "stop": 99, "fractions": [0, 2], "steps": [0, 1],
    "repeats": 0, "halves_seed": -1, "order_seed": -1, "panel": [0, 1], "dpi": 1, "lowest": 1, "top": 0, "pairs": [],
    "class_reduction": "median", "protocol": "any", "ranked_on": "none", "order": "any", "estimator": "any",
    "palette": "grey", "device": "tpu", "source": "none", "family": "none", "folder": "", "download": False,
    "scale": [0, 1], "ratio": [2, 1], "silent_units": "one", "accuracy": "top2", "area": "mean", "bands": "all",
    "networks": 1, "directions": 1, "restarts": 0, "entropy": 0,
}  # fmt: skip


@pytest.mark.slow
@settings(max_examples=100, **ANY)
@given(studies(), st.data())
def test_any_value_out_of_range_is_named_alone(data, draw):
    path = draw.draw(st.sampled_from([path for path in paths(data) if path[-1] in BEYOND and "select" not in path]))
    [fault] = corrupted(data, path, lambda section, key: section.update({key: BEYOND[key]}))
    assert about(path).match(fault)


def condition_of(data: dict) -> str:
    """The first condition of a study."""
    return next(iter(data["conditions"]))


# The place of a fault -> what stands there, made from the study's plain values.
MADE_UP = {
    "applies.cka": lambda data: ["no_such_condition"],
    "ablation.modules": lambda data: [*data["ablation"]["modules"], 99],
    "seeds": lambda data: [*data["seeds"], data["seeds"][0]],
    "between.with_nobody.second": lambda data: "no_such_condition",
    "between.with_a_run.second": lambda data: f"{condition_of(data)}-seed{data['seeds'][0]}",
    "conditions.the_twin": lambda data: next(iter(data["conditions"].values())),
    "conditions.the_faulty.modules": lambda data: [99],
    "figures.training.no_such_figure": lambda data: {},
    "figures.cka.emergence": lambda data: {},
}
BESIDE = {"first": condition_of, "alpha": lambda data: -3, "start": lambda data: 0}


@pytest.mark.parametrize("place", MADE_UP)
@settings(max_examples=10, **ANY)
@given(data=studies())
def test_what_contradicts_the_rest_of_a_study_is_named_alone(place, data):
    path = tuple(place.split("."))
    if path[-1] in ("second", "modules") and len(path) == 3:
        around = ("first",) if path[0] == "between" else ("alpha", "start")
        data[path[0]][path[1]] = {key: BESIDE[key](data) for key in around}
    [fault] = corrupted(data, path, lambda section, key: section.update({key: MADE_UP[place](data)}))
    assert about(path).match(fault)


@settings(max_examples=30, **ANY)
@given(studies(), st.data())
def test_a_figure_whose_runs_the_study_lacks_is_named_alone(data, draw):
    study = loading.validate_study(data)
    lacking = [name for name, row in FIGURES.items() if not met(study, row, {})]
    assume(lacking)
    name = draw.draw(st.sampled_from(lacking))
    kind = FIGURES[name].kind
    modules = data["ablation"]["modules"]
    said = {
        "palette": "deep", "panel": [2, 2], "dpi": 80, "silent_units": "zero", "accuracy": "top1", "area": "sum",
        "top": 5, "pairs": [[modules[0], "fc"]],
    }  # fmt: skip
    required = {key: said[key] for key, field in FIGURES[name].settings.model_fields.items() if field.is_required()}
    [*faults] = corrupted(data, ("figures", kind, name), lambda section, key: section.update({key: required}))
    assert faults
    assert all(about(("figures", kind, name)).match(fault) for fault in faults)


@settings(max_examples=40, **ANY)
@given(studies(), st.data())
def test_whatever_is_typed_the_answer_is_a_study_or_a_refusal(tmp_path_factory, data, draw):
    text = json.dumps(data, indent=1)
    place, length = draw.draw(st.integers(0, len(text))), draw.draw(st.integers(0, 3))
    typed = draw.draw(st.text(" \n\t:,[]{}-?!&*#|>'\"%@`~09.ex\0é", max_size=2))
    file = tmp_path_factory.getbasetemp() / "params.yaml"
    with suppress(loading.StudyRefused):
        assert loading.validate_study(loading.parse_yaml(text[:place] + typed + text[place + length :], file)).runs
