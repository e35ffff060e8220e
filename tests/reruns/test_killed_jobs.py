"""A rerun after a kill completes, makes the bytes of an undisturbed run, and leaves no folder of the killed job."""

import random
import time

import pytest
from engines import begin, bytes_of, edit, few_jobs, kill, logged, run, study_of, table_jobs, unproven, wait_for
from reruns.tiny_results import TRAINING

SNAKEMAKE, DVC = "snakemake figures --quiet", "dvc repro"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("engine", "group"),
    [
        pytest.param(SNAKEMAKE, True, id="Snakemake with its jobs", marks=pytest.mark.nightly),
        pytest.param(SNAKEMAKE, False, id="Snakemake leaving orphans", marks=pytest.mark.nightly),
        pytest.param(DVC, True, id="DVC with its jobs"),
        pytest.param(DVC, False, id="DVC leaving orphans", marks=pytest.mark.nightly),
    ],
)
def test_a_killed_engine_goes_on_where_it_stopped(empty_project, by_snakemake, engine, group):
    few_jobs(empty_project)
    process = begin(empty_project, engine)
    wait_for(lambda: logged(empty_project, "results/tiny/training/baseline-seed0.nc", "epoch 1"))
    kill(process, group)
    run(empty_project, engine)
    made = bytes_of(empty_project, "results/*/*/*.nc") | bytes_of(empty_project, "results/**/*.safetensors")
    whole = bytes_of(by_snakemake, "results/**/*.nc") | bytes_of(by_snakemake, "results/**/*.safetensors")
    assert made.items() <= whole.items()
    assert [path for path in table_jobs(study_of(empty_project)) if not (empty_project / path).is_file()] == []
    assert unproven(empty_project) == {}


EACH_STAGE = (
    TRAINING,
    "results/tiny/claims.nc",
    *(
        pytest.param(f"results/tiny/{result}", marks=pytest.mark.slow)
        for result in (
            *("images.nc", "selectivity/suppressed-seed0.nc", "ablation/baseline-seed0.nc", "cka/baseline-seed0.nc"),
            *("between/baselines-seed0.nc", "figures/linearity.png", "report.html"),
        )
    ),
)


def killed_at_work(project, result: str, delay: float) -> None:
    """Begin to make a result, and kill it some time after its log began; sooner if it had ended by then."""
    while True:
        (project / result).unlink(missing_ok=True)
        (project / result.replace("results/", "logs/", 1)).with_suffix(".log").unlink(missing_ok=True)
        process = begin(project, f"vestige make {result}")
        wait_for(lambda: logged(project, result, "(process"))
        time.sleep(delay)
        if process.poll() is None:
            return kill(process, group=True)
        delay /= 2


@pytest.mark.slow
@pytest.mark.parametrize("result", EACH_STAGE)
def test_a_job_killed_in_its_middle_leaves_no_half_result_and_finishes_when_called_again(project, by_both, result):
    for delay in (random.Random(result).uniform(0.2, 1.5), 0):
        killed_at_work(project, result, delay)
        # Seldom the kill comes just after the end: then the result is whole.
        assert not (project / result).exists() or (project / result).read_bytes() == (by_both / result).read_bytes()
    run(project, f"vestige make {result}")
    assert (project / result).read_bytes() == (by_both / result).read_bytes()


def test_the_folder_of_a_killed_training_goes_when_the_result_is_written(project):
    edit(project, "training", "epochs", to=40)
    process = begin(project, f"vestige make {TRAINING}")
    wait_for(lambda: logged(project, TRAINING, "epoch 3 of 40"))
    kill(process, group=True)
    assert len(list(project.glob("work/training/*"))) == 1
    edit(project, "training", "epochs", to=3)
    run(project, f"vestige make {TRAINING}")
    assert list(project.glob("work/training/*")) == []
