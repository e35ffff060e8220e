"""Checkpoints of another training are never measured, nor is the folder of one filled by another."""

import shutil

import pytest
from engines import bytes_of, edit, run
from reruns.tiny_results import MEASURED, TRAINING

CHECKPOINTS = "results/tiny/checkpoints/suppressed-seed0"


def same_as(project, undisturbed) -> None:
    """Every result equals that of an undisturbed run, byte for byte."""
    for pattern in ("results/**/*.nc", "results/**/*.safetensors", "results/**/figures/*.*"):
        assert bytes_of(project, pattern) == bytes_of(undisturbed, pattern)


def test_checkpoints_swapped_in_by_hand_are_never_measured(project):
    shutil.rmtree(project / CHECKPOINTS)
    shutil.copytree(project / CHECKPOINTS.replace("suppressed", "baseline"), project / CHECKPOINTS)
    (project / MEASURED).unlink()
    done = run(project, f"vestige make {MEASURED}", check=False)
    assert done.returncode == 1
    assert "epoch-002.safetensors" in done.stdout
    assert f"vestige make {TRAINING}" in done.stdout
    assert not (project / MEASURED).exists()


@pytest.mark.slow
def test_the_remedy_that_the_refusal_names_works(project, by_snakemake):
    shutil.rmtree(project / CHECKPOINTS)
    (project / MEASURED).unlink()
    assert f"vestige make {TRAINING}" in run(project, f"vestige make {MEASURED}", check=False).stdout
    run(project, f"vestige make {TRAINING}")
    run(project, f"vestige make {MEASURED}")
    same_as(project, by_snakemake)


def test_checkpoints_left_by_an_undone_edit_are_never_measured(project):
    kept = (project / TRAINING).read_bytes()
    edit(project, "conditions", "suppressed", "alpha", to=-6)
    run(project, f"vestige make {TRAINING}")
    edit(project, "conditions", "suppressed", "alpha", to=-5)
    (project / TRAINING).write_bytes(kept)
    (project / MEASURED).unlink()
    done = run(project, f"vestige make {MEASURED}", check=False)
    assert done.returncode == 1
    assert not (project / MEASURED).exists()


def test_a_training_does_not_fill_the_folder_of_another_through_a_link(project):
    folder = project / "results/tiny/checkpoints"
    training = "results/tiny/training/promoted-seed0.nc"
    shutil.rmtree(folder / "promoted-seed0")
    (folder / "promoted-seed0").symlink_to("baseline-seed0")
    before = {path: path.read_bytes() for path in (folder / "baseline-seed0").iterdir()}
    done = run(project, f"vestige make {training}", check=False)
    assert "is a link to baseline-seed0, which would be replaced: remove the link" in done.stdout
    assert {path: path.read_bytes() for path in (folder / "baseline-seed0").iterdir()} == before
