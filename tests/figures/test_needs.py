import pytest

from vestige.figures import needs

PLAIN = {"alpha": 0.0, "epochs": 12}


def penalised(alpha, start, stop) -> dict:
    return {"alpha": alpha, "start": start, "stop": stop, "epochs": 12, "modules": "4 5 6"}


@pytest.mark.parametrize(
    ("need", "means"),
    [
        ("BASELINE", PLAIN),
        ("SUPPRESSED", penalised(-20.0, 0, 12)),
        ("SUPPRESSED_LATER", penalised(-20.0, 5, 12)),
        ("PROMOTED_LONGER", penalised(1.0, 0, 4)),
        ("PROMOTED_ONCE", penalised(1.0, 0, 1)),
        ("LIFTED", penalised(-20.0, 0, 4)),
    ],
)
def test_a_need_is_met_by_its_own_condition_and_by_no_other(need, means):
    singled = ["BASELINE", "SUPPRESSED", "SUPPRESSED_LATER", "PROMOTED_LONGER", "PROMOTED_ONCE", "LIFTED"]
    assert [name for name in singled if getattr(needs, name).fits(means)] == [need]


def test_any_promotion_that_ends_is_one():
    assert [needs.PROMOTED.fits(penalised(10.0, 0, stop)) for stop in (1, 4, 12)] == [True, True, False]


def test_two_of_a_kind_are_asked_for_in_words_too():
    says = "two or more conditions that suppress selectivity from epoch 0 to the end, with different alpha"
    assert needs.several(needs.SUPPRESSED, "alpha").says == says


def test_a_need_is_met_by_one_condition_among_others():
    assert needs.BASELINE.met([penalised(-20.0, 0, 12), PLAIN])
    assert not needs.BASELINE.met([penalised(-20.0, 0, 12)])


@pytest.mark.parametrize(("alphas", "met"), [((-20.0, -20.0), False), ((-20.0, -5.0), True)])
def test_several_strengths_are_conditions_of_different_strength(alphas, met):
    several = needs.several(needs.SUPPRESSED_LATER, "alpha")
    assert several.met([penalised(alpha, start, 12) for start, alpha in enumerate(alphas, start=4)]) is met


@pytest.mark.parametrize(("starts", "met"), [((5, 5), False), ((4, 5), True)])
def test_several_onsets_are_conditions_of_different_onset(starts, met):
    several = needs.several(needs.SUPPRESSED_LATER, "start")
    assert several.met([penalised(alpha, start, 12) for alpha, start in zip((-20.0, -5.0), starts, strict=True)]) is met
