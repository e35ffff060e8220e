"""The learning rate and the end of training, against PyTorch's schedulers and by hand."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from vestige.training.schedule import best_epoch, has_stopped, learning_rate


def records(losses):
    """The records of a run whose losses on held-out images are these, after one before training."""
    return [{"held_out_loss": 9.0}, *({"held_out_loss": loss} for loss in losses)]


def settings(**changed):
    steps = {"learning_rate_step": None, "learning_rate_gamma": None}
    return SimpleNamespace(**{"learning_rate": 0.1, **steps, "plateau": None, "early_stopping": None} | changed)


def by_plateau(factor=0.25, patience=3):
    return settings(plateau=SimpleNamespace(factor=factor, patience=patience))


def torchs_rates(losses, factor, patience):
    """The rate after each loss, by ReduceLROnPlateau."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=factor, patience=patience)
    found = []
    for loss in losses:
        scheduler.step(loss)
        found.append(optimizer.param_groups[0]["lr"])
    return found


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("factor", "patience"), [(0.25, 3), (0.5, 0), (0.1, 1)])
def test_the_rate_on_plateaus_is_that_of_pytorch(seed, factor, patience):
    rng = np.random.default_rng(seed)
    falling = np.exp(-np.arange(40) / 8) * (1 + rng.normal(0, 0.1, 40))
    losses = np.maximum(falling, 0.1 + 2e-5 * rng.integers(0, 3, 40)).tolist()
    expected = torchs_rates(losses, factor, patience)
    found = [learning_rate(by_plateau(factor, patience), records(losses[: place + 1])) for place in range(40)]
    assert found == pytest.approx(expected, rel=1e-12)
    assert len(set(expected)) > 2


def test_a_rate_that_could_hardly_fall_stays():
    rates = torchs_rates([1.0] * 60, 0.1, 0)
    assert learning_rate(by_plateau(0.1, 0), records([1.0] * 60)) == pytest.approx(rates[-1], rel=1e-9)
    assert rates[-1] == rates[-5] > 0


@pytest.mark.parametrize(("passes", "rate"), [(0, 0.1), (2, 0.1), (3, 0.05), (5, 0.05), (6, 0.025)])
def test_by_steps_the_rate_falls_after_so_many_passes(passes, rate):
    said = settings(learning_rate_step=3, learning_rate_gamma=0.5)
    assert learning_rate(said, [{}] * (passes + 1)) == pytest.approx(rate)


@pytest.mark.parametrize(
    ("losses", "stops", "best"),
    [
        ([], False, 0),
        ([1.0], False, 1),
        ([1.0, 0.5, 0.6, 0.6], False, 2),
        ([1.0, 0.5, 0.6, 0.6, 0.6], True, 2),
        ([1.0, 0.5, 0.6, 0.4, 0.6], False, 4),
        ([1.0, 0.5, 0.5, 0.5, 0.5], True, 2),
        ([float("nan"), 0.9, 0.8, 0.7], False, 4),
    ],
)
def test_training_stops_when_its_patience_is_over_and_the_first_of_equal_losses_is_the_best(losses, stops, best):
    assert has_stopped(settings(early_stopping=3), records(losses)) is stops
    assert not has_stopped(settings(), records(losses))
    assert best_epoch(records(losses)) == best
