"""SIGTERM, which batch systems send before they kill: a training on photographs ends at once, and goes on later."""

import random
import signal
import time

import photograph_sets
import pytest
from engines import begin, bytes_of, edit, logged, new_project, run, wait_for
from test_places import shrink

pytestmark = pytest.mark.slow
IMAGES, TRAINING = "results/photographs/images.nc", "results/photographs/training/promoted-seed0.nc"
EPOCHS, TIMES, PROMPT = 40, 4, 10  # seconds: Slurm kills after 30


@pytest.fixture(scope="module")
def never_stopped(tmp_path_factory):
    """A project in which a training on photographs was made without a stop."""
    project = new_study(tmp_path_factory.mktemp("terminated"))
    run(project, f"vestige make {TRAINING}")
    return project


def new_study(folder):
    """A project with a study of photographs, whose images are made."""
    project = new_project(folder / "project")
    photograph_sets.write("class_folders", project / "data/photographs", folder / "s", photograph_sets.PHOTOGRAPHS)
    shrink(project / "params.yaml")
    edit(project, "training", "epochs", to=EPOCHS)
    run(project, f"vestige make {IMAGES}")
    return project


def hidden(project) -> list[str]:
    """Files that are written under a name of their own until they are whole."""
    return [str(path) for folder in ("work", "results") for path in (project / folder).glob("**/.*.*")]


def begin_training(project):
    """The training, in a process that is past its first epochs."""
    log = project / TRAINING.replace("results", "logs").replace(".nc", ".log")
    log.unlink(missing_ok=True)
    process = begin(project, f"vestige make {TRAINING}", cold=True)
    wait_for(lambda: log.is_file() and log.read_text().count(f" of {EPOCHS}") >= 2)
    return process


@pytest.mark.nightly
def test_a_second_signal_while_the_first_is_obeyed_leaves_nothing_half_either(never_stopped, tmp_path):
    project, draw = new_study(tmp_path), random.Random(2)
    locks = set(hidden(project))
    for _ in range(TIMES):
        process = begin_training(project)
        for _ in range(3):
            process.terminate()
            time.sleep(draw.uniform(0, 0.01))
        assert process.wait(60) == -signal.SIGTERM
        assert set(hidden(project)) == locks
    run(project, f"vestige make {TRAINING}")
    for pattern in ("results/**/training/*.nc", "results/**/*.safetensors"):
        assert bytes_of(project, pattern) == bytes_of(never_stopped, pattern)


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.nightly)])
def test_a_training_that_is_terminated_ends_at_once_leaves_nothing_half_and_goes_on(never_stopped, tmp_path, seed):
    project, draw = new_study(tmp_path), random.Random(seed)
    locks = set(hidden(project))
    for _ in range(TIMES):
        process = begin_training(project)
        time.sleep(draw.uniform(0, 0.2))
        process.terminate()
        began = time.monotonic()
        assert process.wait(60) == -signal.SIGTERM
        assert time.monotonic() - began < PROMPT
        assert set(hidden(project)) == locks
        assert logged(project, TRAINING, "Terminated: SIGTERM")
    assert "terminated; the same command goes on where it stopped" in (project / "output.txt").read_text()
    run(project, f"vestige make {TRAINING}")
    assert not logged(project, TRAINING, f"epoch {TIMES - 1} of {EPOCHS}")
    for pattern in ("results/**/training/*.nc", "results/**/*.safetensors"):
        assert bytes_of(project, pattern) == bytes_of(never_stopped, pattern)
