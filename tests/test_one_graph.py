"""The table, the Snakefile and dvc.yaml are one graph of the same files, inputs, commands and sources."""

import pytest
from engine_jobs import dvc_jobs, dvc_repo, read_by_dvc, snakemake_jobs, without_checkpoints
from engines import ROOT, new_project, run, study_of, table_jobs

from vestige.config.registry import FAMILIES, SOURCES
from vestige.config.registry import FIGURES as FIGURE_ROWS
from vestige.data.imagenet import DESCRIPTION
from vestige.engines import snakemake_metadata
from vestige.foundation import rows, source_hash
from vestige.pipeline import TEXTS


@pytest.fixture(scope="session")
def digits(tmp_path_factory):
    """The shipped study, with nothing made."""
    return new_project(tmp_path_factory.mktemp("digits") / "project", ROOT / "studies/digits.yaml")


@pytest.fixture(scope="session")
def graphs(digits):
    """The shipped study's graph as the table, Snakemake and DVC see it."""
    jobs = table_jobs(study_of(digits))
    reads = {path: frozenset([each.output for each in job.inputs]) for path, job in jobs.items()}
    return jobs, reads, snakemake_jobs(digits), dvc_jobs(digits)


def results_among(paths) -> frozenset:
    """Only results: no source files, no checkpoints."""
    return frozenset(path for path in without_checkpoints(paths) if path.startswith("results/"))


def sources_among(paths) -> set:
    """Only source files."""
    return {path for path in paths if path.startswith("src/")}


def of_others(job) -> set:
    """The source files of a job with other images or networks, or of other figures: DVC's list is one for all."""
    begins = [f"figures/{row.plot}.py" for row in FIGURE_ROWS.values() if row.kind == job.stage.kind]
    if any("models/" in begin for begin in job.stage.code):
        begins += [f"models/{family}.py" for family in FAMILIES]
    if rows.SOURCE in job.stage.code:
        begins += [f"data/{name}.py" for name in SOURCES]
    if rows.DESCRIBED in job.stage.code:
        begins.append(DESCRIPTION)
    if job.stage.name in rows.GIVEN:
        begins.append(rows.GIVEN[job.stage.name].code[0])
    return {source_hash.PREFIX + file for file in source_hash.closure(*begins)}


def test_all_three_make_the_same_files(graphs):
    jobs, _, snakemake, dvc = graphs
    assert set(jobs) == set(snakemake) == results_among(dvc)


def test_beside_results_dvc_alone_declares_the_folder_of_texts(graphs):
    _, _, _, dvc = graphs
    assert {path for path in dvc if not path.startswith("results/")} == {TEXTS}


def test_checkpoints_are_the_only_output_that_dvc_alone_declares(graphs):
    jobs, _, _, dvc = graphs
    runs = {job.folder for job in jobs.values() if job.folder}
    assert set(dvc) - without_checkpoints(dvc) == runs


def test_all_three_read_the_same_results_but_that_dvc_knows_no_two_trainings_of_a_pair(graphs):
    jobs, reads, snakemake, dvc = graphs
    assert reads == {path: results_among(inputs) for path, (inputs, _) in snakemake.items()}
    beside = {path for path in reads if not path.endswith((".nc", ".png"))}
    of_dvc = {path: read_by_dvc(job, jobs) for path, job in jobs.items()}
    made = {job.stage.group for job in jobs.values()}
    empty = {f"results/digits/{row.group}" for row in rows.STAGES.values() if row.group not in made}  # folders
    assert of_dvc == {path: results_among(dvc[path][0]) - beside - empty for path in reads}


def test_who_reads_the_checkpoints_of_one_run_declares_them_to_dvc(graphs):
    jobs, _, _, dvc = graphs
    for path, job in jobs.items():
        if "pair" in job.names:  # the training results that it reads hold the digest of each checkpoint
            continue
        assert {each.folder for each in job.read_jobs.values() if each.folder} <= set(dvc[path][0]), path


def test_both_engines_run_the_same_command(graphs):
    jobs, _, snakemake, dvc = graphs
    for path, job in jobs.items():
        assert snakemake[path][1] == dvc[path][1] == f"vestige make {job.output}"


def test_every_source_file_that_a_stage_imports_is_declared_in_both(graphs):
    jobs, _, snakemake, dvc = graphs
    for path, job in jobs.items():
        imported = {source_hash.PREFIX + file for file in job.code}
        assert sources_among(snakemake[path][0]) == imported, path
        missing = imported - sources_among(dvc[path][0])
        assert not missing, f"dvc.yaml: stage {job.stage.name}: run `make deps`, which adds {sorted(missing)}"
        idle = sources_among(dvc[path][0]) - imported - of_others(job)
        assert not idle, f"dvc.yaml: stage {job.stage.name}: run `make deps`, which removes {sorted(idle)}"


def test_snakemake_is_handed_the_texts_of_the_table(digits, graphs, monkeypatch):
    jobs, *_ = graphs
    monkeypatch.chdir(digits)
    monkeypatch.setattr(source_hash, "PACKAGE", digits / "src/vestige")
    with snakemake_metadata.open_workflow() as workflow:
        handed = {path: str(job.params.text) for path, job in snakemake_metadata.jobs(workflow).items() if path in jobs}
    assert handed == {path: job.text for path, job in jobs.items()}


def test_each_stage_of_dvc_depends_on_the_text_of_its_job_and_on_no_key_of_the_study(digits, graphs):
    jobs, _, _, dvc = graphs
    texts = {path: [each for each in inputs if each.startswith(TEXTS)] for path, (inputs, _) in dvc.items()}
    assert {path: texts[path] for path in jobs} == {path: [job.text_file] for path, job in jobs.items()}
    with dvc_repo(digits) as repo:
        asked = {stage.addressing for stage in repo.index.stages for dep in stage.deps if hasattr(dep, "params")}
    assert asked == {"study@digits"}


def test_the_snakefile_passes_snakemakes_own_linter(digits):
    assert "good condition" in run(digits, "snakemake --lint").stdout
