"""The CKA stage against torch-cka in float64, and against the literal formula on hooked features."""

import copy
import sys
import warnings
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import xarray as xr
from torch import nn

from vestige.data.loader import Split
from vestige.foundation.random import generator
from vestige.models.network import Network
from vestige.stages.cka import cka
from vestige.stages.layer_similarity import image_order, library, measured_layers, minibatch
from vestige.training import checkpoints

LAYERS = ["4", "5", "6", "7", "fc"]


def asked(epochs="all", batch_size=16, order="shuffled", order_seed=0, estimator="minibatch"):
    return SimpleNamespace(
        epochs=epochs, batch_size=batch_size, order=order, order_seed=order_seed, estimator=estimator
    )


def measured(run, **changed):
    return cka(run.settings(cka=asked(**changed)), **run.inputs)


def literal_hsic(first, second):
    """The unbiased HSIC of Song et al. (2012), term by term."""
    n = len(first)
    k, m = ((each @ each.T).fill_diagonal_(0) for each in (first, second))
    ends = k.sum() * m.sum() / ((n - 1) * (n - 2))
    return (torch.trace(k @ m) + ends - 2 / (n - 2) * (k @ m).sum()) / (n * (n - 3))


def literal(run, epoch, batches):
    """CKA by the literal formula in float64, of features that hooks see in a whole forward."""
    network, seen = run.network(epoch, torch.float64), {}
    measured = ["layer1.0", "layer2.1", "layer3.2", "layer4.0", "fc"]
    for name in measured:
        network.steps[name].register_forward_hook(
            lambda _, given, output, name=name: seen.update({name: output.flatten(1)})
        )
    summed = torch.zeros(5, 5, dtype=torch.float64)
    for rows in batches:
        with torch.no_grad():
            network.trunk(run.batch[rows].double())
        summed += torch.tensor([[literal_hsic(seen[a], seen[b]) for b in measured] for a in measured])
    return summed / torch.sqrt(torch.outer(summed.diagonal(), summed.diagonal()))


@pytest.mark.parametrize("order", ["shuffled", "class_sorted"])
@pytest.mark.parametrize("epoch", [0, 1, 2])
def test_the_estimate_is_the_literal_formula_on_hooked_features(run, epoch, order):
    found = measured(run, order=order)["cka"].sel(epoch=epoch)
    rows = image_order(asked(order=order), run.labels)
    expected = literal(run, epoch, [rows[start : start + 16] for start in range(0, len(rows), 16)])
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("batch_size", [16, 70, 33])
def test_the_estimate_agrees_with_torch_cka_in_float64(run, batch_size):
    ours, theirs = (measured(run, batch_size=batch_size, estimator=name) for name in ("minibatch", "torch-cka"))
    np.testing.assert_allclose(ours["cka"], theirs["cka"], rtol=0, atol=1e-5)


def test_layers_are_the_modules_and_the_head_in_order_of_execution(run):
    found = measured(run, epochs=(1,))
    assert found["layer"].values.tolist() == found["layer_other"].values.tolist() == LAYERS


@pytest.mark.parametrize("estimator", ["minibatch", "torch-cka"])
def test_the_matrix_is_symmetric_with_ones_on_the_diagonal(run, estimator):
    found = measured(run, estimator=estimator)["cka"].values
    np.testing.assert_allclose(found, found.transpose(0, 2, 1), atol=1e-12)
    np.testing.assert_allclose(np.diagonal(found, axis1=1, axis2=2), 1, atol=1e-12)
    assert (np.diagonal(measured(run)["cka"].values, axis1=1, axis2=2) == 1).all()


def test_shuffled_order_is_one_permutation_of_its_seed(run):
    order = image_order(asked(order_seed=3), run.labels)
    np.testing.assert_array_equal(order, generator("cka", 3).permutation(len(run.labels)))


def test_class_sorted_order_keeps_the_order_within_a_class():
    order = image_order(asked(order="class_sorted"), np.array([2, 0, 1, 0, 2, 0, 1, 1]))
    assert order.tolist() == [1, 3, 5, 2, 6, 7, 0, 4]


def test_the_order_matters_because_batches_of_few_classes_compare_other_things(run):
    shuffled, ordered = (
        measured(run, epochs=(2,), order=order)["cka"].values for order in ("shuffled", "class_sorted")
    )
    assert np.abs(shuffled - ordered).max() > 0.01


@pytest.mark.parametrize("estimate", [minibatch, library])
@pytest.mark.parametrize("extra", [1, 2, 3])
def test_a_last_batch_of_fewer_than_four_images_is_left_out(estimate, extra):
    network = toy()
    assert torch.equal(compared(estimate, network, 16 + extra), compared(estimate, network, 16))
    assert not torch.equal(compared(estimate, network, 20), compared(estimate, network, 16))


def test_too_few_images_are_refused():
    with pytest.raises(ValueError, match="there are 3 validation images; its estimator needs 4"):
        image_order(asked(), np.zeros(3, dtype=int))


def test_the_same_settings_give_the_same_bytes(run):
    xr.testing.assert_identical(measured(run), measured(run))


def toy():
    """Two steps and a head with awkward names."""
    torch.manual_seed(0)
    first = nn.Sequential(nn.Conv2d(2, 3, 3), nn.ReLU())
    second = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
    head = nn.Sequential(nn.Flatten(), nn.LazyLinear(5))
    trunk = nn.Sequential(first, second, head).eval()
    trunk(torch.zeros(1, 2, 8, 8))
    return Network(trunk, {"4": first, "a.b": second, "fc.out": head}, {9: ("a.b",)}, head="fc.out")


def compared(estimate, network, images=32):
    """CKA of a toy network on noise, in batches of 16."""
    pixels = np.random.default_rng(0).integers(0, 256, (images, 2, 8, 8), dtype=np.uint8)
    noise = Split(pixels, np.zeros(images, dtype=int), 16, torch.full((2,), 0.5), torch.full((2,), 0.3))
    with torch.inference_mode():
        return estimate([network], {"a.b": "9", "fc.out": "fc"}, noise, np.arange(images))


def raised(offset):
    """A toy network whose second step puts out an offset, the same for all images, beside what distinguishes them."""
    network = toy()
    network.steps["a.b"][0].bias.data += offset
    return network


def test_what_all_images_share_hides_their_differences_from_torch_cka_and_not_from_our_estimator():
    plain = compared(minibatch, raised(10))
    ours, theirs = (compared(estimate, raised(1e5)) for estimate in (minibatch, library))
    torch.testing.assert_close(ours, plain, rtol=0, atol=0.01)
    assert not abs(theirs[0, 1] - plain[0, 1]) < 0.1  # far off, or NaN


def test_names_with_dots_and_names_of_other_steps_do_not_disturb_torch_cka():
    torch.testing.assert_close(compared(library, toy()), compared(minibatch, toy()), rtol=0, atol=1e-5)


def test_the_layers_of_any_network_are_named_by_module_and_head():
    assert measured_layers(toy()) == {"a.b": "9", "fc.out": "fc.out"}


@pytest.mark.parametrize("estimate", [minibatch, library])
def test_a_network_is_untouched(estimate):
    network = toy()
    before = copy.deepcopy(network.trunk.state_dict())
    compared(estimate, network)
    assert not any(part._forward_hooks for part in network.trunk.modules())
    assert {name: weight.dtype for name, weight in network.trunk.state_dict().items()} == dict.fromkeys(
        before, torch.float32
    )
    assert all(torch.equal(before[name], weight) for name, weight in copy.deepcopy(network.trunk).state_dict().items())
    assert torch.get_default_dtype() == torch.float32


def test_the_default_type_is_restored_when_torch_cka_fails():
    network = toy()

    def fail(*given):
        raise ArithmeticError

    network.trunk[1].forward = fail
    with pytest.raises(ArithmeticError):
        compared(library, network)
    assert torch.get_default_dtype() == torch.float32


@pytest.mark.parametrize("estimator", ["minibatch", "torch-cka"])
def test_a_dead_layer_is_stored_as_nan_and_warned_of_by_name_and_epoch(run, tmp_path, estimator):
    network = run.network(2)
    for norm in (network.steps["layer4.0"].bn3, network.steps["layer4.0"].downsample[1]):
        norm.weight.data[:], norm.bias.data[:] = 0, -1
    digest = checkpoints.write(tmp_path / checkpoints.name(2), network.trunk)
    inputs = {**run.inputs, "training": run.inputs["training"].copy(deep=True), "checkpoints": tmp_path}
    inputs["training"]["checkpoint"].loc[2] = digest
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = cka(run.settings(cka=asked(epochs=(2,), estimator=estimator)), **inputs)["cka"][0]
    constant = [layer for layer in LAYERS if found.sel(layer=layer, layer_other=layer).isnull()]
    # The head, constant as well, is NaN or not as torch-cka happens to round.
    assert constant == ["7", "fc"] or (constant == ["7"] and estimator == "torch-cka")
    expected = [[first in constant or second in constant for first in LAYERS] for second in LAYERS]
    assert found.isnull().values.tolist() == expected
    for layer in constant:
        assert any(f"layer {layer} at epoch 2 is NaN" in str(each.message) for each in caught)


def test_torch_cka_says_nothing_on_the_terminal(run, capfd):
    measured(run, epochs=(1,), estimator="torch-cka")
    assert capfd.readouterr() == ("", "")


def test_our_estimator_leaves_torch_cka_and_matplotlib_alone(run, monkeypatch):
    for name in ("torch_cka", "matplotlib"):
        monkeypatch.setitem(sys.modules, name, None)
    assert measured(run, epochs=(1,))["cka"].notnull().all()


def test_every_variable_says_what_it_is_and_every_checkpoint_has_a_line_in_the_log(run):
    found = measured(run)
    assert all(found[name].attrs["long_name"] for name in found.variables)
    assert [line.split(":")[0] for line in run.noted] == ["epoch 0", "epoch 1", "epoch 2"]
