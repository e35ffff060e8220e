"""What a stage is called with."""

import pytest
from engines import TINY
from ruamel.yaml import YAML
from valid_studies import CLUSTERS

from vestige import pipeline
from vestige.commands.stage_call import labels_of, settings_of
from vestige.config import loading
from vestige.config.rows import load_rows


def test_claims_are_handed_the_rows_of_their_file():
    assert settings_of(pipeline.job(loading.read(TINY), "claims")).rows == load_rows("claims/paper.yaml")


@pytest.fixture
def of_sets():
    """A study of two sets of untrained networks."""
    sets = {"few": {"networks": 2, "seed": 1}, "more": {"networks": 5, "seed": 0}}
    return loading.checked(YAML(typ="safe").load(TINY.read_text()) | CLUSTERS | {"untrained": sets})


def test_a_stage_of_sets_is_handed_the_settings_of_its_own(of_sets):
    for name, networks in (("few", 2), ("more", 5)):
        given = settings_of(pipeline.job(of_sets, "untrained", set=name))
        assert given.untrained.networks == networks
        assert given.clustering == of_sets.clustering


def test_the_result_of_a_set_says_which_it_is(of_sets):
    assert labels_of(pipeline.job(of_sets, "untrained", set="few")) == {"study": "tiny", "set": "few"}


def test_a_set_depends_on_no_other(of_sets):
    asked = pipeline.job(of_sets, "untrained", set="few").settings
    assert asked["untrained.few"] == {"networks": 2, "seed": 1}
    assert not {"untrained", "untrained.more", "training"} & asked.keys()
