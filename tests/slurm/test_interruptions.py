"""What a cluster does to a training in its middle: each time it goes on where it stopped, and the result is the same.

The training is halted by a signal in its middle, as if it were long; Slurm then does to it what the test asks for.
"""

import os
import re
import signal
from datetime import datetime, timedelta

import cluster
import pytest
from cluster import EPOCHS, IMPATIENT
from engines import begin, bytes_of, kill, run, wait_for

pytestmark = pytest.mark.slurm
TRAINING = "results/tiny/training/suppressed-seed0.nc"
LOG = "logs/tiny/training/suppressed-seed0.log"
SUBMIT = f"snakemake --profile slurm {TRAINING} {IMPATIENT}"
MIDDLE = 4


def epochs(project) -> list[int]:
    """The epochs that the training's present log tells of."""
    path = project / LOG
    return [int(epoch) for epoch in re.findall(rf"epoch (\d+) of {EPOCHS}", path.read_text())] if path.exists() else []


def halted(project) -> tuple[int, dict[str, str]]:
    """Wait until the training is in its middle, halt it; the last epoch that it told of, and Slurm's record of it."""
    wait_for(lambda: epochs(project) and epochs(project)[-1] >= MIDDLE)
    process = int(re.search(r"\(process (\d+)\)", (project / LOG).read_text())[1])
    os.kill(process, signal.SIGSTOP)
    assert epochs(project)[-1] < EPOCHS
    return epochs(project)[-1], cluster.jobs(project)[-1]


def ended_well(process, project) -> None:
    """Wait for Snakemake."""
    assert process.wait(240) == 0, (project / "output.txt").read_text()[-4000:]


def resumed(project, local, stopped: int) -> None:
    """The training went on where it had stopped, to its end, and its files are those of one never stopped."""
    assert stopped <= epochs(project)[0] < epochs(project)[-1] == EPOCHS
    for pattern in (TRAINING, "results/tiny/checkpoints/suppressed-seed0/*"):
        assert bytes_of(project, pattern) == bytes_of(local, pattern) != {}


def records(project, *names: str) -> list[tuple[str, ...]]:
    """Some fields of Slurm's records of the project's jobs."""
    return [tuple(job[name] for name in names) for job in cluster.jobs(project)]


@pytest.fixture
def submitted(untrained):
    """Snakemake that has submitted one training; killed at the end, should it still run."""
    process = begin(untrained, SUBMIT)
    yield process
    if process.poll() is None:
        kill(process, group=True)


def test_a_training_requeued_in_its_middle_goes_on(untrained, submitted, local):
    stopped, job = halted(untrained)
    cluster.told("requeue", job["JobId"])
    ended_well(submitted, untrained)
    assert records(untrained, "JobState", "Restarts") == [("COMPLETED", "1")]
    resumed(untrained, local, stopped)


def test_a_training_killed_by_its_time_limit_is_submitted_again_and_goes_on(untrained, submitted, local):
    stopped, job = halted(untrained)
    soon = datetime.now() + timedelta(seconds=2)
    cluster.told("update", f"JobId={job['JobId']}", f"EndTime={soon:%Y-%m-%dT%H:%M:%S}")
    ended_well(submitted, untrained)
    assert records(untrained, "JobState", "Reason") == [("TIMEOUT", "TimeLimit"), ("COMPLETED", "None")]
    resumed(untrained, local, stopped)


def test_a_training_whose_node_fails_goes_on_on_the_other(untrained, submitted, local):
    stopped, job = halted(untrained)
    cluster.told("update", f"NodeName={job['NodeList']}", "State=DOWN", "Reason=test")
    try:
        ended_well(submitted, untrained)
    finally:
        cluster.told("update", f"NodeName={job['NodeList']}", "State=RESUME")
    (other,) = set(cluster.NODES) - {job["NodeList"]}
    assert records(untrained, "JobState", "Restarts", "NodeList") == [("COMPLETED", "1", other)]
    resumed(untrained, local, stopped)


def test_what_a_killed_snakemake_left_on_the_cluster_is_cancelled_by_the_next_and_goes_on(untrained, submitted, local):
    stopped, job = halted(untrained)
    kill(submitted, group=True)
    assert records(untrained, "JobState") == [("RUNNING",)]
    ended_well(begin(untrained, SUBMIT), untrained)
    assert f"cancelling Slurm jobs {job['JobId']} " in (untrained / "output.txt").read_text()
    assert records(untrained, "JobState") == [("CANCELLED",), ("COMPLETED",)]
    resumed(untrained, local, stopped)


def test_jobs_of_a_snakemake_on_another_machine_are_left_alone_and_named(untrained):
    (untrained / "work/locks").mkdir(parents=True)
    (untrained / "work/locks/snakemake.host").write_text("login2\n")
    job = run(
        untrained, "sbatch --parsable --job-name vestige_theirs --output /dev/null --wrap 'sleep 60'"
    ).stdout.strip()
    done = run(untrained, SUBMIT, check=False)
    assert done.returncode != 0
    assert f"jobs {job} were submitted from this folder on login2" in done.stdout
    assert f"scancel {job}" in done.stdout
    assert records(untrained, "JobState")[0][0] in ("PENDING", "RUNNING")
    run(untrained, f"scancel {job}")
