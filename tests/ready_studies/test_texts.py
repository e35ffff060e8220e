"""Every ready-made study is known here, is named after its file, and says in its header what it shows and costs."""

import re

import pytest
from ready_studies.studies import BOTH, CLUSTERED, FAITHFUL, FILES, IMAGENET, SOUND, STUDIES, each

TEXTS = {path.stem: path.read_text() for path in FILES}


@each(STUDIES)
def test_a_study_is_named_after_its_file(name):
    assert STUDIES[name].study == name


@each(STUDIES)
def test_editors_find_the_schema_from_the_first_line(name):
    assert TEXTS[name].startswith("# yaml-language-server: $schema=workflow/schemas/params.schema.json\n")


@each([name for name in STUDIES if name != "digits"])
@pytest.mark.parametrize("word", ["The study", "[Ff]igure", "Hardware:", "Cost", "Disk:", "hour|min"])
def test_a_header_says_what_the_study_shows_on_which_hardware_and_at_what_cost(name, word):
    header = TEXTS[name].split("\n\n")[0]
    assert re.search(word, header)


@each(IMAGENET)
def test_a_header_begins_by_saying_that_the_study_was_never_run(name):
    assert "never run on ImageNet" in TEXTS[name].split("\n#\n")[1].replace("\n# ", " ")


def test_a_header_says_that_running_statistics_lag_behind_in_short_epochs():
    assert "running statistics, which lag behind" in TEXTS["digits_fidelity"].replace("\n# ", " ")


def test_every_study_is_here():
    assert {*FAITHFUL, *SOUND, *CLUSTERED, BOTH} == {*STUDIES}
