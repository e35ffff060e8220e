"""What a stage is called with."""

from engines import TINY

from vestige import pipeline
from vestige.commands.stage_call import settings_of
from vestige.config import loading
from vestige.config.rows import load_rows


def test_claims_are_handed_the_rows_of_their_file():
    assert settings_of(pipeline.job(loading.read(TINY), "claims")).rows == load_rows("claims/paper.yaml")
