"""What was done to a run is one value, which comes back from a result's coordinates."""

import math

import pytest

from vestige.condition import Condition, find_common_length, find_least_too_strong

PLAIN = Condition(20)
KINDS = {
    "without a penalty": (PLAIN, set()),
    "suppressed all the time": (
        Condition(20, -20.0, 0, 20, (4, 5, 6)),
        {"penalised", "suppressed", "kept_on", "from_start"},
    ),
    "suppressed later": (Condition(20, -20.0, 5, 20, (4,)), {"penalised", "suppressed", "kept_on", "later"}),
    "suppressed, then lifted": (Condition(20, -20.0, 0, 4, (4,)), {"penalised", "suppressed", "lifted"}),
    "promoted, then lifted": (Condition(20, 10.0, 0, 4, (4,)), {"penalised", "promoted", "lifted"}),
    "promoted in between": (Condition(20, 10.0, 3, 4, (4,)), {"penalised", "promoted"}),
}
PREDICATES = ("penalised", "suppressed", "promoted", "kept_on", "from_start", "later", "lifted")


@pytest.mark.parametrize(("condition", "kinds"), KINDS.values(), ids=KINDS)
def test_it_says_what_kind_of_penalty_it_is(condition, kinds):
    assert {name for name in PREDICATES if getattr(condition, f"is_{name}")} == kinds


@pytest.mark.parametrize("condition", [each for each, _ in KINDS.values()], ids=KINDS)
@pytest.mark.parametrize("overrides", [(), (("learning_rate", 0.05), ("shift", 1))])
def test_it_comes_back_from_the_coordinates_of_a_result(condition, overrides):
    done = Condition(condition.epochs, *condition.penalty.values(), overrides)
    said = {"study": "one", "condition": "any name", "seed": 3} | done.coordinates
    assert Condition.from_coordinates(said) == done


def test_a_setting_that_is_measured_too_is_what_it_was_at_first():
    said = PLAIN.coordinates | {"study": "one", "condition": "slow", "seed": 0, "initial_learning_rate": 0.01}
    assert Condition.from_coordinates(said).overrides == (("learning_rate", 0.01),)


def test_what_describes_a_penalty_says_nothing_where_there_is_none():
    said = {
        "study": "one",
        "condition": "any",
        "seed": 0,
        "alpha": 0.0,
        "start": 4,
        "stop": 9,
        "modules": "4",
        "epochs": 20,
    }
    assert Condition.from_coordinates(said) == PLAIN


def test_the_baseline_has_neither_a_penalty_nor_overrides():
    others = (Condition(20, -1.0, 0, 20, (4,)), Condition(20, overrides=(("shift", 1),)))
    assert PLAIN.is_baseline
    assert Condition(60).is_baseline
    assert not any(each.is_baseline for each in others)


def test_they_are_ordered_by_what_they_say():
    rising = [
        PLAIN,
        Condition(20, overrides=(("shift", 1),)),
        Condition(60),
        Condition(20, -20.0, 0, 20, (4,)),
        Condition(20, -20.0, 5, 20, (4,)),
        Condition(20, -20.0, 0, 4, (4,)),
        Condition(20, -5.0, 0, 20, (4,)),
        Condition(20, 10.0, 0, 4, (4,)),
    ]
    assert sorted(rising[3:] + rising[:3]) == rising


def lasting(epochs: int, **overrides) -> Condition:
    return Condition(epochs, overrides=tuple(overrides.items()))


@pytest.mark.parametrize(
    ("conditions", "epochs"),
    [
        ([lasting(5), lasting(9), lasting(5, l2=0.1), lasting(5, l2=0.2), lasting(9, l2=0.1)], 5),
        ([lasting(5), lasting(9), lasting(5, l2=0.1), lasting(9, l2=0.1)], 9),
        ([lasting(5), lasting(9, l2=0.1), lasting(9, l2=0.2)], 5),
        ([lasting(5, l2=0.1), lasting(9, l2=0.1), lasting(9, l2=0.2)], 9),
        ([], None),
    ],
)
def test_networks_are_compared_that_are_as_long_as_most(conditions, epochs):
    assert find_common_length(conditions) == epochs


@pytest.mark.parametrize(
    ("accurate", "least"),
    [
        ({0.1: [True], 0.2: [True, False], 0.3: [True, False, False], 0.4: [True]}, 0.3),
        ({0.1: [True], 0.2: [False]}, 0.2),
        ({0.1: [True]}, math.inf),
        ({}, math.inf),
    ],
)
def test_a_regularizer_is_too_strong_from_where_more_than_half_of_the_networks_fail(accurate, least):
    assert find_least_too_strong(accurate.items()) == least
