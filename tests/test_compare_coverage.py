"""The studies of the harness say, together, all that a study may say: computed from the schema's own types."""

import re
from types import NoneType
from typing import Literal, get_args, get_origin

import pytest
from comparison.coverage import load_not_covered
from comparison.renamed import match
from comparison.studies import FILES
from pydantic import BaseModel

from vestige.config import loading
from vestige.config.registry import FIGURES
from vestige.config.study import Study
from vestige.foundation import canonical_json

STUDIES = {name: loading.read(path) for name, path in FILES.items()}
NOT_COVERED = load_not_covered()


def allowed(kind, path: str = "") -> set[str]:
    """Every key that a type may have, and every choice of each, as `key` and `key=choice`; a name's place is a star."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        keys = {f"{path}{name}": field.annotation for name, field in kind.model_fields.items()}
        return {*keys, *(each for key, inner in keys.items() for each in allowed(inner, f"{key}."))}
    if get_origin(kind) is Literal:
        return {f"{path.rstrip('.')}={choice}" for choice in get_args(kind)}
    parts = [each for each in get_args(kind) if each is not NoneType]
    if get_origin(kind) is dict:
        return allowed(parts[1], f"{path}*.")
    return {each for part in parts if not isinstance(part, str) for each in allowed(part, path)}


def said(value, path: str = "") -> set[str]:
    """What a study says of that."""
    if isinstance(value, BaseModel):
        keys = {name: getattr(value, name) for name in type(value).model_fields}
        inner = {each for name, held in keys.items() if held is not None for each in said(held, f"{path}{name}.")}
        return inner | {f"{path}{name}" for name, held in keys.items() if held is not None}
    if isinstance(value, dict):
        return {each for held in value.values() for each in said(held, f"{path}*.")}
    if isinstance(value, tuple):
        return {each for held in value for each in said(held, path)}
    return {f"{path.rstrip('.')}={value}"}


def over_figures(found: set[str]) -> set[str]:
    """The same, the keys of all figures as one: a choice that many figures have counts once it is made for one."""
    return {re.sub(r"^figures\.\w+\.\w+\.", "figures.*.", each) for each in found}


ALLOWED = over_figures(allowed(Study))
SAID = over_figures(set().union(*(said(study) for study in STUDIES.values())))


def excepted(each: str) -> bool:
    """Whether it is on the list of what is not covered."""
    return any(match(pattern, each) for pattern in NOT_COVERED)


def test_every_key_and_choice_of_a_study_is_said_by_some_study_or_excepted_with_a_reason():
    assert sorted(each for each in ALLOWED - SAID if not excepted(each)) == []


def test_the_schema_was_walked_to_its_choices():
    assert {"network.family=vgg", "conditions.*.class_reduction=sum", "ablation.ranked_on=same_images"} <= ALLOWED
    assert {"figures.*.area=sum", "images.crop", "training.random_crop.scale", "cka.epochs=all"} <= ALLOWED


@pytest.mark.parametrize("pattern", NOT_COVERED)
def test_an_exception_is_needed(pattern):
    assert [each for each in ALLOWED - SAID if match(pattern, each)]


@pytest.mark.parametrize("figure", FIGURES)
def test_every_figure_is_drawn_by_some_study(figure):
    assert any(canonical_json.value_at(study, f"figures.{FIGURES[figure].kind}.{figure}") for study in STUDIES.values())


def test_penalties_of_both_signs_act_with_either_class_reduction():
    penalties = {
        (study.conditions[name].alpha > 0, study.training_of(name).class_reduction)
        for study in STUDIES.values()
        for name in study.conditions
        if study.conditions[name].alpha
    }
    assert penalties == {(sign, reduction) for sign in (True, False) for reduction in ("mean", "sum")}


def test_grids_protocols_and_rankings_of_ablation_meet_in_pairs():
    told = [study.ablation for study in STUDIES.values() if study.applies.ablation]
    choices = [("steps" if each.grid.steps else "fractions", each.random.protocol, each.ranked_on) for each in told]
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert len({(each[one], each[other]) for each in choices}) == 4


def test_orders_and_estimators_of_cka_meet_in_all_ways():
    told = [study.cka for study in STUDIES.values() if study.applies.cka]
    assert len({(each.order, each.estimator) for each in told}) == 4
