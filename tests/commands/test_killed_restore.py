"""A restore that is killed at any moment loses nothing and undoes nothing."""

import errno
import os
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path

import invented
import pytest
from engines import TINY

from vestige import pipeline
from vestige.commands import backup
from vestige.commands.backup import aside_of, finish, recover, set_aside, swap
from vestige.commands.prune import prune
from vestige.config import loading


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
