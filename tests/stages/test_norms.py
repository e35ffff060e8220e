"""Norms of weights at the checkpoints of a run."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
import xarray as xr

from vestige.stages.norms import Settings, norms


def made(run, training=None, **said):
    inputs = {name: run.inputs[name] for name in ("checkpoints", "note")}
    inputs["training"] = run.inputs["training"] if training is None else training
    return norms(SimpleNamespace(norms=Settings(**{"epochs": "all"} | said)), **inputs)


def weights_of(run, epoch):
    """The tensors of two or more dimensions of the toy network, by name, in float64."""
    parameters = run.network(epoch, torch.float64).trunk.named_parameters()
    return {name: each.detach() for name, each in parameters if each.dim() > 1}


def test_the_weights_are_those_of_convolutions_and_of_the_head_alone(run):
    found = made(run)
    assert found["weight"].values.tolist() == sorted(weights_of(run, 0))
    assert found["size"].values.tolist() == [each.numel() for _, each in sorted(weights_of(run, 0).items())]


def test_norms_are_those_of_the_tensors_of_each_checkpoint(run):
    found = made(run, small=0.02)
    for epoch in range(3):
        for name, weight in weights_of(run, epoch).items():
            at = found.sel(epoch=epoch, weight=name)
            assert at["squares"] == pytest.approx((weight**2).sum().item(), rel=1e-10)
            assert at["magnitudes"] == pytest.approx(weight.abs().sum().item(), rel=1e-10)
            assert at["small"] == pytest.approx((weight.abs() < 0.02).double().mean().item(), rel=1e-10)


def test_the_nuclear_norm_is_that_of_matrices_alone(run):
    found = made(run, epochs=(2,)).isel(epoch=0)
    assert found["weight"].values[np.isfinite(found["nuclear"].values)].tolist() == ["fc.weight"]
    eigenvalues = torch.linalg.eigvalsh(weights_of(run, 2)["fc.weight"] @ weights_of(run, 2)["fc.weight"].T)
    assert found["nuclear"].sel(weight="fc.weight") == pytest.approx(eigenvalues.clamp(0).sqrt().sum().item(), rel=1e-6)


def test_the_best_epoch_is_that_of_the_training_result(run):
    training = run.inputs["training"].assign(best=xr.DataArray(1))
    assert made(run, training, epochs=(0, "best"))["epoch"].values.tolist() == [0, 1]


def test_a_run_without_a_best_epoch_is_refused_by_the_key(run):
    with pytest.raises(ValueError, match="norms.epochs: found best; the run has no best epoch"):
        made(run, epochs=("best",))


def test_everything_says_what_it_is(run):
    found = made(run, small=0.25)
    assert all(each.attrs["long_name"] for each in found.variables.values())
    assert found["small"].attrs["long_name"] == "share of the weights whose size is below 0.25"
    assert {found[name].dtype for name in ("squares", "magnitudes", "small", "nuclear")} == {np.dtype(float)}
