"""A run that diverges ends with its last good epoch and says where and why."""

import math
import re

import pytest
import torch
from stages.toy import (
    BASELINE,
    NETWORK,
    SUPPRESSED,
    files,
    settings,
    trained,
)

from vestige.models.network import build
from vestige.training.loop import Diverged, refuse_divergence

DIVERGES = {"learning_rate": 1e30}


@pytest.mark.parametrize(
    ("condition", "remedy"),
    [(BASELINE, "lower learning_rate"), ({**SUPPRESSED, "start": 0}, "lower learning_rate or the size of alpha")],
)
def test_a_run_that_diverges_ends_with_its_last_good_epoch_and_says_where_and_why(images, tmp_path, condition, remedy):
    noted = []
    found = trained(tmp_path, images, condition, note=noted.append, **DIVERGES)
    assert found["epoch"].values.tolist() == [0]
    assert found["diverged"].item() == 1
    said = found["diverged"].attrs["comment"]
    assert re.fullmatch(rf"diverged in epoch 1: not finite from step \d of 4 on \(.*1e\+30.*\); .*{remedy}", said)
    assert noted[-1] == said
    assert list(files(tmp_path)) == ["epoch-000.safetensors"]


def test_the_first_step_whose_loss_is_not_finite_is_named():
    network = build(NETWORK, 1, 4, seed=0)
    with pytest.raises(Diverged, match="from step 3 of 4 on"):
        refuse_divergence(network, torch.tensor([1.0, 2.0, math.inf, math.nan]), 0.1, settings(), 0)
    next(network.trunk.parameters()).data[0] = math.nan
    with pytest.raises(Diverged, match="from step 2 of 2 on"):
        refuse_divergence(network, torch.tensor([1.0, 2.0]), 0.1, settings(), 0)


def test_a_run_that_diverges_later_keeps_what_came_before_and_again_gives_the_same(images, tmp_path):
    # Three epochs that are fine, and a jump of the learning rate after them.
    jump = {"learning_rate_step": 3, "learning_rate_gamma": 1e32, "epochs": 5}
    whole, found = trained(tmp_path / "fine", images, epochs=3, learning_rate_step=3), None
    for _ in range(2):
        found = trained(tmp_path / "jumps", images, **jump)
        assert found["epoch"].values.tolist() == [0, 1, 2, 3]
        assert found["diverged"].item() == 4
    assert found.drop_vars("diverged").identical(whole)
    assert files(tmp_path / "jumps") == files(tmp_path / "fine")


def test_a_run_that_does_not_diverge_says_nothing_of_it(images, tmp_path):
    assert "diverged" not in trained(tmp_path, images)
