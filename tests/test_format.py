"""The format of results has a number, on which every proof depends, and changes with it alone."""

import json

import pytest
from engines import ROOT
from formats import FILE, describe_results, make_results, read_number, trainings

from vestige.foundation.rows import STAGES
from vestige.provenance import equivalences, proofs

NOTED = json.loads(FILE.read_text())


def test_the_note_is_of_the_number_in_the_source():
    assert NOTED["format"] == read_number()


def test_every_kind_of_result_is_in_the_note():
    kinds = {f"{row.group}{row.suffix}" if row.axis == "study" else row.group for row in STAGES.values()}
    assert NOTED["results"].keys() == kinds


def test_nothing_that_was_made_in_this_format_is_made_stale(monkeypatch):
    """The note holds code and texts of the trainings of the shipped study, as the first proofs of this format do."""
    monkeypatch.chdir(ROOT)
    jobs = trainings()
    noted = "this makes what users have trained stale: if that is meant, `make format-number` notes it"
    assert {job.output: job.text for job in jobs} == NOTED["texts"], noted
    now = proofs.code_digests(jobs[0])
    assert equivalences.carry_forward("training", NOTED["code"], now, jobs[0].settings)[0] == now, noted


@pytest.mark.slow
def test_what_is_decoded_of_results_is_what_the_number_stands_for(tmp_path):
    found = describe_results(make_results(tmp_path / "project"))
    assert found == NOTED["results"], "the format has changed: `make format-number` raises its number"
