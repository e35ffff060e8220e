"""`vestige restore` brings back what was made before, and nothing else."""

import errno
import os
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path

import invented
import pytest
from engine_jobs import snakemake_stale
from engines import TINY, edit, run, status, study_of, unproven

from vestige import pipeline
from vestige.commands import backup
from vestige.commands.backup import aside_of, finish, recover, set_aside, swap
from vestige.commands.prune import prune
from vestige.commands.restore import restorable
from vestige.config import loading

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


class Killed(BaseException):
    """What stands for a kill."""


@pytest.fixture
def job(tmp_path, monkeypatch):
    """A training whose result, and a checkpoint of it, lie in an empty project."""
    monkeypatch.chdir(tmp_path)
    job = pipeline.job(loading.read(TINY), "training", condition="baseline", seed=0)
    for path in (job.output, f"{job.folder}/epoch-000.safetensors"):
        Path(path).parent.mkdir(parents=True)
        Path(path).write_text("former")
    return job


def texts() -> dict[str, str]:
    return {str(path): path.read_text() for path in Path("results").rglob("*.*") if path.is_file()}


WRITES = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "shutil.copyfile"}
KILLED = 9


def killed_before(number: int, doing) -> bool:
    """Do something in another process, which is killed before its so many-th write to the disk, if it comes to that."""
    process = os.fork()
    if process == 0:
        left = iter(range(number))
        sys.addaudithook(lambda event, _: event in WRITES and next(left, None) is None and os._exit(KILLED))
        try:
            doing()
        except BaseException:
            os._exit(1)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    assert status in (0, KILLED)
    return status == KILLED


@pytest.fixture(params=[False, True], ids=["one disk", "two disks"])
def disks(request, monkeypatch):
    """results/ and work/ on one disk, or each on its own."""
    rename = os.rename

    def between(source, target):
        if Path(source).parts[0] != Path(target).parts[0]:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        rename(source, target)

    if request.param:
        monkeypatch.setattr(os, "rename", between)


def in_vain(job) -> None:
    """Put another result in the place of one, and that one back again."""
    aside = set_aside(job)
    Path(job.output).write_text("restored")
    swap(job, aside)


@pytest.mark.usefixtures("disks")
def test_links_are_moved_as_links(job):
    Path(job.output).unlink()
    Path(job.output).symlink_to("nowhere")
    set_aside(job)
    assert not os.path.lexists(job.output)
    recover(job)
    assert os.readlink(job.output) == "nowhere"


@pytest.mark.usefixtures("disks")
def test_a_restore_that_is_killed_loses_nothing(job):
    before, at, again = texts(), 0, True
    while again:
        again = killed_before(at, lambda: in_vain(job))
        killed_before(at % 4, lambda: recover(job))  # and so may be what sets it right
        recover(job)
        assert texts() == before
        assert not aside_of(job).exists()
        at += 1
    assert at > 6


@pytest.mark.parametrize("at", range(6))
def test_what_was_restored_and_judged_is_not_undone_by_a_kill(job, at):
    aside = set_aside(job)
    Path(job.output).write_text("restored")
    killed_before(at, lambda: finish(aside))
    recover(job)
    assert texts()[job.output] == ("restored" if at else "former")
    assert not aside.exists()


def test_what_is_proven_stays_whatever_a_killed_restore_had_set_aside(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    images = pipeline.job(loading.read(TINY), "images")
    Path(images.output).parent.mkdir(parents=True)
    Path(images.output).write_text("former")
    set_aside(images)
    invented.make(images, "proven")
    proven = Path(images.output).read_bytes()
    recover(images)
    assert Path(images.output).read_bytes() == proven
    assert not aside_of(images).exists()


def test_what_a_killed_restore_had_set_aside_is_not_pruned(job):
    before = texts()
    set_aside(job)
    assert "Removed." not in [*prune(job.study, remove=True)]
    recover(job)
    assert texts() == before


def test_what_was_set_aside_for_a_result_that_nobody_asks_for_is_one_result(job):
    aside = set_aside(job)
    shutil.move(aside, aside.with_name("former-seed0.nc"))
    said = [*prune(job.study)]
    assert "Of 2 results and checkpoints 0 are in DVC's cache and stay there." in said
    assert not [line for line in said if "all is in no cache" in line]


def test_what_another_process_has_put_right_meanwhile_is_right(job, monkeypatch):
    aside = set_aside(job)

    @contextmanager
    def locked(job):
        shutil.rmtree(aside)
        yield

    monkeypatch.setattr(backup, "lock_result", locked)
    recover(job)
    assert not aside.exists()


def test_a_result_that_was_made_after_a_killed_restore_stays(job, monkeypatch):
    Path(job.output).unlink()
    shutil.rmtree(job.folder)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "touch", lambda path: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            set_aside(job)
    Path(job.output).write_text("new")
    recover(job)
    assert texts() == {job.output: "new"}


@pytest.mark.slow
def test_only_what_is_asked_for_comes_back(project):
    shutil.rmtree(project / "results/tiny/cka")
    assert "1 restored; 0 remain" in run(project, "vestige restore results/tiny/cka/baseline-seed0.nc").stdout
    assert [path.name for path in (project / "results/tiny/cka").iterdir()] == ["baseline-seed0.nc"]
