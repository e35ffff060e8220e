"""A Slurm of two nodes on this machine, in a temporary folder: its own keys, ports and records."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scontrol", "scancel", "sinfo")
SYSTEM = "/usr/local/sbin:/usr/sbin:/sbin"  # where daemons are, which is not on everyone's PATH
REMEDY = "install it (Debian: apt-get install slurm-wlm munge)"
NODES = ("n1", "n2")
EPOCHS = 16  # of a training on it: a few seconds, time for something to happen in the middle
# It keeps no accounting; and Snakemake's wait of 40 seconds before it first asks for a job would be most of a test.
IMPATIENT = "--slurm-status-command squeue --slurm-init-seconds-before-status-checks 1"

# Each node says that it has more than this machine: what a job asks for is tested, not how fast it runs.
CONFIGURATION = """
ClusterName=vestige
SlurmctldHost={host}
SlurmctldPort={ports[0]}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket,cred_expire=15
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/%n.log
MpiDefault=none
SwitchType=switch/none
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc={folder}/records
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=0,sched_min_interval=0
GresTypes=gpu
ReturnToService=1
KillWait=5
MinJobAge=7200
NodeName=n1 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[1]} CPUs=8 RealMemory=64000 Gres=gpu:1
NodeName=n2 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[2]} CPUs=8 RealMemory=64000 Gres=gpu:1
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def program(name: str) -> str | None:
    """Where a program of Slurm is."""
    return shutil.which(name, path=os.pathsep.join([os.environ["PATH"], SYSTEM]))


def missing() -> str:
    """What of Slurm this machine lacks, as a sentence with the remedy; no text where it has all."""
    lacking = [name for name in PROGRAMS if program(name) is None]
    return f"there is no Slurm on this machine ({', '.join(lacking)} not found): {REMEDY}" if lacking else ""


@contextmanager
def cluster() -> Iterator[dict[str, str]]:
    """A running cluster: the environment in which Slurm's commands find it. All its processes end with it."""
    folder = Path(tempfile.mkdtemp(prefix="slurm-", dir="/tmp"))  # sockets want a short path
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        configure(folder)
        path = os.pathsep.join([str(folder / "bin"), os.environ["PATH"], SYSTEM])
        environment = {**os.environ, "SLURM_CONF": str(folder / "slurm.conf"), "PATH": path}
        stack.enter_context(daemon(folder, environment, *munged(folder)))
        wait_for((folder / "munge" / "socket").exists, "munged", folder)
        stack.enter_context(daemon(folder, environment, "slurmctld", "-D"))
        for node in NODES:
            stack.enter_context(daemon(folder, environment, "slurmd", "-D", "-N", node))
        stack.callback(cancel_all, environment)
        wait_for(lambda: idle(environment) == len(NODES), "the nodes", folder)
        yield environment


def configure(folder: Path) -> None:
    """Write the configuration of the cluster, with ports that are free and a key of its own."""
    for name in ("munge", "state", "bin"):
        (folder / name).mkdir(mode=0o700)
    host, user = socket.gethostname().split(".")[0], pwd.getpwuid(os.getuid()).pw_name
    (folder / "slurm.conf").write_text(CONFIGURATION.format(host=host, user=user, folder=folder, ports=free_ports(3)))
    (folder / "gres.conf").write_text(f"NodeName={','.join(NODES)} Name=gpu File=/dev/null\n")
    # Snakemake's executor clears SLURM_CONF before it calls srun.
    (folder / "bin" / "srun").write_text(f'#!/bin/sh\nSLURM_CONF={folder}/slurm.conf exec {program("srun")} "$@"\n')
    (folder / "bin" / "srun").chmod(0o700)
    (folder / "munge" / "key").write_bytes(os.urandom(128))
    (folder / "munge" / "key").chmod(0o600)


def free_ports(count: int) -> list[int]:
    """Ports that nothing listens on."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def munged(folder: Path) -> list[str]:
    """The command that starts a munged beside the machine's own, if it has one."""
    files = {"key-file": "key", "socket": "socket", "pid-file": "pid", "log-file": "log", "seed-file": "seed"}
    return ["munged", "--foreground", "--force", *(f"--{name}={folder}/munge/{file}" for name, file in files.items())]


@contextmanager
def daemon(folder: Path, environment: dict, name: str, *arguments: str) -> Iterator[None]:
    """A process that runs until the end: asked to end first, then killed with all that it started."""
    with open(folder / "output.txt", "ab") as output:
        process = subprocess.Popen(
            [program(name), *arguments], env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            cwd=folder, start_new_session=True,
        )  # fmt: skip
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def cancel_all(environment: dict) -> None:
    """Cancel every job, and wait until none is left on a node."""
    asked = subprocess.run([program("squeue"), "-h", "-o", "%A"], env=environment, capture_output=True, text=True)
    if asked.stdout.split():
        subprocess.run([program("scancel"), "--signal=KILL", "--full", *asked.stdout.split()], env=environment)
        subprocess.run([program("scancel"), *asked.stdout.split()], env=environment)
    end = time.monotonic() + 20
    while (
        time.monotonic() < end
        and subprocess.run([program("squeue"), "-h"], env=environment, capture_output=True, text=True).stdout.strip()
    ):
        time.sleep(0.5)


def idle(environment: dict) -> int:
    """How many nodes wait for jobs."""
    said = subprocess.run([program("sinfo"), "-h", "-N", "-o", "%t"], env=environment, capture_output=True, text=True)
    return said.stdout.split().count("idle")


def wait_for(condition, what: str, folder: Path, seconds: float = 60) -> None:
    """Wait for a part of the cluster, or fail with what its logs say."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            logs = [*folder.glob("*.log"), folder / "output.txt", *folder.glob("munge/log")]
            said = "\n".join(f"{log.name}:\n{log.read_text()[-1500:]}" for log in logs if log.exists())
            raise RuntimeError(f"{what} of the test's Slurm did not start\n{said}")
        time.sleep(0.1)


def jobs(project: Path) -> list[dict[str, str]]:
    """Slurm's own records of what was submitted from a folder (`scontrol show job`), oldest first."""
    said = told("--details", "--oneliner", "show", "job")
    records = [dict(field.split("=", 1) for field in line.split() if "=" in field) for line in said.splitlines()]
    return [record for record in records if record.get("WorkDir") == str(project)]


def told(*arguments: str) -> str:
    """What scontrol answers."""
    return subprocess.run([program("scontrol"), *arguments], capture_output=True, text=True, check=True).stdout
