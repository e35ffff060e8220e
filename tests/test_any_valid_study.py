"""Any valid study is one pipeline to the table and to both engines."""

import json

import pytest
from engine_jobs import dvc_jobs, snakemake_jobs, without_checkpoints
from engines import new_project, study_of, table_jobs
from example_search import ANY
from hypothesis import given, settings
from valid_studies import studies

from vestige.foundation import source_hash

RESULTS = (".nc", ".png", ".html")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A project without results, whose study the tests here replace."""
    return new_project(tmp_path_factory.mktemp("any") / "project")


def kept(project, data) -> dict[str, tuple]:
    """Write a study into a project; what the table says: by file, the results and the sources read, and the command."""
    (project / "params.yaml").write_text(json.dumps(data, indent=1))
    return {
        path: (
            {each.output for each in job.inputs},
            {source_hash.PREFIX + file for file in job.code},
            f"vestige make {job.output}",
        )
        for path, job in table_jobs(study_of(project)).items()
    }


def told(jobs) -> dict[str, tuple]:
    """What an engine says of every file, likewise.

    Without checkpoints and what its stages read of the images, which DVC alone declares, folders in which nothing will
    lie, and what lies beside a result, which DVC reads with the folder.
    """
    return {
        path: (
            {each for each in without_checkpoints(reads) if each.endswith(RESULTS)},
            {each for each in reads if each.startswith("src/")},
            command,
        )
        for path, (reads, command) in jobs.items()
        if path.startswith("results/") and "/checkpoints/" not in path
    }


def assert_same(table, snakemake, dvc) -> None:
    """The engines make and read what the table says; a line of dvc.yaml may name a source for other studies' sake."""
    assert snakemake == table
    assert dvc.keys() == table.keys()
    trainings = {path for path in table if "/training/" in path}
    for path, (results, sources, command) in table.items():
        of_dvc = results | trainings if "/between/" in path else results  # it cannot say which two a pair reads
        assert dvc[path][::2] == (of_dvc, command), path
        assert not sources - dvc[path][1], f"dvc.yaml: add to the deps of what makes {path}"


@pytest.mark.slow
@settings(max_examples=25, **ANY)
@given(data=studies())
def test_any_valid_study_is_one_pipeline_to_the_table_and_to_dvc(folder, data):
    table = kept(folder, data)
    assert_same(table, table, told(dvc_jobs(folder)))


@pytest.mark.slow
@settings(max_examples=4, **ANY)
@given(data=studies())
def test_any_valid_study_is_one_pipeline_to_both_engines(folder, data):
    assert_same(kept(folder, data), told(snakemake_jobs(folder)), told(dvc_jobs(folder)))
