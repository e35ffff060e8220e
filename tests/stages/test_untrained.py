"""Clusters of untrained networks are those of runs at epoch 0, network by network."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
import xarray as xr
from stages.toy import ignore, settings

from vestige.data.loader import Split
from vestige.models import mlp, preactivation_resnet
from vestige.stages import (
    agreement,
    association,
    cluster_agreement,
    clustering,
    unit_association,
    unit_clusters,
    untrained,
    untrained_networks,
)
from vestige.stages.training import training
from vestige.stages.unit_association import MEASURES
from vestige.training.resume import Trajectory

PERCEPTRON = mlp.Settings(family="mlp", inputs=64, hidden=(8, 6))
CONVOLUTIONS = preactivation_resnet.Settings(family="preactivation_resnet", width=2)
NULLS = {"shuffled": 3, "strengths": 0}
SEARCH = {"restarts": 2, "steps": 60, "entropy": 0.15, "seed": 0, "nulls": NULLS}


def asked(networks=3, seed=0, network=PERCEPTRON, **directions):
    """The settings that the stage is handed."""
    return SimpleNamespace(
        device="cpu",
        threads=1,
        images=SimpleNamespace(source="absent", crop=None),
        network=network,
        association=association.Settings(epochs=[0], batch_size=16, **directions),
        clustering=clustering.Settings(**SEARCH),
        agreement=agreement.Settings(dead_units="left_out"),
        untrained=untrained.Settings(networks=networks, seed=seed),
    )


@pytest.fixture(scope="module")
def three(images):
    """The numbers of three perceptrons, and what was noted."""
    noted = []
    return untrained.untrained(asked(), images, noted.append), noted


def test_the_first_network_has_the_numbers_at_epoch_0_of_a_run_that_draws_its_weights_by_its_seed(
    images, three, tmp_path
):
    (seed, *_), said = untrained_networks.draw_seeds(0, 3), asked()
    run = settings(seed=seed, epochs=1)
    run.network = PERCEPTRON
    made = training(run, images, tmp_path, Trajectory(tmp_path, ("00", "01"), frozenset()), ignore)
    of_run = association.association(said, images, made, tmp_path, ignore)
    clusters = clustering.clustering(said, of_run, ignore)
    both = {**clusters.data_vars, **agreement.agreement(said, of_run, clusters, ignore).data_vars}
    found = three[0].isel(network=0)
    for name in found.data_vars:
        expected = both.get(name, of_run.get(name)).sel(epoch=0)
        np.testing.assert_array_equal(found[name].values, expected.values, err_msg=name)


def test_nothing_that_grows_with_pairs_of_units_is_kept_and_all_is_said(three):
    found = three[0]
    assert dict(found.sizes) == {"network": 3, "layer": 2, "measure": 8, "measure_other": 8}
    expected = {*unit_clusters.QUANTITIES, *cluster_agreement.STATISTICS, "input_gradient_error", "hessian_is_exact"}
    assert {*found.data_vars} == expected
    assert [name for name in found.variables if "long_name" not in found[name].attrs] == []
    assert found["measure"].values.tolist() == list(MEASURES)
    assert found["layer"].values.tolist() == ["1", "2"]


def test_every_network_is_another(three):
    assert len({*three[0]["modularity"].sel(measure="covariance", layer="1").values}) == 3


@pytest.mark.parametrize("held", [1, 2**9, 2**11])
def test_as_many_networks_as_memory_holds_are_searched_side_by_side_and_numbers_are_the_same(
    images, three, monkeypatch, held
):
    monkeypatch.setattr(untrained_networks, "HELD", held)
    noted = []
    xr.testing.assert_identical(untrained.untrained(asked(), images, noted.append), three[0])
    parts = [line for line in noted if line.startswith("networks")]
    assert [line.partition(",")[0] for line in parts] == {
        1: ["networks 0 to 0", "networks 1 to 1", "networks 2 to 2"],
        2**9: ["networks 0 to 0", "networks 1 to 1", "networks 2 to 2"],
        2**11: ["networks 0 to 1", "networks 2 to 2"],
    }[held]


def test_a_smaller_set_is_the_beginning_of_a_larger_one(images, three):
    found = untrained.untrained(asked(networks=2), images, ignore)
    xr.testing.assert_identical(found, three[0].isel(network=slice(2)))


def test_another_seed_draws_other_networks(images, three):
    found = untrained.untrained(asked(seed=1), images, ignore)
    assert not np.intersect1d(found["modularity"], three[0]["modularity"]).size


def test_each_network_is_noted_and_then_their_mean_modularity(three):
    found, noted = three
    assert noted[:3] == [f"network {number}: input gradient exact" for number in range(3)]
    mean = found["modularity"].sel(measure="input_gradient").mean().item()
    assert noted[3].startswith("networks 0 to 2, mean Q: covariance 0.")
    assert f"input_gradient {mean:.3f}" in noted[3]


def test_seeds_of_weights_are_different_numbers_that_no_study_names_and_that_pytorch_tells_apart():
    found = untrained_networks.draw_seeds(0, 5000)
    assert len({*found}) == 5000
    assert 2**31 <= min(found) <= max(found) < 2**32
    assert found[:7] == untrained_networks.draw_seeds(0, 7)
    assert not {*found} & {*untrained_networks.draw_seeds(1, 100)}


def test_the_error_of_the_input_gradient_of_convolutions_is_in_the_result(images):
    found = untrained.untrained(asked(2, network=CONVOLUTIONS, directions=2, directions_seed=0), images, ignore)
    assert (found["input_gradient_error"] > 0).all()
    assert found["hessian_is_exact"].dims == ("network", "layer")


def test_a_network_that_needs_directions_is_refused_without(images):
    with pytest.raises(ValueError, match="association.directions: missing"):
        untrained.untrained(asked(2, network=CONVOLUTIONS), images, ignore)


def test_the_numbers_that_all_matrices_of_a_network_hold_are_counted():
    network = untrained_networks.initial_network(PERCEPTRON, 1, 4, 0, torch.device("cpu"))
    pixels = Split(np.zeros((2, 1, 8, 8), np.uint8), np.arange(2), 2, torch.tensor([0.5]), torch.tensor([0.5]))
    found = unit_association.associate(network, pixels, None, None)
    assert untrained_networks.count_numbers(found) == len(MEASURES) * (8 * 8 + 6 * 6)
