"""What may be removed from the scratch folder is listed, and nothing else."""

import os
import time
from pathlib import Path

import pytest
from provenance.trajectories.trainings import made, study, training

from vestige.commands import prune, scratch_files
from vestige.config import loading
from vestige.provenance import trajectories


def test_what_no_run_of_the_study_explains_is_listed_with_the_result_that_it_belongs_to(here):
    made("suppressed-seed0")
    assert scratch_files.find_unexplained(loading.read()) == []
    changed = study(conditions__suppressed__alpha=-6)
    assert scratch_files.find_unexplained(changed) == []
    left = scratch_files.find_unexplained(
        changed, prune.checkpoints_of([Path("results/tiny/training/suppressed-seed0.nc")])
    )
    assert {path.name.split("-")[1] for path in left} == {"weights", "state"}
    assert len(left) == 3  # epochs 3 and 4, and a state: until epoch 2 it is the baseline's way
    for path in left:
        path.unlink()
    assert trajectories.first_epoch_to_train(training(changed, "suppressed-seed0")) == 2


@pytest.mark.slow
def test_what_others_may_have_left_is_listed_after_a_month(here):
    made("baseline-seed0")
    other = study(training__momentum=0.5)
    assert scratch_files.find_unexplained(other) == []
    there = sorted(Path("work/trajectories").iterdir())
    for path in there:
        os.utime(path, (0, time.time() - 31 * 86400))
    assert scratch_files.find_unexplained(other) == there
    assert scratch_files.find_unexplained(study()) == []


@pytest.mark.slow
def test_what_is_not_of_vestige_s_making_is_never_listed(here):
    made("baseline-seed0", scratch="lab")
    others = [Path("lab", *parts) for parts in (("trajectories", "notes.txt"), ("training", "my-model", "weights"))]
    for path in others:
        path.parent.mkdir(exist_ok=True)
        path.write_text("of a colleague")
    for path in Path("lab").rglob("*"):
        os.utime(path, (0, 0))
    left = scratch_files.find_unexplained(study(scratch="lab", training__momentum=0.5))
    assert left
    assert not {*left} & {path for each in others for path in (each, *each.parents)}


def test_nothing_is_listed_where_nothing_is_known(here):
    made("baseline-seed0")
    Path("results/tiny/images.nc").unlink()
    assert scratch_files.find_unexplained(study()) == []
    assert scratch_files.find_unexplained(study(scratch="absent")) == []


@pytest.mark.slow
def test_what_was_never_finished_is_listed_when_it_is_old(here):
    made("baseline-seed0")
    half = Path(f"work/trajectories/.{'0' * 32}-state-{'1' * 64}.safetensors.x1")
    folder = Path("work/training/tiny-training-gone-seed0-00000000")
    half.write_bytes(b"half")
    folder.mkdir()
    assert scratch_files.find_unexplained(study()) == []
    for path in (half, folder):
        os.utime(path, (0, 0))
    assert scratch_files.find_unexplained(study()) == sorted([half, folder])
