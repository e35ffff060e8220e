"""Signals and kills end a command that a forkserver runs as they end a process of its own."""

import os
import signal
import subprocess

import pytest
import warm
from engines import begin, edit, environment, kill, logged, wait_for
from forked_commands.called import call, forked
from warm import forkserver

TRAINING = "results/tiny/training/suppressed-seed0.nc"


def start(project, command: str, extra: dict | None = None) -> subprocess.Popen:
    """Start a command, which may ask a forkserver, in a group of its own."""
    with open(project / "output.txt", "w") as output:
        return subprocess.Popen(
            command.split(), cwd=project, env=environment(project) | (extra or {}), stdout=output, stderr=output,
            start_new_session=True,
        )  # fmt: skip


@pytest.mark.nightly
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL, signal.SIGHUP])
@pytest.mark.parametrize("group", [True, False], ids=["to the group", "to the process"])
def test_a_signal_ends_it_as_it_ends_a_process_of_its_own(served, empty_project, number, group):
    edit(empty_project, "training", "epochs", to=400)
    forked(served, empty_project, "vestige make results/tiny/images.nc")
    ended = []
    for extra in (served, {}):
        process = start(empty_project, f"vestige make {TRAINING}", extra)
        wait_for(lambda: logged(empty_project, TRAINING, "epoch 2 of 400"))
        (os.killpg if group else os.kill)(process.pid, number)
        ended.append((process.wait(30), (empty_project / "output.txt").read_text()))
        (empty_project / TRAINING.replace("results", "logs").replace(".nc", ".log")).unlink()
        wait_for(lambda: not held(empty_project))
    assert ended[0] == ended[1]


def held(project) -> bool:
    """Whether a process holds the lock of the training."""
    said = subprocess.run(["flock", "--nonblock", lock_of(project), "true"])
    return said.returncode != 0


def lock_of(project) -> str:
    """The lock of the training."""
    return str(project / "work/locks/tiny-training-suppressed-seed0.nc.lock")


@pytest.mark.slow
def test_the_end_of_whoever_asked_is_the_end_of_its_child(served, empty_project):
    edit(empty_project, "training", "epochs", to=400)
    forked(served, empty_project, "vestige make results/tiny/images.nc")
    process = start(empty_project, f"vestige make {TRAINING}", served)
    wait_for(lambda: logged(empty_project, TRAINING, "epoch 2 of 400"))
    process.kill()
    process.wait()
    wait_for(lambda: not held(empty_project))


@pytest.mark.slow
def test_an_ignored_interrupt_stays_ignored(served, empty_project):
    edit(empty_project, "training", "epochs", to=10)
    forked(served, empty_project, "vestige make results/tiny/images.nc")
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process = start(empty_project, f"vestige make {TRAINING}", served)
    finally:
        signal.signal(signal.SIGINT, before)
    wait_for(lambda: logged(empty_project, TRAINING, "epoch 2 of 10"))
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(300) == 0


@pytest.mark.nightly
def test_a_command_whose_forkserver_is_killed_finds_what_its_child_has_made(empty_project, tmp_path):
    edit(empty_project, "training", "epochs", to=10)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TQDM_DISABLE", "1")
        patch.chdir(tmp_path)
        server = forkserver.start(tmp_path / "forkserver")
    extra = {forkserver.FOLDER: str(tmp_path / "forkserver")}
    wait_for((tmp_path / "forkserver" / forkserver.SOCKET).exists)
    call(empty_project, "vestige make results/tiny/images.nc", extra)
    process = start(empty_project, f"vestige make {TRAINING}", extra)
    wait_for(lambda: logged(empty_project, TRAINING, "epoch 2 of 10"))
    server.kill()
    server.wait()
    assert process.wait(300) == 0
    assert f"{TRAINING} is current" in (empty_project / "output.txt").read_text()


@pytest.mark.slow
def test_what_these_tests_run_warm_is_a_process_group_of_its_own(empty_project):
    edit(empty_project, "training", "epochs", to=400)
    process = begin(empty_project, f"snakemake {TRAINING}")
    wait_for(lambda: logged(empty_project, TRAINING, "epoch 2 of 400"))
    assert isinstance(process, warm.Process)
    assert held(empty_project)
    kill(process, group=True)
    assert process.returncode == -signal.SIGKILL
    wait_for(lambda: not held(empty_project), 5)
