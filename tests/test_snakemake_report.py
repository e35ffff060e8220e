"""`snakemake --report` shows every figure with its caption, its kind and its number in the paper."""

import html
import json
import re

import pytest
from engines import run, study_of
from PIL import Image

from vestige import pipeline
from vestige.config.registry import FIGURES

OBJECT = re.compile(r"^    var (results|categories) = (\{.*\});$", re.MULTILINE)


@pytest.mark.slow
def test_it_has_every_figure_with_the_caption_that_the_figure_carries(by_both):
    run(by_both, "snakemake --report work/snakemake.html")
    page = (by_both / "work/snakemake.html").read_text()
    found = {name: json.loads(text) for name, text in OBJECT.findall(page)}
    figures = [job for job in pipeline.jobs(study_of(by_both)) if job.stage.kind]
    assert found["results"].keys() == {job.output for job in figures}
    for job in figures:
        with Image.open(by_both / job.output) as picture:
            carried = picture.text["Description"]
        shown = found["results"][job.output]
        assert html.unescape(re.sub("<[^>]*>", "", shown["caption"])).split() == carried.split()
        assert shown["labels"]["of the paper"] == FIGURES[job.names["figure"]].paper
    assert found["categories"].keys() == {job.stage.kind for job in figures}
