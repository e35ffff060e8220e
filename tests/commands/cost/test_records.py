"""What each job leaves about its cost."""

import contextlib
import json
import time
from pathlib import Path

import pytest
from commands.cost.costs import job_of, study_with, write

from vestige import pipeline
from vestige.commands import cost_records
from vestige.config import loading


def trained(epochs: int) -> tuple:
    """A training job that has left its result and the checkpoints of so many epochs, and its record."""
    job = job_of("training")
    with cost_records.record_cost(job):
        write(Path(job.output), 100)
        for epoch in range(epochs + 1):
            write(Path(job.folder, f"epoch-{epoch:03d}.safetensors"), 10)
    (found,) = cost_records.records()
    return job, found


def test_a_result_that_is_made_leaves_what_it_took(here):
    job, found = trained(epochs=2)
    assert (found.result, found.stage, found.study) == (job.output, "training", "tiny")
    assert (found.passes, found.of, found.bytes) == (2, 2, 130)
    assert 0 <= found.seconds < 10
    assert found.memory["process"] > 1e7
    assert found.settings == job.settings


def test_a_training_that_diverged_went_over_as_many_epochs_as_it_left_checkpoints_of(here):
    _, found = trained(epochs=1)
    assert (found.passes, found.of) == (1, 1)


def test_decoded_images_count_as_written_but_not_those_of_before(here):
    job = pipeline.job(study_with(), "images")
    write(Path("work/images/old.npy"), 1000)
    time.sleep(0.02)
    with cost_records.record_cost(job):
        write(Path(job.output), 100)
        write(Path("work/images/new.npy"), 20)
    assert [each.bytes for each in cost_records.records()] == [120]


def test_a_result_that_fails_leaves_no_record(here):
    with contextlib.suppress(RuntimeError), cost_records.record_cost(job_of("training")):
        raise RuntimeError
    assert cost_records.records() == []


def test_a_record_that_cannot_be_written_harms_no_result(here):
    job = job_of("cka")
    (here / "benchmarks").write_text("a file where the folder should be")
    with cost_records.record_cost(job):
        write(Path(job.output), 1)
    assert Path(job.output).is_file()


@pytest.mark.parametrize("text", ["", "{}", "[1]", "\xff", '{"result": "results/tiny/images.nc"}'])
def test_what_is_no_record_is_passed_over(here, text):
    path = cost_records.path_of(job_of("cka"))
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="latin-1")
    assert cost_records.records() == []


def test_every_result_of_a_run_has_left_its_record(by_snakemake):
    study = loading.read(by_snakemake / "params.yaml")
    for job in pipeline.jobs(study):
        said = json.loads((by_snakemake / cost_records.path_of(job)).read_text())
        assert said["result"] == job.output
        assert said["bytes"] >= (by_snakemake / job.output).stat().st_size
