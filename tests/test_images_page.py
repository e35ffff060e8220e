"""What docs/images.md says of settings can be said."""

import re

import pytest
from engines import ROOT
from ruamel.yaml import YAML

from vestige.data import imagenet
from vestige.data.shards.detection import LAYOUTS

TEXT = (ROOT / "docs" / "images.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS)
def test_a_section_of_the_page_is_one_that_a_study_may_have(block):
    imagenet.Settings.model_validate(YAML(typ="safe").load(block)["images"])


def test_every_key_is_explained():
    assert [key for key in imagenet.Settings.model_fields if key not in TEXT] == []


def test_every_layout_is_a_row_of_the_table():
    rows = re.findall(r"^\| ([^|]+) \|", TEXT.split("## Layouts")[1].split("##")[0], re.MULTILINE)[1:]
    assert len(rows) == len(LAYOUTS) + 2  # class folders may have splits or not, and lack those of val
