"""When Snakemake starts a forkserver, on which socket it listens, and when it ends."""

import os
import socket
import subprocess
from types import SimpleNamespace

import pytest
from engines import TINY, begin, edit, kill, run, wait_for
from warm import forking, forkserver

from vestige import pipeline
from vestige.config import loading
from vestige.engines import snakefile as front


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
