"""A second command in a folder waits for what another makes, or is refused."""

import pytest
from engines import begin, edit, kill, logged, run, wait_for
from reruns.tiny_results import MEASURED, TRAINING


@pytest.mark.nightly
def test_a_second_call_waits_for_the_first_and_uses_what_it_made(project):
    (project / TRAINING).unlink()
    edit(project, "training", "epochs", to=80)
    first = begin(project, f"vestige make {TRAINING}")
    wait_for(lambda: logged(project, TRAINING, "epoch 3 of 80"))
    said = run(project, f"vestige make {TRAINING}").stdout
    assert first.wait() == 0
    assert "waiting for it" in said
    assert f"{TRAINING} is current" in said


@pytest.mark.slow
def test_a_second_snakemake_in_the_same_folder_is_refused_until_the_first_is_gone(project):
    edit(project, "training", "epochs", to=400)
    process = begin(project, f"snakemake {TRAINING}")
    wait_for(lambda: logged(project, TRAINING, "epoch 3 of 400"))
    second = run(project, f"snakemake {MEASURED}", check=False)
    assert second.returncode != 0
    assert "another snakemake is running in this folder" in second.stdout
    assert run(project, "snakemake -n").returncode == 0
    kill(process, group=True)
    edit(project, "training", "epochs", to=2)
    assert run(project, f"snakemake {MEASURED}").returncode == 0
