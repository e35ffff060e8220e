"""Clusters of all epochs, measures and layers, and the random numbers of their searches."""

import numpy as np
import pytest
import xarray as xr
from stages.clustering.layers import EPOCHS, SAID, UNITS, matrix_of, of_layer, settings

from vestige.metrics import modularity, partitions
from vestige.metrics.cluster_search import Constants
from vestige.stages import association_matrices, clustering, unit_clusters
from vestige.stages.unit_association import MEASURES, PLAIN


def test_the_matrices_of_a_result_are_those_that_it_was_made_of(association):
    layers = association_matrices.layers_of(association)
    assert [(layer.module, layer.block, layer.units) for layer in layers] == [(1, 0, 12), (4, 1, 9)]
    for place in association_matrices.places_of(association, layers):
        found = association_matrices.matrix_at(association, layers[place.layer], place)
        name, measure = list(UNITS)[place.layer], MEASURES[place.measure]
        dead = (2,) if measure.startswith(PLAIN[:2]) else ()
        plain = matrix_of(UNITS[name], 10 * EPOCHS[place.epoch] + place.measure % len(PLAIN), dead).abs().numpy()
        root = np.maximum(np.sqrt(plain.diagonal()), 1e-12)
        assert found == pytest.approx(plain / np.outer(root, root) if "normalised" in measure else plain)


def test_modularity_is_that_of_the_clusters_and_their_number_too(association, clusters):
    layers = association_matrices.layers_of(association)
    for place in association_matrices.places_of(association, layers):
        matrix = modularity.normalise(association_matrices.matrix_at(association, layers[place.layer], place))
        found = of_layer(clusters, layers[place.layer].module)["cluster"].values[place.epoch, place.measure]
        assert clusters["modularity"].values[place] == pytest.approx(modularity.compute_modularity(matrix, found))
        assert clusters["clusters"].values[place] == pytest.approx(modularity.count_clusters(found))
        assert clusters["live_units"].values[place] == (found >= 0).sum()


def test_self_agreement_is_that_of_two_searches_that_differ_in_their_random_numbers_alone(clusters):
    for epoch, measure, layer in np.ndindex(clusters["self_agreement"].shape):
        one = of_layer(clusters, int(clusters["layer"].values[layer])).isel(epoch=epoch, measure=measure)
        both = partitions.drop_dead(one["cluster"].values, one["cluster_again"].values)
        assert clusters["self_agreement"].values[epoch, measure, layer] == pytest.approx(
            partitions.element_centric(*both)
        )
    assert (clusters["modularity_again"] == clusters["modularity"]).mean() > 0.5


def test_each_search_has_random_numbers_of_its_own(association):
    layer, chosen = association_matrices.layers_of(association)[0], settings().clustering
    places = [association_matrices.Place(*each, 0) for each in np.ndindex(2, 8)]
    searched = unit_clusters.LayerMatrices(chosen, association, layer, places)
    named = [(name, None) for name in unit_clusters.SEARCHES] + [("shuffled", 0), ("shuffled", 1), ("strengths", 0)]
    planned = [unit_clusters.Search(name, number, draw) for name, draw in named for number in range(len(places))]
    drawn = [stream.random() for each in planned for stream in searched.streams_of(each)]
    assert len({*drawn}) == len(drawn) == len(planned) * chosen.restarts


def test_a_result_of_fewer_epochs_or_measures_has_the_same_clusters(association, clusters):
    alone = clustering.clustering(settings(), association.isel(epoch=[1], measure=[2, 5]), lambda line: None)
    xr.testing.assert_identical(alone, clusters.isel(epoch=[1], measure=[2, 5]))


def test_searched_one_by_one_the_clusters_are_the_same(association, clusters, monkeypatch):
    monkeypatch.setattr(unit_clusters, "TOGETHER", 1)
    alone = clustering.clustering(settings(), association.isel(epoch=[0], measure=[1]), lambda line: None)
    xr.testing.assert_identical(alone, clusters.isel(epoch=[0], measure=[1]))


def test_another_seed_draws_other_random_numbers(association, clusters):
    other = clustering.clustering(settings(seed=1), association, lambda line: None)
    assert not np.array_equal(other["null_modularity"], clusters["null_modularity"], equal_nan=True)


def test_associations_that_are_no_numbers_are_refused(association):
    broken = association.copy(deep=True)
    broken["association"][1, 2, 5] = np.nan
    with pytest.raises(ValueError, match="module 1 by output_gradient at epoch 3 are not all finite"):
        clustering.clustering(settings(), broken, lambda line: None)


def test_a_layer_of_dead_units_has_no_modularity_and_no_number_of_clusters(association):
    dead = association.copy(deep=True)
    dead["association"][{"epoch": 0, "pair": (association["module"] == 1).values}] = 0
    found = clustering.clustering(settings(restarts=1, steps=20, nulls={"shuffled": 0, "strengths": 0}), dead, print)
    for name in ("modularity", "modularity_again", "clusters"):
        assert found[name].isel(epoch=0).sel(layer="1").isnull().all()
        assert found[name].isel(epoch=1).notnull().all()
    assert (found["live_units"].isel(epoch=0).sel(layer="1") == 0).all()


def test_constants_that_are_left_out_are_those_of_the_search():
    said = clustering.Settings(**SAID)
    assert Constants(said.tolerance, said.temperatures, said.dead, said.local_phase) == Constants()
