"""Recomputed statistics of batch norm: right, without a trace in training, and taken up again."""

import copy
import json

import numpy as np
import pytest
import torch
from stages.toy import BASELINE, CONDITIONS, NETWORK, SUPPRESSED, Killed, files, recomputed, settings, toy, trained
from torch import nn

from vestige.data import arrays
from vestige.foundation.random import generator
from vestige.models.network import Network, build
from vestige.training import batch_norm, checkpoints, loop

MEASURED = {"val_loss", "val_accuracy", "predicted", "checkpoint"}


@pytest.fixture
def steps(monkeypatch):
    """The epochs of which steps of training were taken, one entry a step."""
    taken, gradients = [], loop.gradients

    def counted(*arguments):
        taken.append(1)
        return gradients(*arguments)

    monkeypatch.setattr(loop, "gradients", counted)
    return taken


def loaded(folder, found, epoch):
    network = build(NETWORK, 1, 4, seed=9)
    checkpoints.load(network, folder, epoch, found["checkpoint"].values[epoch])
    return network.trunk


def float64_statistics(trunk, batches):
    """Mean and variance of what each batch norm is given, all images together, in float64 and layer by layer."""
    trunk, seen = copy.deepcopy(trunk).double().eval(), {}
    norms = {name: part for name, part in trunk.named_modules() if isinstance(part, nn.BatchNorm2d)}
    for name, norm in norms.items():
        norm.training = True
        norm.register_forward_hook(
            lambda _, given, output, name=name: seen.setdefault(name, []).append(given[0].clone())
        )
    with torch.no_grad():
        for batch in batches:
            trunk(batch.double())
    joined = {name: torch.cat(each).transpose(0, 1).flatten(1) for name, each in seen.items()}
    return {name: (each.mean(1), each.square().mean(1) - each.mean(1).square()) for name, each in joined.items()}


def seen_batches(images, count, size, seed=0):
    mean, std = (torch.tensor(images[name].values).float() for name in ("mean", "std"))
    rows = generator("batch norm", seed).permutation(50)[:count]
    pixels = torch.from_numpy(toy().images["train"])
    return [arrays.normalise(pixels[rows[at : at + size]], mean, std) for at in range(0, count, size)]


@pytest.mark.parametrize(("asked", "used"), [(48, 48), (40, 32), (50, 48)])
def test_statistics_are_those_of_all_images_together_but_a_last_short_batch(images, tmp_path, asked, used):
    found = trained(tmp_path, images, batch_norm=recomputed(asked))
    for epoch in (0, 2):
        trunk = loaded(tmp_path, found, epoch)
        expected = float64_statistics(trunk, seen_batches(images, used, 16))
        for name, (mean, variance) in expected.items():
            norm = trunk.get_submodule(name)
            torch.testing.assert_close(norm.running_mean.double(), mean, rtol=1e-4, atol=1e-5)
            torch.testing.assert_close(norm.running_var.double(), variance, rtol=1e-4, atol=1e-6)


def test_the_variance_is_pooled_and_not_a_mean_of_variances_of_batches():
    trunk, batches = nn.Sequential(nn.BatchNorm2d(1)), [torch.zeros(4, 1, 2, 2), torch.ones(4, 1, 2, 2)]
    batch_norm.recompute(trunk, batches)
    assert (trunk[0].running_mean.item(), trunk[0].running_var.item()) == (0.5, 0.25)


def test_a_layer_that_is_applied_twice_has_the_statistics_of_both_times():
    norm = nn.BatchNorm2d(1)
    twice = lambda images: norm(norm(images) + 1)  # noqa: E731
    trunk = nn.Module()
    trunk.norm, trunk.forward = norm, twice
    batch_norm.recompute(trunk, [torch.tensor([0.0, 2.0]).view(2, 1, 1, 1)])
    # First 0 and 2: mean 1, variance 1; then their normalised values -1 and 1, moved by 1: the same again.
    torch.testing.assert_close(norm.running_mean, torch.tensor([1.0]))
    torch.testing.assert_close(norm.running_var, torch.tensor([1.0]), rtol=1e-4, atol=0)


def test_statistics_that_are_not_finite_are_replaced():
    trunk = nn.Sequential(nn.BatchNorm2d(1))
    trunk[0].running_var.fill_(float("inf"))
    batch_norm.recompute(trunk, [torch.tensor([0.0, 2.0]).view(2, 1, 1, 1)])
    torch.testing.assert_close(trunk[0].running_var, torch.tensor([1.0]))


@pytest.mark.parametrize("momentum", [0.1, None])
def test_momentum_stays(momentum):
    trunk = nn.Sequential(nn.BatchNorm2d(1, momentum=momentum))
    batch_norm.recompute(trunk, [torch.randn(4, 1, 2, 2)])
    assert trunk[0].momentum == momentum


def test_nothing_but_batch_norm_is_in_training_mode_and_counters_and_weights_stay():
    trunk = nn.Sequential(nn.Conv2d(1, 2, 1), nn.BatchNorm2d(2), nn.Dropout(0.9), nn.BatchNorm2d(2))
    nn.init.ones_(trunk[0].weight)
    trunk[1].num_batches_tracked += 7
    before = copy.deepcopy(trunk.state_dict())
    images = [torch.randn(8, 1, 4, 4, generator=torch.Generator().manual_seed(each)) for each in range(3)]
    batch_norm.recompute(trunk, images)
    changed = {name for name, each in trunk.state_dict().items() if not torch.equal(each, before[name])}
    assert changed == {f"{layer}.{name}" for layer in (1, 3) for name in ("running_mean", "running_var")}
    # Dropout off: what the second layer is given is the first one's output, normalised batch by batch.
    assert trunk[3].running_mean.abs().max() < 1e-5
    torch.testing.assert_close(trunk[3].running_var, torch.ones(2), rtol=1e-3, atol=1e-3)
    assert not any(part.training for part in trunk.modules())


@pytest.mark.parametrize("condition", CONDITIONS)
def test_what_is_measured_changes_and_what_training_does_stays(images, tmp_path, condition):
    running = trained(tmp_path / "running", images, condition)
    found = trained(tmp_path / "recomputed", images, condition, batch_norm=recomputed())
    assert found.drop_vars([*MEASURED, "val_accuracy_running"]).identical(running.drop_vars(MEASURED))
    np.testing.assert_array_equal(found["val_accuracy_running"], running["val_accuracy"])
    assert found["val_loss"].values[1:].tolist() != running["val_loss"].values[1:].tolist()
    for epoch in range(4):
        mine, theirs = (
            loaded(tmp_path / name, each, epoch) for name, each in (("recomputed", found), ("running", running))
        )
        for name, tensor in mine.state_dict().items():
            assert torch.equal(tensor, theirs.state_dict()[name]) == ("running_" not in name)


def test_what_is_validated_is_the_checkpoint(images, tmp_path):
    found = trained(tmp_path, images, batch_norm=recomputed())
    mean, std = (torch.tensor(images[name].values).float() for name in ("mean", "std"))
    batch = arrays.normalise(torch.from_numpy(toy().images["val"]), mean, std)
    for epoch in range(4):
        with torch.no_grad():
            predicted = loaded(tmp_path, found, epoch).eval()(batch).argmax(1).numpy()
        assert found["val_accuracy"].values[epoch] == np.mean(predicted == toy().labels["val"])
        assert found["predicted"].values[epoch].tolist() == np.bincount(predicted, minlength=4).tolist()


def test_a_finished_run_is_switched_without_a_step_and_back_to_the_old_bytes(images, tmp_path, steps):
    shared = tmp_path / "shared"
    shared.mkdir()
    running = trained(tmp_path / "running", images, SUPPRESSED, shared=shared, lasting=[3])
    counted = len(steps)
    switched = trained(tmp_path / "switched", images, SUPPRESSED, shared=shared, lasting=[3], batch_norm=recomputed())
    back = trained(tmp_path / "back", images, SUPPRESSED, shared=shared, lasting=[3])
    assert len(steps) == counted == 3 * 4
    assert back.identical(running)
    assert files(tmp_path / "back") == files(tmp_path / "running")
    fresh = trained(tmp_path / "fresh", images, SUPPRESSED, batch_norm=recomputed())
    assert switched.identical(fresh)
    assert files(tmp_path / "switched") == files(tmp_path / "fresh")


def test_statistics_are_taken_up_by_who_asks_for_the_same_and_by_nobody_else(images, tmp_path, monkeypatch):
    counted, recompute = [], batch_norm.recompute

    def counting(*arguments):
        counted.append(1)
        recompute(*arguments)

    monkeypatch.setattr(batch_norm, "recompute", counting)
    one = trained(tmp_path / "one", images, shared=tmp_path, batch_norm=recomputed())
    again = trained(tmp_path / "again", images, shared=tmp_path, batch_norm=recomputed())
    assert len(counted) == 4
    assert again.identical(one)
    assert files(tmp_path / "again") == files(tmp_path / "one")
    trained(tmp_path / "fewer", images, shared=tmp_path, batch_norm=recomputed(32))
    assert len(counted) == 8


@pytest.mark.parametrize("damaged", ["01-statistics-*", "02-weights-*", "*"])
def test_damaged_files_are_made_again_to_the_same_bits(images, tmp_path, damaged):
    whole = trained(tmp_path / "run", images, shared=tmp_path, batch_norm=recomputed())
    bytes_ = files(tmp_path / "run")
    for path in list(tmp_path.glob(f"{damaged}.safetensors")):
        path.write_bytes(path.read_bytes()[:-9])
    assert trained(tmp_path / "run", images, shared=tmp_path, batch_norm=recomputed()).identical(whole)
    assert files(tmp_path / "run") == bytes_


@pytest.mark.parametrize(
    "writes", [pytest.param(writes, marks=[pytest.mark.slow] * (writes not in (1, 6, 9))) for writes in range(14)]
)
def test_training_that_was_killed_at_any_write_goes_on_to_the_same_bits(images, tmp_path, monkeypatch, writes):
    from vestige.foundation import files as foundation
    from vestige.training import resume

    whole = trained(tmp_path / "whole", images, SUPPRESSED, batch_norm=recomputed())
    left = [writes]

    def dying(path):
        if left[0] == 0:
            raise Killed
        left[0] -= 1
        return foundation.write_whole(path)

    with monkeypatch.context() as patch:
        for module in (resume, checkpoints, batch_norm):
            patch.setattr(module, "write_whole", dying)
        with pytest.raises(Killed):
            trained(tmp_path / "killed", images, SUPPRESSED, batch_norm=recomputed())
    assert trained(tmp_path / "killed", images, SUPPRESSED, batch_norm=recomputed()).identical(whole)
    assert files(tmp_path / "killed") == files(tmp_path / "whole")


def test_runs_that_share_a_trajectory_share_it_with_either_statistics(images, tmp_path, steps):
    shared = tmp_path / "shared"
    shared.mkdir()
    trained(tmp_path / "short", images, BASELINE, shared=shared, epochs=2, lasting=[2], batch_norm=recomputed())
    longer = trained(tmp_path / "longer", images, BASELINE, shared=shared, epochs=3)
    assert len(steps) == 3 * 4
    assert longer.identical(trained(tmp_path / "alone", images, BASELINE, epochs=3))


def test_a_run_that_diverges_ends_alike_with_either_statistics(images, tmp_path):
    jump = {"learning_rate_step": 2, "learning_rate_gamma": 1e32}
    running = trained(tmp_path / "running", images, **jump)
    found = trained(tmp_path / "recomputed", images, batch_norm=recomputed(), **jump)
    assert found["epoch"].values.tolist() == running["epoch"].values.tolist() == [0, 1, 2]
    assert found["diverged"].identical(running["diverged"])
    assert sorted(files(tmp_path / "recomputed")) == sorted(files(tmp_path / "running"))


def test_more_images_than_there_are_are_refused_before_anything_is_written(images, tmp_path):
    with pytest.raises(ValueError, match=r"training.batch_norm.images: found 51; there are 50 .*allowed: 16 to 50"):
        trained(tmp_path, images, batch_norm=recomputed(51))
    assert not any(tmp_path.iterdir())


def test_a_network_without_batch_norm_is_refused():
    fc = nn.Linear(4, 2)
    network = Network(fc, {"fc": fc}, {}, "fc")
    with pytest.raises(ValueError, match="has no batch norm whose statistics could be recomputed: leave the key out"):
        batch_norm.refuse_unusable(network.trunk, 50, recomputed())


def test_the_setting_says_itself_in_words():
    assert str(recomputed()) == "recomputed on 48 images"
    assert json.loads(recomputed().model_dump_json(exclude_none=True))["statistics"] == "recomputed"
    assert settings().training.batch_norm is None
