"""Kills at random moments, a full disk, a read-only folder: every rerun completes, and the bytes are the same."""

import random
import shutil
import time

import pytest
from engines import begin, bytes_of, few_jobs, kill, run, study_of, table_jobs, unproven

pytestmark = pytest.mark.slow
KILLS = 5  # in one test
ENGINES = {"snakemake": "snakemake figures --quiet", "dvc": "dvc repro"}
MADE = ("results/**/*.nc", "results/**/*.safetensors", "results/**/*.json", "results/**/*.html", "results/**/figures/*")


def made(project) -> dict[str, bytes]:
    """Every file that a study makes."""
    return {path: data for pattern in MADE for path, data in bytes_of(project, pattern).items()}


@pytest.mark.parametrize("engine", ["snakemake", pytest.param("dvc", marks=pytest.mark.nightly)])
@pytest.mark.parametrize("seed", [pytest.param(seed, marks=pytest.mark.nightly) for seed in range(5)])
def test_killed_at_random_moments_a_run_ends_with_the_bytes_of_an_undisturbed_one(
    empty_project, by_snakemake, engine, seed
):
    draw = random.Random(f"{engine} {seed}")
    for _ in range(KILLS):
        process = begin(empty_project, ENGINES[engine])
        end = time.monotonic() + draw.uniform(0.5, 8)
        while process.poll() is None and time.monotonic() < end:
            time.sleep(0.05)
        if process.poll() is None:
            kill(process, group=draw.random() < 0.7)  # else the jobs that it began run on
        else:  # it came to its end: once more, with some results gone
            for path in draw.sample(sorted(table_jobs(study_of(empty_project))), 6):
                (empty_project / path).unlink(missing_ok=True)
    completed(empty_project, ENGINES[engine])
    assert made(empty_project) == made(by_snakemake)
    assert unproven(empty_project) == {}


def completed(project, command: str) -> None:
    """Run a command to its end; where DVC was killed while it wrote a file of its own, after a `vestige sync`."""
    done = run(project, command, check=False, timeout=600)
    if any(named in done.stdout for named in ("'./dvc.lock' validation failed", "dvc.lock' is invalid", "rwlock")):
        assert done.returncode != 0
        run(project, "vestige sync")
        done = run(project, command, check=False, timeout=600)
    assert done.returncode == 0, done.stdout[-4000:]


def without_rights(project, script: str) -> str:
    """The output of a script in which this user may mount folders, whoever it is."""
    if not shutil.which("unshare"):
        pytest.fail("this test needs the command `unshare` (Debian: util-linux)")
    (project / "script.sh").write_text(script)
    return run(project, "unshare --map-root-user --mount sh -x script.sh", timeout=600).stdout


FULL = """
mkdir -p results && mount -t tmpfs -o size=150k none results
{engine} && echo it should have failed
mount -o remount,size=100m results
{engine} || echo it should have completed
cp -a results kept
"""
READ_ONLY = """
mkdir -p results && mount --bind results results && mount -o remount,ro,bind results
{engine} && echo it should have failed
mount -o remount,rw,bind results
{engine} || echo it should have completed
cp -a results kept
"""


NO_ROOM = ("a full disk", FULL, ("No space left on device", "Make room"))
NO_RIGHT = ("a read-only folder", READ_ONLY, ("Read-only file system",))
MISHAPS = [
    pytest.param(engine, script, causes, id=f"{name}, {engine}")
    for engine in ENGINES
    for name, script, causes in (NO_ROOM, NO_RIGHT)
]


@pytest.mark.nightly
@pytest.mark.parametrize(("engine", "script", "causes"), MISHAPS)
def test_a_failure_names_its_cause_and_the_rerun_completes(empty_project, by_snakemake, engine, script, causes):
    few_jobs(empty_project)
    said = without_rights(empty_project, script.format(engine=ENGINES[engine])).replace("+ echo it should", "")
    assert "it should have" not in said, said[-3000:]
    assert [cause for cause in causes if cause not in said] == []
    kept = empty_project / "kept"
    shutil.rmtree(empty_project / "results")
    kept.rename(empty_project / "results")
    assert unproven(empty_project) == {}
    whole = made(by_snakemake)
    same = {path: data for path, data in made(empty_project).items() if path.endswith((".safetensors", "-seed0.nc"))}
    assert same.items() <= whole.items()
