"""Jobs that a killed Snakemake left on a cluster: nobody waits for them, and they write what the next one writes."""

import getpass
import platform
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from vestige.foundation.files import write_whole

PREFIX = "vestige"  # slurm-jobname-prefix of profiles/slurm
NOTE = Path("work", "locks", "snakemake.host")  # the machine on which Snakemake was last started here
PATIENCE = 300  # seconds: a cancelled job may take its site's KillWait, and a network disk its time, to be gone


def cancel_orphans() -> None:
    """Cancel what an earlier Snakemake submitted from this folder, and wait until it is gone; training goes on later.

    To be called by the only Snakemake on this machine. Where the earlier one was started on another machine, it may
    be alive: then its jobs are left alone, and RuntimeError says what to do.
    """
    left, before = list_submitted(), NOTE.read_text().strip() if NOTE.exists() else platform.node()
    if left is None:
        print("vestige: squeue does not answer: what an earlier snakemake may have submitted from here runs on")
        return
    if left and before != platform.node():
        raise RuntimeError(
            f"Slurm jobs {' '.join(left)} were submitted from this folder on {before}, and whether that snakemake "
            f"still runs cannot be seen here. If it does, leave it alone; if not: scancel {' '.join(left)}"
        )
    with write_whole(NOTE) as file:
        file.write(f"{platform.node()}\n".encode())
    if left:
        cancel(left)


def list_submitted() -> list[str] | None:
    """The jobs queued or running that a Snakemake submitted from this folder; None where Slurm does not answer."""
    if not shutil.which("squeue"):
        return []
    asked = ("squeue", "--noheader", f"--user={getpass.getuser()}", "--format=%i|%j|%Z")
    answer = subprocess.run(asked, capture_output=True, text=True)
    if answer.returncode:  # without a configuration there is no cluster to ask
        return [] if "configuration source" in answer.stderr else None
    fields = [line.split("|", 2) for line in answer.stdout.splitlines()]
    return [id for id, name, folder in fields if name.startswith(PREFIX + "_") and Path(folder) == Path.cwd()]


def cancel(jobs: Sequence[str]) -> None:
    """Cancel jobs and wait until they have ended; RuntimeError if they do not."""
    print(f"vestige: cancelling Slurm jobs {' '.join(jobs)} of a snakemake that was killed: they are submitted anew")
    subprocess.run(["scancel", *jobs], check=False)
    end = time.monotonic() + PATIENCE
    while (now := list_submitted()) is None or set(jobs) & set(now):
        if time.monotonic() > end:
            left = f"cancelled Slurm jobs do not end: {' '.join(sorted(set(jobs) & set(now or ())))}"
            raise RuntimeError(f"{left if now else 'Slurm does not answer'}; see `squeue --me`")
        time.sleep(1)
