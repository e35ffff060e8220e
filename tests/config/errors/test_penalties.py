"""A penalty that no run could have, and two conditions that mean the same, are refused."""

import pytest
from config.errors.corrupted_study import cases, edited, message


@cases(
    ("start: 0", "start: 4", "conditions.early.stop (line 30): found 4; start is 4; allowed: 5 to 6"),
    ("start: 0", "start: 5", "conditions.early.stop (line 30): found 4; start is 5; allowed: 6 to 6"),
    ("start: 0", "start: 6", "conditions.early.start (line 29): found 6; the run has 6 epochs; allowed: 0 to 5"),
    ("stop: 4", "stop: 7", "conditions.early.stop (line 30): found 7; start is 0; allowed: 1 to 6"),
    ("stop: 4", "epochs: 8\n    stop: 9", "conditions.early.stop (line 31): found 9; start is 0; allowed: 1 to 8"),
    (
        "    start: 0\n",
        "",
        "conditions.early.start (line 26): missing; alpha is -20: say from which epoch it acts; 0 is the beginning",
    ),
    (
        "    modules: [4, 5]\n",
        "",
        "conditions.early.modules (line 26): missing; alpha is -20: say on which modules it acts",
    ),
    (
        "modules: [4, 5]",
        "modules: [4, 8]",
        "conditions.early.modules (line 28): found 8; the network has no such module",
    ),
    (
        "modules: [4, 5]",
        "modules: [4, 4]",
        "conditions.early.modules (line 28): 4 is given 2 times; allowed: each once",
    ),
    ("modules: [4, 5]", "modules: []", "conditions.early.modules (line 28): found []; allowed: 1 or more entries"),
    (
        "alpha: 0\n",
        "alpha: 0\n    modules: [3]\n",
        "conditions.plain.modules (line 26): found 3; the network has no such module",
    ),
    (
        "alpha: 0\n",
        "alpha: 0\n    start: 6\n",
        "conditions.plain.start (line 26): found 6; the run has 6 epochs; allowed: 0 to 5",
    ),
)
def test_a_penalty_that_no_run_could_have_is_refused(refusal, old, new, says):
    assert refusal(edited(old, new)).startswith(message(says))


@pytest.mark.parametrize(
    ("twin", "same"),
    [
        ("{alpha: 0}", "plain"),
        ("{alpha: -0.0}", "plain"),
        ("{alpha: 0, start: 3}", "plain"),
        ("{alpha: 0, modules: [4], stop: 2}", "plain"),
        ("{alpha: 0, learning_rate: 0.1}", "plain"),
        ("{alpha: 0, epsilon: 1e-3, class_reduction: sum}", "plain"),
        ("{alpha: -20, modules: [4, 5], start: 0, stop: 4}", "early"),
        ("{alpha: -20.0, modules: [5, 4], start: 0, stop: 4}", "early"),
        ("{alpha: -20, modules: [4, 5], start: 0, stop: 4, epochs: 6}", "early"),
    ],
)
def test_two_conditions_that_mean_the_same_are_refused(refusal, twin, same):
    says = f"conditions.twin (line 31): it means the same as conditions.{same}; remove one of them"
    assert refusal(edited("stop: 4\n", f"stop: 4\n  twin: {twin}\n")) == message(says)


def test_a_penalty_until_the_last_epoch_is_one_without_an_end(refusal):
    says = "conditions.twin (line 31): it means the same as conditions.early; remove one of them"
    assert refusal(edited("stop: 4\n", "stop: 6\n  twin: {alpha: -20, modules: [4, 5], start: 0}\n")) == message(says)
