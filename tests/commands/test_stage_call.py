"""What a stage is called with."""

import json

import pytest
from engines import TINY
from ruamel.yaml import YAML
from valid_studies import CLUSTERS

from vestige import pipeline
from vestige.commands.stage_call import settings_of
from vestige.config import loading
from vestige.config.rows import load_rows
from vestige.foundation.call import Call


def called_with(job):
    """The settings that the stage of a job is handed."""
    return settings_of(job, Call(job.text))


def test_claims_are_handed_the_rows_of_their_file():
    assert called_with(pipeline.job(loading.read(TINY), "claims")).rows == load_rows("claims/paper.yaml")


@pytest.fixture
def of_sets():
    """A study of two sets of untrained networks."""
    sets = {"few": {"networks": 2, "seed": 1}, "more": {"networks": 5, "seed": 0}}
    return loading.validate_study(YAML(typ="safe").load(TINY.read_text()) | CLUSTERS | {"untrained": sets})


def test_a_stage_of_sets_is_handed_the_settings_of_its_own(of_sets):
    for name, networks in (("few", 2), ("more", 5)):
        given = called_with(pipeline.job(of_sets, "untrained", set=name))
        assert given.untrained.networks == networks
        assert given.clustering == of_sets.clustering


def test_the_result_of_a_set_says_which_it_is(of_sets):
    assert json.loads(pipeline.job(of_sets, "untrained", set="few").text)["labels"] == {"study": "tiny", "set": "few"}


def test_a_set_depends_on_no_other(of_sets):
    asked = pipeline.job(of_sets, "untrained", set="few").settings
    assert asked["untrained.few"] == {"networks": 2, "seed": 1}
    assert not {"untrained", "untrained.more", "training"} & asked.keys()


def test_what_a_text_does_not_hold_cannot_be_asked_for():
    given = called_with(pipeline.job(loading.read(TINY), "selectivity", condition="baseline", seed=0))
    assert {"device", "threads", "images", "network", "selectivity"} == vars(given).keys()
    with pytest.raises(AttributeError):
        _ = given.training


def test_a_run_is_handed_what_its_condition_does():
    study = loading.read(TINY)
    given = called_with(pipeline.job(study, "training", condition="suppressed", seed=1))
    assert vars(given.condition) == study.condition("suppressed").penalty
    assert given.training == study.training_of("suppressed")
    assert given.seed == study.stream("suppressed", 1)
