"""Clusters of units against their preferred classes."""

from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from vestige.metrics import label_permutation, partitions
from vestige.stages.cluster_classes import cluster_classes

EPOCHS, MEASURES, UNITS, CLASSES = (2, 5), ("covariance", "output_gradient"), {1: 40, 4: 30}, 5
MODULE = np.repeat([*UNITS], [*UNITS.values()])
BLOCK, CHANNEL = np.where(MODULE == 4, 1, 0), np.concatenate([np.arange(count) for count in UNITS.values()])
PLACE = {"module": ("unit", MODULE), "block": ("unit", BLOCK), "channel": ("unit", CHANNEL)}


def selectivity(seed=0):
    """Preferred classes of all epochs, a silent unit among them, in another order, with units of another block."""
    rng = np.random.default_rng(seed)
    preferred = rng.integers(0, CLASSES, (7, len(MODULE)))
    preferred[:, 3] = -1
    index = np.where(preferred < 0, np.nan, rng.random(preferred.shape))
    own = xr.Dataset(
        {"preferred_class": (("epoch", "unit"), preferred), "selectivity": (("epoch", "unit"), index)},
        {"epoch": range(7), **PLACE},
    )
    other = own.isel(unit=MODULE == 4).assign_coords(block=("unit", np.zeros(30, dtype=int)))
    both = xr.concat([other, own], "unit")
    return both.isel(unit=rng.permutation(both.sizes["unit"]))


def clustering(clusters):
    """A result of clustering with some clusters (epoch, measure, unit)."""
    quality = np.arange(8.0).reshape(2, 2, 2) / 10
    return xr.Dataset(
        {
            "cluster": (("epoch", "measure", "unit"), clusters),
            "modularity": (("epoch", "measure", "layer"), quality, {"long_name": "modularity", "units": "1"}),
        },
        {"epoch": [*EPOCHS], "measure": [*MEASURES], "layer": [str(module) for module in UNITS], **PLACE},
    )


def preferred_of(found):
    """(epoch, unit) the preferred classes in the order of clustering, looked up one by one."""
    rows = [
        np.flatnonzero((found["module"] == module) & (found["block"] == block) & (found["channel"] == channel)).item()
        for module, block, channel in zip(MODULE, BLOCK, CHANNEL, strict=True)
    ]
    return found["preferred_class"].sel(epoch=[*EPOCHS]).values[:, rows], found["selectivity"].values[:, rows]


def compared(clusters, classes):
    return cluster_classes(SimpleNamespace(), clustering(clusters), classes, lambda line: None)


@pytest.fixture(scope="module")
def random():
    """Clusters that have nothing to do with classes, a dead unit among them."""
    clusters = np.random.default_rng(3).integers(0, 4, (2, 2, len(MODULE)))
    clusters[0, :, 7] = -1
    return clusters


def test_clusters_that_are_the_preferred_classes_agree_with_them_wholly():
    classes = selectivity()
    clusters = np.repeat(preferred_of(classes)[0][:, None], 2, axis=1)
    found = compared(clusters, classes)
    assert found["similarity"].values == pytest.approx(1)
    assert found["adjusted"].values == pytest.approx(1)
    assert (found["information_z"] > 10).all()


def test_statistics_are_those_of_units_that_are_in_a_cluster_and_prefer_a_class(random):
    classes = selectivity()
    found, preferred = compared(random, classes), preferred_of(classes)[0]
    for epoch, measure, layer in np.ndindex(2, 2, 2):
        units = (list(UNITS)[layer] == MODULE) & (random[epoch, measure] >= 0) & (preferred[epoch] >= 0)
        both = random[epoch, measure, units], preferred[epoch, units]
        at = found.isel(epoch=epoch, measure=measure, layer=layer)
        assert at["units"] == units.sum()
        assert at["similarity"] == pytest.approx(partitions.element_centric(*both), rel=1e-12)
        assert at["expected"] == pytest.approx(partitions.expect_element_centric(*both), rel=1e-12)
        assert at["information"] == pytest.approx(label_permutation.mutual_information(*both), rel=1e-12)


def test_deviations_of_clusters_that_have_nothing_to_do_with_classes_are_as_chance_gives_them():
    deviations = []
    for seed in range(20):
        clusters = np.random.default_rng(seed).integers(0, 4, (2, 2, len(MODULE)))
        deviations.append(compared(clusters, selectivity(seed))["information_z"].values)
    assert np.mean(deviations) == pytest.approx(0, abs=0.4)
    assert np.std(deviations) == pytest.approx(1, abs=0.3)


def test_modularity_and_mean_selectivity_stand_beside_it(random):
    classes = selectivity()
    found, index = compared(random, classes), preferred_of(classes)[1][[*EPOCHS]]
    xr.testing.assert_identical(
        found["modularity"].drop_vars("epoch"), clustering(random)["modularity"].drop_vars("epoch")
    )
    for layer, module in enumerate(UNITS):
        means = np.where(np.isnan(index), 0, index)[:, module == MODULE].mean(axis=1)
        assert found["selectivity"].values[:, layer] == pytest.approx(means)


def test_a_layer_without_clusters_has_no_agreement(random):
    dead = np.where(MODULE == 1, -1, random)
    found = compared(dead, selectivity()).sel(layer="1")
    assert (found["units"] == 0).all()
    assert all(np.isnan(found[name]).all() for name in ("similarity", "adjusted", "information", "information_z"))


def test_fewer_epochs_and_measures_have_the_same_numbers(random):
    whole, classes = compared(random, selectivity()), selectivity()
    part = clustering(random).isel(epoch=[1], measure=[1])
    alone = cluster_classes(SimpleNamespace(), part, classes, lambda line: None)
    xr.testing.assert_identical(alone, whole.isel(epoch=[1], measure=[1]))
