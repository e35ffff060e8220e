"""What `vestige sync` and each run write into the files of DVC: dvc.lock, its notes and its cache."""

import hashlib
import os
import shutil

import pytest
from commands.sync.agreement import assert_nothing_to_do
from engine_jobs import dvc_repo
from engines import copied, new_project, run, status, study_of, table_jobs, unproven
from ruamel.yaml import YAML

from vestige import pipeline
from vestige.engines import dvc_lock


@pytest.mark.slow
def test_a_run_tells_dvc_of_every_result(by_snakemake):
    assert status(by_snakemake) == {}
    assert set(dvc_lock.read((by_snakemake / "dvc.lock").read_text())) == set(lockfile_names(by_snakemake))


def lockfile_names(project) -> list[str]:
    study = study_of(project)
    return [f"study@{study.study}", *map(dvc_lock.stage_of, pipeline.jobs(study))]


def test_stages_are_named_as_dvc_names_them(empty_project):
    with dvc_repo(empty_project) as repo:
        assert {stage.addressing for stage in repo.index.stages} == set(lockfile_names(empty_project))


def test_dvc_lock_is_read_as_yaml_and_written_as_dvc_writes_it(project, monkeypatch):
    monkeypatch.chdir(project)
    text = (project / "dvc.lock").read_text()
    texts = dvc_lock.read()
    assert {name: dvc_lock.entry(said) for name, said in texts.items()} == YAML(typ="safe").load(text)["stages"]
    dvc_lock.write(texts)
    assert (project / "dvc.lock").read_text() == text


def test_a_dvc_lock_with_a_conflict_is_refused(project):
    (project / "dvc.lock").write_text("<<<<<<< ours\n" + (project / "dvc.lock").read_text())
    done = run(project, "vestige sync", check=False)
    assert done.returncode == 1
    assert "dvc.lock is not as DVC writes it" in done.stdout


@pytest.mark.slow
def test_it_removes_what_a_killed_dvc_has_left_of_its_notes(project):
    run(project, "vestige sync")
    notes = project / ".dvc/tmp/rwlock"
    notes.write_text("")
    assert "RWLock-file" in run(project, "dvc repro", check=False).stdout
    assert "DVC: nothing new" in run(project, "vestige sync").stdout
    assert "up to date" in run(project, "dvc repro").stdout


@pytest.mark.slow
@pytest.mark.parametrize("part", [0.002, *(pytest.param(part, marks=pytest.mark.nightly) for part in (0, 0.45, 0.999))])
def test_it_writes_anew_what_a_killed_dvc_has_left_of_its_files(project, part):
    before = YAML(typ="safe").load(project / "dvc.lock")
    os.truncate(project / "dvc.lock", int((project / "dvc.lock").stat().st_size * part))
    (project / ".dvc/tmp/rwlock").write_text('{"read": {"a')
    refused = run(project, "dvc repro", check=False)
    assert refused.returncode != 0
    said = run(project, "vestige sync").stdout
    assert "DVC: it was stopped while it wrote dvc.lock, which is written anew" in said
    assert YAML(typ="safe").load(project / "dvc.lock") == before
    assert_nothing_to_do(project)
    assert "Running stage" not in run(project, "dvc repro").stdout


def a_checkpoint_out_of_the_cache(project) -> None:
    folder = next((project / "results/tiny/checkpoints").iterdir())
    digest = hashlib.md5(min(folder.iterdir()).read_bytes()).hexdigest()
    (project / f".dvc/cache/files/md5/{digest[:2]}/{digest[2:]}").unlink()


def another_cache(project) -> None:
    run(project, f"dvc cache dir {project.parent / 'cache'}")


@pytest.mark.slow
@pytest.mark.parametrize("event", [a_checkpoint_out_of_the_cache, another_cache])
def test_the_cache_holds_every_result_again(project, event):
    event(project)
    assert status(project) != {}
    run(project, "vestige sync")
    assert status(project) == {}
    shutil.rmtree(project / "results")
    run(project, "dvc checkout --quiet")
    assert unproven(project) == {}


@pytest.mark.slow
def test_it_does_without_dvc_and_without_git(project):
    (project / "dvc.lock").unlink()
    for folder in (".git", ".dvc"):
        shutil.rmtree(project / folder)
        said = run(project, "vestige sync").stdout
        assert "Snakemake: nothing new" in said
        assert "DVC: not asked" in said


@pytest.mark.nightly
def test_what_is_finished_before_a_failure_is_known_to_dvc(tmp_path):
    project = new_project(tmp_path / "project")
    file = project / "src/vestige/stages/claims.py"
    file.write_text(file.read_text().replace("def claims(", "raise RuntimeError\n\n\ndef claims(", 1))
    assert run(project, "snakemake figures --quiet all", check=False, timeout=1000).returncode == 1
    known = {line.split()[-1] for line in dvc_lock.read((project / "dvc.lock").read_text())}
    assert "training@tiny-baseline-0" in known
    assert "claims@tiny" not in known
    assert set(table_jobs(study_of(project))) >= set(unproven(project))


@pytest.mark.slow
def test_a_dry_run_tells_dvc_nothing(by_snakemake, tmp_path):
    project = copied(by_snakemake, tmp_path / "project")
    (project / "dvc.lock").unlink()
    run(project, "snakemake figures --dry-run --forceall")
    assert not (project / "dvc.lock").exists()
