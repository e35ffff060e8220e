"""A section that nothing is made with may be left out, and another is asked for."""

import pytest
from config.example_study import ROOT
from ruamel.yaml import YAML

from vestige import pipeline
from vestige.config import loading


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
