"""A command that a forkserver runs is as one that runs in a process of its own: bytes, words, statuses, signals."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import warm
from engines import ROOT, TINY, begin, copied, edit, environment, kill, logged, run, wait_for
from warm import forking, forkserver

from vestige import pipeline
from vestige.config import loading
from vestige.engines import snakefile as front

TRAINING = "results/tiny/training/suppressed-seed0.nc"
EACH_STAGE = (
    *("images", "network", "training/suppressed-seed0", "selectivity/suppressed-seed0", "ablation/baseline-seed0"),
    *("cka/baseline-seed0", "between/baselines-seed0", "claims"),
)
RESULTS = [f"results/tiny/{name}.nc" for name in EACH_STAGE] + [
    "results/tiny/figures/emergence.png",
    "results/tiny/report.html",
]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The environment in which commands find a forkserver, the product's own."""
    folder = tmp_path_factory.mktemp("served") / "forkserver"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TQDM_DISABLE", "1")
        patch.chdir(folder.parent)
        process = forkserver.start(folder)
    wait_for((folder / forkserver.SOCKET).exists)
    yield {forkserver.FOLDER: str(folder)}
    process.terminate()
    process.wait()


def call(project, command: str, extra: dict | None = None, **given) -> subprocess.CompletedProcess:
    """Run a command in a process of its own, which may ask a forkserver."""
    said = environment(project) | (extra or {})
    return subprocess.run(command.split(), cwd=project, env=said, capture_output=True, text=True, **given)


def start(project, command: str, extra: dict | None = None) -> subprocess.Popen:
    """Start such a command in a group of its own."""
    with open(project / "output.txt", "w") as output:
        return subprocess.Popen(
            command.split(), cwd=project, env=environment(project) | (extra or {}), stdout=output, stderr=output,
            start_new_session=True,
        )  # fmt: skip


def forked(served, project, command: str, **given) -> subprocess.CompletedProcess:
    """Run a command that a forkserver runs, and see that it does."""
    log = Path(served[forkserver.FOLDER], forkserver.LOG)
    before = log.read_text()
    done = call(project, command, served, **given)
    assert log.read_text().removeprefix(before).startswith("run here: ")
    return done


@pytest.mark.nightly
@pytest.mark.parametrize("result", RESULTS)
def test_the_bytes_are_those_of_a_process_of_its_own(served, by_snakemake, tmp_path, result):
    made = []
    for extra in (served, {}):
        project = copied(by_snakemake, tmp_path / str(len(made)))
        (project / result).unlink()
        done = forked(served, project, f"vestige make {result}") if extra else call(project, f"vestige make {result}")
        assert (done.returncode, done.stderr) == (0, "")
        made.append((project / result).read_bytes())
    assert made[0] == made[1]


@pytest.mark.nightly
def test_snakemake_starts_one_for_its_jobs_which_ends_with_it_and_makes_the_same_bytes(by_snakemake, empty_project):
    run(empty_project, "snakemake figures", cold=True)
    jobs = list(pipeline.jobs(loading.read(empty_project / "params.yaml")))
    for job in jobs:
        assert (empty_project / job.output).read_bytes() == (by_snakemake / job.output).read_bytes()
    log = (empty_project / "work/forkserver/log").read_text()
    assert "not run here" not in log
    assert log.count("run here") >= len(jobs) - 2  # the first may come before it listens
    assert not (empty_project / "work/forkserver/socket").exists()


@pytest.mark.nightly
def test_a_forkserver_ends_with_a_snakemake_that_is_killed(empty_project):
    edit(empty_project, "training", "epochs", to=400)
    process = begin(empty_project, "snakemake figures", cold=True)
    wait_for((empty_project / "work/forkserver/socket").exists)
    logs = empty_project / "logs/tiny/training"
    wait_for(lambda: any("epoch 2 of 400" in log.read_text() for log in logs.glob("*.log")))
    assert servers(empty_project)
    kill(process, group=True)
    wait_for(lambda: not servers(empty_project))


def servers(project) -> list[str]:
    """The processes of forkservers that were started in a project."""
    said = subprocess.run(
        ["pgrep", "-f", f"{project}/src/vestige/forkserver/server.py"], capture_output=True, text=True
    )
    return said.stdout.split()


@pytest.mark.parametrize(
    "command",
    [
        *(pytest.param(f"vestige {name}", marks=pytest.mark.slow) for name in ("list", "verify")),
        "vestige make results/tiny/nothing.nc",
    ],
)
def test_words_and_statuses_are_the_same(served, empty_project, command):
    alone, by_server = call(empty_project, command), forked(served, empty_project, command)
    assert (by_server.returncode, by_server.stdout, by_server.stderr) == (
        alone.returncode,
        alone.stdout,
        alone.stderr,
    )


def test_the_command_has_its_own_folder_files_and_environment(served, empty_project):
    edit(empty_project, "study", to="other")
    inside = empty_project / "workflow"
    done = subprocess.run(
        ["vestige", "list"], cwd=inside, env=environment(empty_project) | served, capture_output=True, text=True
    )
    assert done.stdout.startswith("results/other/images.nc\n")


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


def test_a_closed_pipe_is_met_as_by_a_process_of_its_own(served, empty_project):
    said = [
        subprocess.run(
            ["bash", "-c", "vestige verify | true; exit ${PIPESTATUS[0]}"],
            cwd=empty_project,
            env=environment(empty_project) | extra,
            capture_output=True,
        )
        for extra in ({}, served)
    ]
    assert [(done.returncode, done.stderr) for done in said] == [(1, b""), (1, b"")]


def test_code_edited_between_two_commands_is_run_as_it_is_by_then(served, empty_project):
    assert forked(served, empty_project, "vestige list").returncode == 0
    source = empty_project / "src/vestige/commands/dispatch.py"
    source.write_text(source.read_text() + "\nprint('edited')\n")
    assert forked(served, empty_project, "vestige list").stdout.startswith("edited\n")


def said_cold(served, project, extra: dict) -> str:
    """Why a forkserver did not run a command, which ran all the same."""
    log = os.path.join(served[forkserver.FOLDER], forkserver.LOG)
    before = os.path.getsize(log)
    done = call(project, "vestige list", served | extra)
    assert done.returncode == 0
    assert done.stdout.startswith("results/tiny/images.nc\n")
    with open(log) as file:
        file.seek(before)
        return file.read()


def test_another_environment_is_not_run_by_it(served, empty_project):
    assert "environment variables OMP_SCHEDULE" in said_cold(served, empty_project, {"OMP_SCHEDULE": "static"})


def test_a_prompt_that_a_shell_drops_is_no_other_environment(served, empty_project):
    assert "not run here" not in said_cold(served, empty_project, {"PS1": "(.venv) "})


def test_other_locked_packages_are_not_run_by_it(served, empty_project):
    (empty_project / "requirements.txt").write_text("torch==0\n")
    assert "requirements.txt" in said_cold(served, empty_project, {})


def test_settings_of_matplotlib_in_the_folder_are_not_missed(served, empty_project):
    (empty_project / "matplotlibrc").write_text("font.size: 40\n")
    assert "matplotlibrc" in said_cold(served, empty_project, {})


def test_packages_that_the_path_puts_before_others_are_not_missed(served, empty_project):
    (empty_project / "src/tqdm.py").write_text("")
    assert "tqdm in PYTHONPATH" in said_cold(served, empty_project, {})


def test_one_command_does_not_change_what_the_next_may_have():
    added = {"KMP_SOMETHING": "1"}
    loaded = forking.Loaded({}, added, forkserver.describe_installation(), forkserver.describe_limits(), b"")
    said = forkserver.describe_command(["vestige"]) | {"path": [], "directory": "/"}
    assert [forking.find_difference(loaded, said | {"environment": each}) for each in (added, {})] == ["", ""]


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


@pytest.mark.parametrize("closed", [">&-", "<&-"])
def test_a_closed_file_is_as_in_a_process_of_its_own(served, empty_project, closed):
    said = [
        subprocess.run(
            ["bash", "-c", f"vestige list {closed}"], cwd=empty_project, env=environment(empty_project) | extra,
            capture_output=True,
        )
        for extra in ({}, served)
    ]  # fmt: skip
    assert len({(done.returncode, done.stdout, done.stderr) for done in said}) == 1


def test_another_interpreter_or_other_packages_are_not_run_by_it(empty_project):
    loaded = forking.Loaded({}, {}, forkserver.describe_installation(), forkserver.describe_limits(), b"")
    said = forkserver.describe_command(["vestige"]) | {"environment": {}, "directory": str(empty_project)}
    assert forking.find_difference(loaded, said) == ""
    for other in (["3.0", *said["installed"][1:]], [*said["installed"][:-1], [["site-packages", 1]]]):
        assert forking.find_difference(loaded, said | {"installed": other}) == (
            "the interpreter, or the packages installed for it"
        )
    assert "limits" in forking.find_difference(loaded, said | {"bounds": [*said["bounds"][:-1], []]})


@pytest.mark.slow
def test_another_mount_namespace_is_not_run_by_it(served, empty_project):
    log = os.path.join(served[forkserver.FOLDER], forkserver.LOG)
    before = os.path.getsize(log)
    done = call(empty_project, "unshare --map-root-user --mount vestige list", served)
    assert (done.returncode, os.path.getsize(log) > before) == (0, True)


@pytest.mark.slow
def test_several_threads_are_not_run_by_it(served, empty_project):
    edit(empty_project, "threads", to=2)
    done = forked(served, empty_project, "vestige make results/tiny/images.nc")
    assert done.stdout.startswith("results/tiny/images.nc made")
    assert (empty_project / "results/tiny/images.nc").is_file()


@pytest.mark.parametrize("folder", ["nowhere", "stale", ""])
def test_where_there_is_none_the_command_runs(empty_project, tmp_path, folder):
    place = tmp_path / folder if folder else ""
    if folder == "stale":
        place.mkdir(mode=0o700)
        forking.listen(place).close()
    done = call(empty_project, "vestige list", {forkserver.FOLDER: str(place)})
    assert done.stdout.startswith("results/tiny/images.nc\n")


def test_snakemake_does_without_one_where_its_folder_cannot_be_made(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(forkserver.FOLDER, raising=False)
    (tmp_path / "work").write_text("a file")
    dag = SimpleNamespace(needrun_jobs=lambda: iter(range(9)))
    front.share_imports(loading.read(TINY), SimpleNamespace(local_exec=True, dag=dag))
    assert "no forkserver starts" in capsys.readouterr().err
    assert forkserver.FOLDER not in os.environ


def test_a_folder_that_is_open_to_others_is_not_served(tmp_path):
    tmp_path.chmod(0o755)
    with pytest.raises(PermissionError, match="closed to others"):
        forking.listen(tmp_path)


def test_its_socket_is_there_only_when_somebody_listens(tmp_path, monkeypatch):
    tmp_path.chmod(0o700)
    there = []

    class Watched(socket.socket):
        def listen(self, *backlog):
            there.append((tmp_path / forkserver.SOCKET).exists())
            super().listen(*backlog)

    monkeypatch.setattr(forking.socket, "socket", Watched)
    with forking.listen(tmp_path):
        assert (there, (tmp_path / forkserver.SOCKET).exists()) == ([False], True)


def test_a_process_with_threads_is_not_forked():
    script = (
        f"import sys, threading, time; sys.path.insert(0, {str(ROOT / 'tests')!r}); import warm\n"
        "threading.Thread(target=time.sleep, args=(5,), daemon=True).start()\n"
        "warm.forking.load([])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "2 threads run" in done.stderr


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


@pytest.mark.parametrize(
    ("threads", "local", "jobs", "variable", "starts"),
    [(1, True, 4, None, True), (2, True, 4, None, False), (1, False, 4, None, False), (1, True, 3, None, False),
     (1, True, 4, "", False)],
)  # fmt: skip
def test_snakemake_starts_one_for_jobs_here_that_have_one_thread(
    tmp_path, monkeypatch, threads, local, jobs, variable, starts
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(forkserver.FOLDER, raising=False)
    if variable is not None:
        monkeypatch.setenv(forkserver.FOLDER, variable)
    monkeypatch.setattr(front, "SERVERS", [])
    monkeypatch.setattr(front.client, "start", lambda folder: folder.mkdir(parents=True))
    study = loading.read(TINY).model_copy(update={"threads": threads})
    dag = SimpleNamespace(needrun_jobs=lambda: iter(range(jobs)))
    front.share_imports(study, SimpleNamespace(local_exec=local, dag=dag))
    assert (tmp_path / front.FORKSERVER).is_dir() == starts
    assert os.environ.pop(forkserver.FOLDER, None) == (str(tmp_path / front.FORKSERVER) if starts else variable)
