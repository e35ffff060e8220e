"""The training stage: against a plain loop, across repeats, and what its results hold."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from stages.toy import (
    CONDITIONS,
    CROPPED,
    NETWORK,
    SUPPRESSED,
    files,
    settings,
    toy,
    trained,
)

from vestige.data import arrays
from vestige.data.augmentation import augmentation
from vestige.foundation.random import generator
from vestige.metrics.selectivity import mean_selectivity, membership, spatial_means
from vestige.models.network import build
from vestige.training import checkpoints
from vestige.training.loop import gradients


def plain_loop(images, condition, rates, batch_size):
    """Training in float64 with torch's optimiser and hooks: records by epoch, and the network at the end."""
    decoded, network, outputs, asked = toy(), build(NETWORK, 1, 4, seed=0), {}, settings().training
    network.trunk.double()
    for name in [block for module in condition["modules"] for block in network.modules[module]]:
        network.steps[name].register_forward_hook(lambda _, given, output, name=name: outputs.update({name: output}))
    mean, std = (images[name].values[:, None, None] for name in ("mean", "std"))
    optimiser, records = torch.optim.SGD(network.trunk.parameters(), momentum=0.9, weight_decay=1e-3, foreach=False), []
    for epoch, optimiser.param_groups[0]["lr"] in enumerate(rates):
        order, augment = (
            generator("order", 0, epoch).permutation(50),
            augmentation(asked, np.full(50, 8), np.full(50, 8), None, 0, epoch),
        )
        losses, hits, penalties = [], [], []
        for numbers in np.split(order, range(batch_size, 50, batch_size)):
            pixels = augment(torch.from_numpy(decoded.images["train"][numbers]), numbers)
            batch = (pixels.numpy() / 255 - mean) / std
            labels = torch.from_numpy(decoded.labels["train"][numbers])
            logits = network.trunk(torch.from_numpy(batch))
            losses += F.cross_entropy(logits, labels, reduction="none").tolist()
            hits += (logits.argmax(1) == labels).tolist()
            loss = F.cross_entropy(logits, labels)
            if condition["start"] <= epoch < condition["stop"]:
                blocks = [[spatial_means(outputs[name]) for name in network.modules[m]] for m in condition["modules"]]
                penalties.append(
                    mean_selectivity(blocks, membership(labels, labels.unique(), logits.dtype), "mean", 1e-6)
                )
                loss = loss - condition["alpha"] * penalties[-1]
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        penalty = torch.stack(penalties).mean().item() if penalties else math.nan
        records.append({"train_loss": np.mean(losses), "train_accuracy": np.mean(hits), "penalty": penalty})
    return records, network


@pytest.mark.parametrize("condition", CONDITIONS)
def test_training_agrees_with_a_plain_loop_in_double_precision(images, tmp_path, condition):
    # Small steps, for large ones amplify the last bits of a float32 a thousandfold in an epoch.
    found = trained(tmp_path, images, condition, learning_rate=0.001, batch_size=20)
    records, network = plain_loop(images, condition, [0.001, 0.001, 0.0001], batch_size=20)
    for epoch, record in enumerate(records, 1):
        mine = {name: found[name].sel(epoch=epoch).item() for name in record}
        assert mine == pytest.approx(record, rel=1e-5, nan_ok=True)
    mine = build(NETWORK, 1, 4, seed=0)
    checkpoints.load(mine, tmp_path, 3, found["checkpoint"].values[3])
    for key, weight in mine.trunk.named_parameters():
        torch.testing.assert_close(weight.double(), network.trunk.get_parameter(key), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("condition", CONDITIONS)
def test_training_again_gives_the_same_bits(images, tmp_path, condition):
    one, other = trained(tmp_path / "one", images, condition), trained(tmp_path / "other", images, condition)
    assert one.identical(other)
    assert files(tmp_path / "one") == files(tmp_path / "other")


def test_a_network_is_validated_on_the_middle_of_images(images, tmp_path):
    found, decoded, network = trained(tmp_path, images, **CROPPED), toy(), build(NETWORK, 1, 4, seed=9)
    checkpoints.load(network, tmp_path, 3, found["checkpoint"].values[3])
    mean, std = (torch.tensor(images[name].values).float() for name in ("mean", "std"))
    batch = arrays.normalise(torch.from_numpy(decoded.images["val"][..., 1:7, 1:7]), mean, std)
    with torch.no_grad():
        predicted = network.trunk.eval()(batch).argmax(1).numpy()
    assert found["predicted"].sel(epoch=3).values.tolist() == np.bincount(predicted, minlength=4).tolist()


def test_results_hold_what_a_checkpoint_holds(images, tmp_path):
    found, decoded, network = trained(tmp_path, images), toy(), build(NETWORK, 1, 4, seed=9)
    mean, std = (torch.tensor(images[name].values).float() for name in ("mean", "std"))
    batch = arrays.normalise(torch.from_numpy(decoded.images["val"]), mean, std)
    for epoch in range(4):
        checkpoints.load(network, tmp_path, epoch, found["checkpoint"].values[epoch])
        with torch.no_grad():
            logits = network.trunk.eval()(batch)
        predicted = logits.argmax(1).numpy()
        record = found.sel(epoch=epoch)
        assert record["val_accuracy"].item() == pytest.approx(np.mean(predicted == decoded.labels["val"]))
        assert record["val_loss"].item() == pytest.approx(
            F.cross_entropy(logits, torch.from_numpy(decoded.labels["val"])).item(), rel=1e-4
        )
        assert record["predicted"].values.tolist() == np.bincount(predicted, minlength=4).tolist()


def test_epoch_0_is_the_network_as_the_seed_made_it(images, tmp_path):
    found, network, fresh = trained(tmp_path, images, seed=3), build(NETWORK, 1, 4, 0), build(NETWORK, 1, 4, 3)
    checkpoints.load(network, tmp_path, 0, found["checkpoint"].values[0])
    assert all(torch.equal(fresh.trunk.state_dict()[key], each) for key, each in network.trunk.state_dict().items())
    assert np.isnan(found["train_loss"].values[0])
    assert np.isnan(found["learning_rate"].values[0])


def test_the_learning_rate_drops_every_so_many_epochs(images, tmp_path):
    found = trained(tmp_path, images, epochs=5)
    np.testing.assert_allclose(found["learning_rate"][1:], [0.05, 0.05, 0.005, 0.005, 0.0005])


@pytest.mark.parametrize(("start", "stop", "penalised"), [(0, 3, [1, 2, 3]), (1, 2, [2]), (2, 3, [3])])
def test_the_pass_from_e_is_penalised_from_start_until_stop(images, tmp_path, start, stop, penalised):
    found = trained(tmp_path, images, {**SUPPRESSED, "start": start, "stop": stop})
    assert np.flatnonzero(~np.isnan(found["penalty"])).tolist() == penalised


def test_conditions_are_the_same_network_until_the_penalty_starts(images, tmp_path):
    one, other = trained(tmp_path / "one", images), trained(tmp_path / "other", images, SUPPRESSED)
    assert (one["checkpoint"] == other["checkpoint"]).values.tolist() == [True, True, False, False]


def pull(network, batch, alpha: float, reduction: str) -> tuple[list, float]:
    """The gradient of the loss by each weight, and the mean selectivity of the batch (images, labels)."""
    condition = settings({**SUPPRESSED, "alpha": alpha}, class_reduction=reduction)
    _, _, selectivity = gradients(
        network, *batch, batch[1].unique(), [network.modules[module] for module in (4, 6)], condition
    )
    pulls = [weight.grad.clone() for weight in network.trunk.parameters()]
    network.trunk.zero_grad()
    return pulls, selectivity.item()


@pytest.mark.parametrize(("alpha", "compare"), [(-20.0, np.less), (20.0, np.greater)])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_what_alpha_adds_to_a_step_lowers_selectivity_if_negative_and_raises_it_if_positive(alpha, compare, reduction):
    network, decoded = build(NETWORK, channels=1, classes=4, seed=0), toy()
    batch = torch.from_numpy(decoded.images["train"]) / 255 - 0.5, torch.from_numpy(decoded.labels["train"])
    network.trunk.train()
    without, before = pull(network, batch, 0.0, reduction)
    with_alpha, _ = pull(network, batch, alpha, reduction)
    with torch.no_grad():
        for weight, one, other in zip(network.trunk.parameters(), with_alpha, without, strict=True):
            weight -= 1e-5 * (one - other)
    _, after = pull(network, batch, 0.0, reduction)
    assert compare(after, before)


def test_other_seeds_and_other_epochs_see_images_in_another_order():
    orders = {tuple(generator("order", seed, epoch).permutation(50)) for seed in range(3) for epoch in range(3)}
    assert len(orders) == 9


def test_a_last_batch_of_one_image_is_refused_before_anything_is_written(images, tmp_path):
    with pytest.raises(ValueError, match="batch_size 7 leaves a last batch of one image of the 50 .* such as 8"):
        trained(tmp_path, images, batch_size=7)
    assert not any(tmp_path.iterdir())


def test_every_epoch_is_noted(images, tmp_path):
    noted = []
    trained(tmp_path, images, note=noted.append)
    assert [line.split(",")[0] for line in noted] == [f"epoch {epoch} of 3" for epoch in range(4)]


def test_every_quantity_says_what_it_is(images, tmp_path):
    found = trained(tmp_path, images)
    assert all(each.attrs["long_name"] for each in found.variables.values())
