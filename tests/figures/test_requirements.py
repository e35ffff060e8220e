import pytest

from vestige.condition import Condition
from vestige.figures.requirements import NEEDS, at_least_two

PLAIN = Condition(12)


def penalised(alpha, start, stop) -> Condition:
    return Condition(12, alpha, start, stop, (4, 5, 6))


@pytest.mark.parametrize(
    ("need", "means"),
    [
        ("baseline", PLAIN),
        ("suppressed", penalised(-20.0, 0, 12)),
        ("suppressed_later", penalised(-20.0, 5, 12)),
        ("promoted_longer", penalised(1.0, 0, 4)),
        ("promoted_once", penalised(1.0, 0, 1)),
        ("lifted", penalised(-20.0, 0, 4)),
    ],
)
def test_a_need_is_met_by_its_own_condition_and_by_no_other(need, means):
    singled = ["baseline", "suppressed", "suppressed_later", "promoted_longer", "promoted_once", "lifted"]
    assert [name for name in singled if NEEDS[name].fits(means)] == [need]


def test_any_promotion_that_ends_is_one():
    assert [NEEDS["promoted"].fits(penalised(10.0, 0, stop)) for stop in (1, 4, 12)] == [True, True, False]


def test_two_of_a_kind_are_asked_for_in_words_too():
    says = "two or more conditions that suppress selectivity from epoch 0 to the end, with different alpha"
    assert at_least_two(NEEDS["suppressed"], "alpha").says == says


def test_a_need_is_met_by_one_condition_among_others():
    assert NEEDS["baseline"].is_met([penalised(-20.0, 0, 12), PLAIN])
    assert not NEEDS["baseline"].is_met([penalised(-20.0, 0, 12)])


@pytest.mark.parametrize(("alphas", "met"), [((-20.0, -20.0), False), ((-20.0, -5.0), True)])
def test_several_strengths_are_conditions_of_different_strength(alphas, met):
    two = at_least_two(NEEDS["suppressed_later"], "alpha")
    assert two.is_met([penalised(alpha, start, 12) for start, alpha in enumerate(alphas, start=4)]) is met


@pytest.mark.parametrize(("starts", "met"), [((5, 5), False), ((4, 5), True)])
def test_several_onsets_are_conditions_of_different_onset(starts, met):
    two = at_least_two(NEEDS["suppressed_later"], "start")
    assert two.is_met([penalised(alpha, start, 12) for alpha, start in zip((-20.0, -5.0), starts, strict=True)]) is met
