"""After `vestige sync` both engines call current exactly what is proven, whatever happened before."""

import hashlib
import os
import shutil
import subprocess

import pytest
from engine_jobs import asked_again, dvc_repo, dvc_stale, snakemake_stale, without_checkpoints
from engines import (
    begin,
    branch_and_back,
    committed,
    copied,
    downstream,
    edit,
    kill,
    log_times,
    new_project,
    run,
    status,
    study_of,
    table_jobs,
    unproven,
    wait_for,
)
from ruamel.yaml import YAML

from vestige import pipeline
from vestige.engines import dvc_lock

CODE = "src/vestige/stages/training.py"
RUN = "results/tiny/selectivity/promoted-seed0.nc"


def due(project) -> set[str]:
    """The files that are not proven, and all that is made from them."""
    return downstream(study_of(project), set(unproven(project)))


def assert_engines_agree(project, asked: set[str]) -> None:
    """Both engines, and the proofs, would have these files made, and no others."""
    assert due(project) == asked
    assert snakemake_stale(project) == asked
    assert without_checkpoints(dvc_stale(project)) == asked | asked_again(study_of(project), asked)


def assert_nothing_to_do(project) -> None:
    """Both engines, asked with their own commands, have nothing to do."""
    assert unproven(project) == {}
    assert status(project) == {}
    assert snakemake_stale(project) == set()


def comment(project) -> None:
    (project / CODE).write_text((project / CODE).read_text() + "\n# a comment\n")


def metadata_lost(project) -> None:
    shutil.rmtree(project / ".snakemake")


def cache_lost(project) -> None:
    shutil.rmtree(project / ".dvc/cache")


def lock_lost(project) -> None:
    (project / "dvc.lock").unlink()


def checked_out(project) -> None:
    shutil.rmtree(project / "results")
    run(project, "dvc checkout --quiet")


def made_by_hand(project) -> None:
    (project / RUN).unlink()
    run(project, f"vestige make {RUN}")


NOTHING = {
    "a comment edited in the training code": comment,
    "a branch switched and back": branch_and_back,
    "Snakemake's memory lost": metadata_lost,
    "DVC's cache lost": cache_lost,
    "dvc.lock lost": lock_lost,
    "a checkout": checked_out,
    "a result made by hand": made_by_hand,
}
FAST = {"a comment edited in the training code"}


SELDOM = (  # are tried each night
    *("a result copied from another condition", "two settings swapped"),
    *("a result changed on the disk", "an edited file beside a result", "an edit of the code"),
)


def marked(events):
    """Each event, those that are not asked for in `make test` marked as slow, or as nightly."""
    marks = dict.fromkeys(FAST, ()) | dict.fromkeys(SELDOM, pytest.mark.nightly)
    return [pytest.param(event, id=name, marks=marks.get(name, pytest.mark.slow)) for name, event in events.items()]


@pytest.mark.slow
@pytest.mark.parametrize("event", marked(NOTHING))
def test_nothing_is_to_do_after(project, event):
    event(project)
    run(project, "vestige sync")
    assert_nothing_to_do(project)


def copied_from_another(project) -> None:
    shutil.copy(project / "results/tiny/selectivity/baseline-seed0.nc", project / RUN)


def swapped_scalars(project) -> None:
    edit(project, "training", "momentum", to=1e-4)
    edit(project, "training", "weight_decay", to=0.9)


def changed_bytes(project) -> None:
    with open(project / RUN, "r+b") as file:
        file.seek(-40, 2)
        file.write(bytes(40))


def changed_bytes_and_no_time(project) -> None:
    before = (project / RUN).stat()
    changed_bytes(project)
    subprocess.run(["touch", "-d", f"@{before.st_mtime_ns / 1e9:.9f}", str(project / RUN)], check=True)


def edited_beside(project) -> None:
    (project / "results/tiny/claims.json").write_text("{}")


def other_code(project) -> None:
    file = project / "src/vestige/stages/selectivity.py"
    file.write_text(file.read_text() + "\nSOMETHING = 1\n")


WRONG = {
    "a result copied from another condition": copied_from_another,
    "two settings swapped": swapped_scalars,
    "a result changed on the disk": changed_bytes,
    "a result changed without a trace in its time": changed_bytes_and_no_time,
    "an edited file beside a result": edited_beside,
    "an edit of the code": other_code,
}


def blessed(project) -> None:
    run(project, "dvc commit --force --quiet")
    run(project, "snakemake figures --touch --cores 1 --quiet all")


@pytest.mark.parametrize("event", marked(WRONG))
def test_what_is_wrong_stays_to_be_made_although_both_engines_were_told_to_believe_it(project, event):
    event(project)
    asked = due(project)
    assert asked
    blessed(project)
    run(project, "vestige sync")
    assert_engines_agree(project, asked)
    run(project, "vestige sync")
    assert_engines_agree(project, asked)


@pytest.mark.nightly
@pytest.mark.parametrize("event", marked(WRONG))
def test_what_is_wrong_is_made_again_by_dvc_after_a_sync(project, event):
    event(project)
    blessed(project)
    run(project, "vestige sync")
    run(project, "dvc repro --quiet", timeout=1000)
    assert unproven(project) == {}


@pytest.mark.nightly
def test_a_poisoned_run_cache_is_not_believed(project):
    committed(project)
    edit(project, "conditions", "promoted", "alpha", to=3)
    run(project, "dvc commit --force --quiet")
    run(project, "git checkout --quiet params.yaml dvc.lock")
    edit(project, "conditions", "promoted", "alpha", to=3)
    run(project, "vestige sync")
    run(project, "dvc repro --quiet", timeout=1000)
    assert unproven(project) == {}


@pytest.mark.nightly
def test_a_run_in_either_engine_is_known_to_the_other(project):
    edit(project, "figures", "selectivity", "emergence", "dpi", to=60)
    run(project, "dvc repro --quiet")
    run(project, "vestige sync")
    assert_nothing_to_do(project)
    edit(project, "figures", "selectivity", "emergence", "dpi", to=70)
    run(project, "snakemake figures --quiet all")
    assert_nothing_to_do(project)  # the Snakefile has told DVC


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


@pytest.mark.nightly
def test_a_poisoned_figure_is_not_believed(project):
    edit(project, "training", "momentum", to=0.8)
    run(project, "dvc repro --quiet selectivity", timeout=900)
    run(project, "dvc commit --force --quiet figures_selectivity@tiny-emergence")
    figure = "results/tiny/figures/emergence.png"
    assert figure in unproven(project)
    run(project, "vestige sync")
    assert figure in dvc_stale(project)
    run(project, "dvc repro --quiet figures_selectivity@tiny-emergence", timeout=900)
    assert figure not in unproven(project)


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


@pytest.mark.slow
@pytest.mark.parametrize("command", ["snakemake figures --quiet all", "dvc repro"])
def test_it_waits_for_no_engine_that_runs(project, command):
    edit(project, "cka", "order_seed", to=5)
    before = log_times(project)
    process = begin(project, command)
    wait_for(lambda: log_times(project) != before)
    done = run(project, "vestige sync", check=False)
    kill(process, group=True)
    assert done.returncode == 1
    assert "running in this folder" in done.stdout


MEANWHILE = """
import contextlib, pathlib
from vestige.config import loading
from vestige.commands import sync
from vestige.engines import snakemake_metadata as metadata
graph = metadata.opened
@contextlib.contextmanager
def opened():
    {before}
    with graph() as workflow:
        {after}
        yield workflow
metadata.opened = opened
print(*sync.sync(loading.read()))
"""
EDIT = "file = pathlib.Path('{file}'); file.write_text(file.read_text().replace('{old}', '{new}'))"
PARAMS = EDIT.format(file="params.yaml", old="alpha: -5", new="alpha: -6")
SOURCE = "file = pathlib.Path('src/vestige/metrics/selectivity.py'); file.write_text(file.read_text() + 'x = 1')"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "after"), [(PARAMS, "pass"), ("pass", SOURCE)], ids=["params before the graph", "code after it"]
)
def test_what_is_edited_while_it_runs_is_not_blessed(project, before, after):
    (project / "meanwhile.py").write_text(MEANWHILE.format(before=before, after=after))
    done = run(project, "python meanwhile.py", check=False)
    assert "edited meanwhile: say `vestige sync` again" in done.stdout
    assert unproven(project)
    assert due(project) <= snakemake_stale(project)
    run(project, "vestige sync")
    assert_engines_agree(project, due(project))


@pytest.mark.slow
def test_what_is_made_while_it_runs_is_not_doubted(project):
    shutil.copy2(project / RUN, project / "sound.nc")
    with open(project / RUN, "ab") as file:
        file.write(b"x")
    made = f"import os; os.replace('sound.nc', '{RUN}')"
    (project / "meanwhile.py").write_text(MEANWHILE.format(before=made, after="pass"))
    run(project, "python meanwhile.py")
    assert_nothing_to_do(project)


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
