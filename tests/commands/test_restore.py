"""`vestige restore` brings back what was made before, and nothing else."""

import shutil

import pytest
from engine_jobs import snakemake_stale
from engines import edit, run, status, study_of, unproven

from vestige.commands.restore import restorable

RESULT = "results/tiny/selectivity/promoted-seed0.nc"


def files_of(project) -> dict[str, bytes]:
    found = (
        path for path in sorted(project.glob("results/tiny/**/*")) if path.is_file() and ".partial" not in path.parts
    )
    return {str(path.relative_to(project)): path.read_bytes() for path in found}


def lost(project) -> None:
    shutil.rmtree(project / "results")


def back_to_a_former_value(project) -> None:
    former = (project / "params.yaml").read_text()
    edit(project, "figures", "selectivity", "emergence", "dpi", to=60)
    run(project, "snakemake figures --quiet all")
    (project / "params.yaml").write_text(former)


def damaged(project) -> None:
    (project / "results/tiny/cka/baseline-seed0.nc").write_bytes(b"nothing")
    (project / "results/tiny/checkpoints/baseline-seed0/epoch-001.safetensors").write_bytes(b"nothing")


EVENTS = [
    pytest.param(lost, id="all results lost", marks=pytest.mark.slow),
    pytest.param(back_to_a_former_value, id="an edit taken back", marks=pytest.mark.nightly),
    pytest.param(damaged, id="damage to a result and to a checkpoint", marks=pytest.mark.nightly),
]


@pytest.mark.parametrize("event", EVENTS)
def test_what_was_made_before_comes_back_byte_for_byte(project, event, monkeypatch):
    before = files_of(project)
    event(project)
    missing = set(unproven(project))
    monkeypatch.chdir(project)
    assert restorable(study_of(project)) == missing
    said = run(project, "vestige restore").stdout
    assert "0 remain to be made" in said
    assert {path for path, data in files_of(project).items() if before.get(path) != data} == set()
    assert unproven(project) == {}
    assert status(project) == {}
    assert snakemake_stale(project) == set()


@pytest.mark.slow
def test_what_was_never_made_does_not_come_back(project, monkeypatch):
    edit(project, "conditions", "promoted", "alpha", to=3)
    before, wrong = files_of(project), unproven(project)
    monkeypatch.chdir(project)
    assert restorable(study_of(project)) == set()
    assert "0 restored" in run(project, "vestige restore").stdout
    assert files_of(project) == before
    assert unproven(project) == wrong


@pytest.mark.slow
def test_what_dvc_was_told_wrongly_does_not_come_back(project):
    edit(project, "conditions", "promoted", "alpha", to=3)
    run(project, "dvc commit --force --quiet")
    before, wrong = files_of(project), unproven(project)
    assert "0 restored" in run(project, "vestige restore").stdout
    assert files_of(project) == before
    assert unproven(project) == wrong


@pytest.mark.slow
def test_a_comment_in_the_code_does_not_keep_results_from_coming_back(project):
    file = project / "src/vestige/stages/training.py"
    file.write_text(file.read_text() + "\n# a comment\n")
    shutil.rmtree(project / "results")
    assert "31 restored; 0 remain" in run(project, "vestige restore").stdout


@pytest.mark.slow
def test_of_a_damaged_result_and_what_comes_from_it_only_the_damaged_one_is_replaced(project):
    with open(project / "results/tiny/images.nc", "ab") as file:
        file.write(b"x")
    before = {path: path.stat().st_mtime_ns for path in project.glob("results/tiny/*/*") if path.is_file()}
    said = run(project, "vestige restore").stdout
    assert "results/tiny/images.nc restored" in said
    assert "1 restored; 0 remain" in said
    assert {path: path.stat().st_mtime_ns for path in before} == before


@pytest.mark.slow
def test_where_the_remote_cannot_be_asked_it_does_with_the_cache_here(project):
    run(project, "dvc remote add --default bucket s3://bucket/vestige")
    (project / RESULT).unlink()
    said = run(project, "vestige restore").stdout
    assert "vestige: the remote cannot be asked: " in said
    assert said.count("the remote cannot be asked") == 1
    assert "1 restored; 0 remain" in said


@pytest.mark.slow
def test_only_what_is_asked_for_comes_back(project):
    shutil.rmtree(project / "results/tiny/cka")
    assert "1 restored; 0 remain" in run(project, "vestige restore results/tiny/cka/baseline-seed0.nc").stdout
    assert [path.name for path in (project / "results/tiny/cka").iterdir()] == ["baseline-seed0.nc"]
