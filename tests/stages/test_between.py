"""CKA between two networks: against the literal formula, torch-cka in float64 and what it is within one network."""

import warnings
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import xarray as xr

from vestige.models.network import build
from vestige.stages.between import between
from vestige.stages.cka import cka
from vestige.stages.layer_similarity import image_order
from vestige.training import checkpoints

LAYERS = ["4", "5", "6", "7", "fc"]


def asked(epochs="all", batch_size=16, order="shuffled", order_seed=0, estimator="minibatch"):
    return SimpleNamespace(
        epochs=epochs, batch_size=batch_size, order=order, order_seed=order_seed, estimator=estimator
    )


@pytest.fixture
def pair(run, tmp_path):
    """The toy run as the first, and as the second other random weights at epochs 1 and 2."""
    settings = run.settings()
    folder, digests = tmp_path / "second", []
    for seed in (5, 6):
        network = build(settings.network, channels=2, classes=6, seed=seed)
        network.trunk.train()(run.batch)  # statistics for the normalisation
        digests.append(checkpoints.write(folder / checkpoints.name(len(digests) + 1), network.trunk))
    second = xr.Dataset({"checkpoint": ("epoch", digests)}, {"epoch": [1, 2], "condition": "other", "seed": 9})
    return SimpleNamespace(
        images=run.inputs["images"],
        first=run.inputs["training"].assign_coords(condition="baseline"),
        first_checkpoints=run.inputs["checkpoints"],
        second=second,
        second_checkpoints=folder,
    )


def measured(run, pair, **changed):
    return between(run.settings(cka=asked(**changed)), note=run.noted.append, **vars(pair))


def exchanged(pair):
    """The same pair, the other way round."""
    ends = {"first": "second", "second": "first"}
    swapped = {name.replace(one, ends[one]): value for name, value in vars(pair).items() for one in ends if one in name}
    return SimpleNamespace(**{**vars(pair), **swapped})


def literal_hsic(first, second):
    """The unbiased HSIC of Song et al. (2012), term by term."""
    n = len(first)
    k, m = ((each @ each.T).fill_diagonal_(0) for each in (first, second))
    ends = k.sum() * m.sum() / ((n - 1) * (n - 2))
    return (torch.trace(k @ m) + ends - 2 / (n - 2) * (k @ m).sum()) / (n * (n - 3))


def features(run, folder, training, epoch, rows):
    """The layers' outputs in a whole forward in float64, as hooks see them."""
    network, seen = run.network(0, torch.float64), {}
    checkpoints.load(network, folder, epoch, str(training["checkpoint"].sel(epoch=epoch).item()))
    for name in ("layer1.0", "layer2.1", "layer3.2", "layer4.0", "fc"):
        network.steps[name].register_forward_hook(lambda _, given, out, name=name: seen.update({name: out.flatten(1)}))
    with torch.no_grad():
        network.trunk(run.batch[rows].double())
    return list(seen.values())


@pytest.mark.parametrize("order", ["shuffled", "class_sorted"])
@pytest.mark.parametrize("epoch", [1, 2])
def test_the_estimate_is_the_literal_formula_on_hooked_features(run, pair, epoch, order):
    rows = image_order(asked(order=order), run.labels)
    summed = torch.zeros(3, 5, 5, dtype=torch.float64)
    for start in range(0, len(rows), 16):
        here = rows[start : start + 16]
        first = features(run, pair.first_checkpoints, pair.first, epoch, here)
        second = features(run, pair.second_checkpoints, pair.second, epoch, here)
        both = [(first, second), (first, first), (second, second)]
        summed += torch.tensor([[[literal_hsic(a, b) for b in others] for a in ones] for ones, others in both])
    expected = summed[0] / torch.sqrt(torch.outer(summed[1].diagonal(), summed[2].diagonal()))
    found = measured(run, pair, order=order)["cka"].sel(epoch=epoch)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("batch_size", [16, 33])
def test_the_estimate_agrees_with_torch_cka_of_two_models_in_float64(run, pair, batch_size):
    ours, theirs = (measured(run, pair, batch_size=batch_size, estimator=name) for name in ("minibatch", "torch-cka"))
    np.testing.assert_allclose(ours["cka"], theirs["cka"], rtol=0, atol=1e-5)


def test_a_network_with_itself_gives_what_cka_gives(run, pair):
    alone = SimpleNamespace(**vars(pair) | {"second": pair.first, "second_checkpoints": pair.first_checkpoints})
    within = cka(run.settings(cka=asked()), **run.inputs)["cka"]
    np.testing.assert_allclose(measured(run, alone)["cka"], within, rtol=0, atol=1e-12)


def test_two_networks_are_not_one(run, pair):
    within = cka(run.settings(cka=asked(epochs=(2,))), **run.inputs)["cka"].values
    found = measured(run, pair, epochs=(2,))["cka"].values
    assert np.abs(found - within).max() > 0.1
    assert found[0].diagonal().max() < 1


@pytest.mark.parametrize("estimator", ["minibatch", "torch-cka"])
def test_the_pair_the_other_way_round_gives_the_transpose(run, pair, estimator):
    one, other = (measured(run, each, estimator=estimator)["cka"].values for each in (pair, exchanged(pair)))
    np.testing.assert_allclose(one, other.transpose(0, 2, 1), rtol=0, atol=1e-12)


def test_layers_of_both_networks_are_the_modules_and_the_head(run, pair):
    found = measured(run, pair)
    assert found["layer"].values.tolist() == found["layer_other"].values.tolist() == LAYERS
    assert all(found[name].attrs["long_name"] for name in found.variables)


@pytest.mark.parametrize(("epochs", "expected"), [("all", [1, 2]), ((0, 2), [2]), ((2, 7, 1), [1, 2])])
def test_the_epochs_are_those_asked_for_that_both_runs_have(run, pair, epochs, expected):
    for each in (pair, exchanged(pair)):
        assert measured(run, each, epochs=epochs)["epoch"].values.tolist() == expected


def test_runs_that_share_no_epoch_are_named(run, pair):
    with pytest.raises(ValueError, match=r"none of \[0, 5\] is in both baseline-seed7 \(.*2\) and other-seed9"):
        measured(run, pair, epochs=(0, 5))


def test_a_checkpoint_of_the_second_run_that_is_not_its_own_is_refused(run, pair):
    strange = SimpleNamespace(**vars(pair) | {"second_checkpoints": pair.first_checkpoints})
    with pytest.raises(checkpoints.ForeignCheckpoint, match="epoch-001"):
        measured(run, strange)


def test_a_layer_that_is_dead_in_either_network_is_warned_of(run, pair):
    network = run.network(0)
    checkpoints.load(network, pair.second_checkpoints, 2, pair.second["checkpoint"].values[1])
    for norm in (network.steps["layer4.0"].bn3, network.steps["layer4.0"].downsample[1]):
        norm.weight.data[:], norm.bias.data[:] = 0, -1
    pair.second["checkpoint"].loc[2] = checkpoints.write(pair.second_checkpoints / checkpoints.name(2), network.trunk)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = measured(run, pair, epochs=(2,))["cka"][0]
    dead = [layer in ("7", "fc") for layer in LAYERS]
    assert found.isnull().values.tolist() == [dead] * 5
    assert any("layer 7 at epoch 2 is NaN" in str(each.message) for each in caught)


def test_the_same_settings_give_the_same_bytes(run, pair):
    xr.testing.assert_identical(measured(run, pair), measured(run, pair))
    assert [line.split(":")[0] for line in run.noted] == ["epoch 1", "epoch 2"] * 2
