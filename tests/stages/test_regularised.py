"""Training as the second paper has it: Adam, sizes of weights in the loss, dropout, and images that are held out."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from stages.toy import NETWORK, files, kill_after, settings, trained

from vestige.data.loader import split_of
from vestige.models.network import build, forward
from vestige.stages.training import count_held_out
from vestige.training import checkpoints
from vestige.training.loop import divide, gradients

STEPS = {"learning_rate_step": None, "learning_rate_gamma": None}
ADAM = {"optimizer": "adam", "momentum": None, "weight_decay": None, "learning_rate": 1e-3}
SECOND = {
    **ADAM,
    **STEPS,
    "l1": 1e-5,
    "l2": 1e-5,
    "dropout": 0.2,
    "held_out": 0.2,
    "plateau": SimpleNamespace(factor=0.25, patience=0),
    "early_stopping": 3,
    "epochs": 12,
}


def test_adam_takes_another_way_from_the_same_weights(images, tmp_path):
    plain, adam = trained(tmp_path / "plain", images), trained(tmp_path / "adam", images, **ADAM)
    assert adam["checkpoint"].values[0] == plain["checkpoint"].values[0]
    assert adam["checkpoint"].values[1] != plain["checkpoint"].values[1]
    assert adam["train_loss"].values[-1] < adam["train_loss"].values[1]


@pytest.mark.parametrize("said", [{"l1": 0.01}, {"l2": 0.01}, {"l1": 0.02, "l2": 0.03}])
def test_sizes_of_weights_enter_the_gradient_as_the_loss_says(images, said):
    network = build(NETWORK, 1, 4, seed=0)
    train = split_of(images, settings().images, "train", 16, torch.device("cpu"))
    batch, labels = next(train.batches(np.arange(16)))
    network.trunk.train()
    noted = gradients(network, batch, labels, labels.unique(), [], settings(**said))
    found = {name: each.grad for name, each in network.trunk.named_parameters()}
    network.trunk.zero_grad()
    loss = F.cross_entropy(network.trunk(batch), labels)
    sized = [each for each in network.trunk.parameters() if each.dim() >= 2]
    sums = {"l1": sum(each.abs().sum() for each in sized), "l2": sum((each**2).sum() for each in sized)}
    (loss + sum(said[key] * sums[key] for key in said)).backward()
    for name, each in network.trunk.named_parameters():
        torch.testing.assert_close(found[name], each.grad, rtol=1e-4, atol=1e-6)
    assert noted[0].item() == pytest.approx(loss.item() * 16, rel=1e-5)


def test_images_are_held_out_by_the_seed_of_the_run():
    rows, held_out = divide(50, 10, seed=3)
    assert sorted([*rows, *held_out]) == list(range(50))
    assert len(held_out) == 10
    assert [each.tolist() for each in divide(50, 10, seed=3)] == [rows.tolist(), held_out.tolist()]
    assert divide(50, 10, seed=4)[1].tolist() != held_out.tolist()
    assert [len(each) for each in divide(50, 0, seed=3)] == [50, 0]
    assert [count_held_out(50, 0.2), count_held_out(5, 0.01), count_held_out(5, None)] == [10, 1, 0]


def test_what_is_held_out_is_measured_at_each_epoch_and_never_trained_on(images, tmp_path):
    found = trained(tmp_path, images, held_out=0.2)
    train = split_of(images, settings().images, "train", 64, torch.device("cpu"))
    _, held_out = divide(50, 10, seed=0)
    pixels, labels = next(train.batches(held_out))
    network = build(NETWORK, 1, 4, seed=9)
    for epoch in range(4):
        checkpoints.load(network, tmp_path, epoch, found["checkpoint"].values[epoch])
        network.trunk.eval()
        with torch.no_grad():
            logits, _ = forward(network, pixels)
        record = found.sel(epoch=epoch)
        assert record["held_out_loss"].item() == pytest.approx(F.cross_entropy(logits, labels).item(), rel=1e-5)
        assert record["held_out_accuracy"].item() == pytest.approx((logits.argmax(1) == labels).double().mean().item())
    assert found["best"].item() == 1 + np.argmin(found["held_out_loss"].values[1:])


def test_training_stops_early_and_its_rate_falls(images, tmp_path):
    found = trained(tmp_path, images, **SECOND)
    epochs, losses = found.sizes["epoch"] - 1, found["held_out_loss"].values[1:]
    assert epochs == found["best"].item() + 3 < 12
    assert losses[found["best"].item() - 1] == losses.min()
    rates = found["learning_rate"].values[1:]
    assert rates[0] == 1e-3
    assert rates[-1] < 1e-3
    assert sorted(path.name for path in tmp_path.glob("epoch-*")) == [
        f"epoch-{epoch:03d}.safetensors" for epoch in range(epochs + 1)
    ]


def test_without_held_out_images_nothing_is_said_of_them(images, tmp_path):
    found = trained(tmp_path, images)
    assert not {"held_out_loss", "held_out_accuracy", "best"} & set(found.variables)


@pytest.mark.parametrize("stopped_at", [1, 4])
def test_a_run_that_was_killed_goes_on_to_the_same_bits_and_the_same_end(images, tmp_path, stopped_at):
    never_stopped = trained(tmp_path / "whole", images, **SECOND)
    kill_after(stopped_at, tmp_path / "killed", images, **SECOND)
    assert trained(tmp_path / "killed", images, **SECOND).identical(never_stopped)
    assert files(tmp_path / "killed") == files(tmp_path / "whole")


def test_a_run_that_stopped_early_is_not_gone_on_with(images, tmp_path):
    found = trained(tmp_path, images, **SECOND)
    noted = []
    assert trained(tmp_path, images, note=noted.append, **SECOND).identical(found)
    assert len(noted) == 1


def test_where_a_run_stopped_before_the_epochs_that_are_asked_for_its_last_one_stands_in(images, tmp_path):
    found = trained(tmp_path, images, **SECOND)
    last = int(found["epoch"][-1])
    assert checkpoints.select_epochs([last + 1], found) == [last]
    assert checkpoints.select_epochs([0, last + 1], found) == [0]


def test_initial_weights_are_those_without_dropout(images, tmp_path):
    plain = trained(tmp_path / "plain", images)
    dropped = trained(tmp_path / "dropped", images, dropout=0.3)
    assert dropped["checkpoint"].values[0] == plain["checkpoint"].values[0]
    assert dropped["checkpoint"].values[1] != plain["checkpoint"].values[1]
