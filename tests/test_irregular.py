"""A pipe, a device or a folder in the place of a result or a checkpoint: no command waits for it, or reads it."""

import os

import pytest
from engines import run, verdicts

RESULT = "results/tiny/selectivity/baseline-seed0.nc"
FIGURE = "results/tiny/figures/linearity.png"
BESIDE = "results/tiny/figures/emergence.csv"
CHECKPOINT = "results/tiny/checkpoints/suppressed-seed0/epoch-001.safetensors"
TRAINING = "results/tiny/training/suppressed-seed0.nc"
IRREGULAR = {
    "a named pipe": os.mkfifo,
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a folder": lambda path: path.mkdir(),
}
SAYS = {  # what each command says of it, and its exit status
    "vestige verify": (f"foreign {RESULT}", 1),
    "vestige plan": ("the study", None),
    f"vestige make {RESULT}": (f"{RESULT} is", 1),
    "vestige make results/tiny/selectivity/suppressed-seed0.nc": ("is current", 0),
    f"vestige make {TRAINING}": (f"{TRAINING} made", 0),
    "vestige prune": ("explains all that is here", 0),
    "vestige sync": ("Snakemake: ", 0),
    "vestige restore": ("restored", 0),
}
TIMEOUT = 60  # seconds, of which none is waited for


@pytest.fixture(params=list(IRREGULAR))
def irregular(request, project):
    """A project with such things in the places of results, of a file beside one, and of a checkpoint; what they are."""
    for name in (RESULT, FIGURE, BESIDE, CHECKPOINT):
        (project / name).unlink()
        IRREGULAR[request.param](project / name)
    return project, request.param


@pytest.mark.parametrize("command", [pytest.param(each, marks=pytest.mark.slow) for each in SAYS])
def test_no_command_waits_for_what_is_no_file_or_reads_it(irregular, command):
    project, _ = irregular
    done = run(project, command, check=False, timeout=TIMEOUT)
    says, status = SAYS[command]
    assert done.returncode == (0 if status is None else status), done.stdout
    assert "Traceback" not in done.stdout
    assert says in done.stdout or status is None


def test_it_is_foreign_as_a_result_and_missing_beside_one(irregular):
    project, what = irregular
    found = verdicts(project)
    assert {path for path, each in found.items() if each["state"] == "foreign"} == {RESULT, FIGURE}
    assert found[RESULT]["reasons"] == found[FIGURE]["reasons"] == [f"it is {what}, no file"]
    assert found[TRAINING] == {"state": "missing", "reasons": [f"{CHECKPOINT} written with it: missing"], "vouched": []}
