import pytest
import xarray as xr

from vestige.condition import modules_label
from vestige.figures.condition_labels import labels

PLAIN = {"alpha": 0.0, "start": 0, "stop": 0, "modules": "", "epochs": 12}
SUPPRESSED = {"alpha": -20.0, "start": 0, "stop": 12, "modules": "4 5 6", "epochs": 12}


def said(*conditions: dict) -> list[str]:
    runs = [xr.Dataset(coords={"condition": f"c{i}", "seed": 0, **facts}) for i, facts in enumerate(conditions)]
    return list(labels(runs).values())


@pytest.mark.parametrize(
    ("changed", "label"),
    [
        ({}, "α = −20 from epoch 0"),
        ({"start": 5}, "α = −20 from epoch 5"),
        ({"alpha": 10.0, "stop": 4}, "α = 10, first 4 epochs"),
        ({"alpha": 10.0, "stop": 1}, "α = 10, first epoch"),
        ({"alpha": 0.5, "start": 2, "stop": 3}, "α = 0.5, 1 epoch from epoch 2"),
        ({"alpha": 0.5, "start": 3, "stop": 7}, "α = 0.5, 4 epochs from epoch 3"),
        ({"epochs": 60, "stop": 60}, "α = −20 from epoch 0"),
        ({"epochs": 60, "stop": 12}, "α = −20, first 12 epochs"),
        (PLAIN, "no penalty"),
    ],
)
def test_the_penalty_is_said_in_words(changed, label):
    assert said(SUPPRESSED | changed) == [label]


def test_the_modules_are_said_where_penalised_conditions_differ_in_them():
    assert said(PLAIN, SUPPRESSED, SUPPRESSED | {"modules": "4 5 6 7", "alpha": 1.0, "stop": 4}) == [
        "no penalty",
        "α = −20 on modules 4–6 from epoch 0",
        "α = 1 on modules 4–7, first 4 epochs",
    ]


def test_an_overridden_setting_is_said_where_conditions_differ_in_it():
    slow = {"learning_rate": 0.01}
    assert said(PLAIN, PLAIN | slow, SUPPRESSED | slow) == [
        "no penalty",
        "no penalty, learning rate = 0.01",
        "α = −20 from epoch 0, learning rate = 0.01",
    ]


def test_a_setting_that_all_conditions_override_alike_is_not_said():
    assert said(PLAIN | {"flip": 0.5}, SUPPRESSED | {"flip": 0.5}) == ["no penalty", "α = −20 from epoch 0"]


def test_the_length_of_training_is_said_where_nothing_else_tells_two_apart():
    assert said(PLAIN, PLAIN | {"epochs": 60}, SUPPRESSED) == [
        "no penalty, 12 epochs",
        "no penalty, 60 epochs",
        "α = −20 from epoch 0",
    ]


def test_conditions_that_look_alike_are_told_apart_by_name():
    assert said(PLAIN, PLAIN) == ["no penalty (c0)", "no penalty (c1)"]


@pytest.mark.parametrize(
    ("listed", "words"),
    [("7", "module 7"), ("4 5", "modules 4–5"), ("4 5 6 7", "modules 4–7"), ("4 6", "modules 4, 6")],
)
def test_modules_are_said_as_a_range_where_they_are_one(listed, words):
    assert modules_label(list(map(int, listed.split()))) == words
