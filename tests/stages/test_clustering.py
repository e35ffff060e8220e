"""Clusters of all epochs, measures and layers, and how far they agree."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
import xarray as xr

from vestige.metrics import modularity, partitions
from vestige.metrics.cluster_search import Constants
from vestige.stages import agreement, association_matrices, clustering, unit_association, unit_clusters
from vestige.stages.unit_association import MEASURES, PLAIN, Associations

EPOCHS, LAYERS = (0, 3), {"hidden1": (1, 0), "layer2.1": (4, 1)}
UNITS = {"hidden1": 12, "layer2.1": 9}
SAID = {"restarts": 2, "steps": 150, "entropy": 0.15, "seed": 0, "nulls": {"shuffled": 3, "strengths": 2}}


def settings(**changed):
    return SimpleNamespace(clustering=clustering.Settings(**SAID | changed))


def matrix_of(units, seed, dead=()):
    """Associations in two groups, of either sign."""
    rng = np.random.default_rng(seed)
    drawn = rng.normal(size=(units, 20)) + 2 * np.repeat(rng.normal(size=(2, 20)), (units + 1) // 2, axis=0)[:units]
    drawn[list(dead)] = 0
    return torch.from_numpy(drawn @ drawn.T)


@pytest.fixture(scope="module")
def association():
    """An association result of two layers, with a unit that is dead by all measures but those of the output."""
    epochs = {}
    for epoch in EPOCHS:
        matrices = {
            name: {
                measure: matrix_of(units, 10 * epoch + place, dead=(2,) if place < 2 else ())
                for place, measure in enumerate(PLAIN)
            }
            for name, units in UNITS.items()
        }
        epochs[epoch] = Associations(matrices, dict.fromkeys(UNITS, 0.0), dict.fromkeys(UNITS, True))
    return unit_association.label_associations(epochs, LAYERS)


@pytest.fixture(scope="module")
def clusters(association):
    return clustering.clustering(settings(), association, lambda line: None)


def of_layer(clusters, module):
    return clusters.isel(unit=clusters["module"] == module)


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


def test_of_each_null_there_are_as_many_values_as_were_asked_for(clusters):
    found = np.isfinite(clusters["null_modularity"]).sum("draw")
    assert found.sel(null="shuffled").values.tolist() == np.full((2, 8, 2), 3).tolist()
    assert found.sel(null="strengths").values.tolist() == np.full((2, 8, 2), 2).tolist()
    assert (clusters["modularity"] > clusters["null_modularity"].mean("draw")).mean() > 0.9


def test_without_nulls_there_are_none(association):
    found = clustering.clustering(settings(nulls={"shuffled": 0, "strengths": 0}), association, lambda line: None)
    assert "null_modularity" not in found


@pytest.fixture(scope="module")
def drawn(association):
    """The result with draws without relations between units: each matrix itself, one of no relation, and itself."""
    own = association["association"].values[:, : len(PLAIN)]
    alone = np.where(association["unit"].values == association["unit_other"].values, own, 0)
    variable = (("draw", "epoch", "plain_measure", "pair"), np.stack([own, alone, own]).astype(np.float32))
    found = association.assign(null_association=variable).assign_coords(plain_measure=list(PLAIN))
    found["null_association"].attrs |= {"keeps": "all", "drawn": "not at all"}
    return found


def only(gram):
    return settings(nulls={"shuffled": 0, "strengths": 0, "gram": gram})


def test_draws_that_associations_hold_are_searched_by_plain_measures_and_normalised_ones(drawn):
    found = clustering.clustering(only(2), drawn, lambda line: None)
    null = found["null_modularity"].sel(null="gram")
    assert null.sizes["draw"] == 2
    assert null.isel(draw=0).values == pytest.approx(found["modularity"].values, abs=2e-3)
    assert null.isel(draw=1).values == pytest.approx(0)


def test_a_drawn_matrix_is_normalised_through_its_own_diagonal(drawn):
    layer = association_matrices.layers_of(drawn)[0]
    plain, normalised = (
        association_matrices.drawn_at(drawn, layer, association_matrices.Place(0, measure, 0), 0)
        for measure in (2, 2 + len(PLAIN))
    )
    own = plain.diagonal()
    assert plain == pytest.approx(matrix_of(12, 2).abs().numpy(), rel=1e-6)
    assert normalised == pytest.approx(plain / np.sqrt(np.outer(own, own)), rel=1e-12)


def test_each_null_says_what_it_keeps_and_how_it_is_drawn(drawn, clusters):
    asked = settings(nulls={"shuffled": 1, "strengths": 1, "gram": 3})
    found = clustering.clustering(asked, drawn.isel(epoch=[0], measure=[0]), lambda line: None)
    assert found["null"].values.tolist() == ["shuffled", "strengths", "gram"]
    assert (found["keeps"].sel(null="gram"), found["drawn"].sel(null="gram")) == ("all", "not at all")
    assert all(len({*found[name].values.tolist()}) == 3 for name in ("keeps", "drawn"))
    before = clusters["null_modularity"].isel(epoch=[0], measure=[0], draw=[0])
    xr.testing.assert_equal(found["null_modularity"].isel(draw=[0]).sel(null=before["null"]), before)


@pytest.mark.parametrize("draws", [3, 0])
def test_more_draws_than_associations_hold_are_refused(association, drawn, draws):
    with pytest.raises(ValueError, match=rf"nulls\.gram: found 4; the association result has {draws}: ask for fewer"):
        clustering.clustering(only(4), drawn if draws else association, lambda line: None)


@pytest.fixture(scope="module", params=["left_out", "one_cluster"])
def agreed(request, association, clusters):
    chosen = SimpleNamespace(agreement=agreement.Settings(dead_units=request.param))
    return request.param, agreement.agreement(chosen, association, clusters, lambda line: None)


def test_agreement_is_that_of_each_pair_of_partitions(agreed, clusters):
    dead_units, found = agreed
    handle = {"left_out": partitions.drop_dead, "one_cluster": partitions.share_dead}[dead_units]
    for epoch, layer, one, other in np.ndindex(found["similarity"].shape):
        cell = of_layer(clusters, int(clusters["layer"].values[layer]))["cluster"].values[epoch]
        first, second = handle(cell[one], cell[other])
        at = found.isel(epoch=epoch, layer=layer, measure=one, measure_other=other)
        assert at["similarity"] == pytest.approx(partitions.element_centric(first, second))
        assert at["expected"] == pytest.approx(partitions.expect_element_centric(first, second))
        assert at["variation"] == pytest.approx(partitions.variation_of_information(first, second))
        assert at["adjusted"] == pytest.approx((at["similarity"] - at["expected"]) / (1 - at["expected"]), nan_ok=True)


def test_all_statistics_are_symmetric_and_a_measure_agrees_with_itself(agreed):
    _, found = agreed
    for name in found.data_vars:
        swapped = found[name].transpose("epoch", "layer", "measure_other", "measure").values
        assert found[name].values == pytest.approx(swapped, nan_ok=True)
    own = found.isel(measure=0, measure_other=0)
    assert own["similarity"].values == pytest.approx(1)
    assert own["variation"].values == pytest.approx(0)
    assert own["rank_correlation"].values == pytest.approx(1)


def test_the_ceiling_is_the_geometric_mean_of_what_two_searches_by_each_measure_agree(agreed, clusters):
    dead_units, found = agreed
    handle = {"left_out": partitions.drop_dead, "one_cluster": partitions.share_dead}[dead_units]
    for epoch, layer in np.ndindex(found["ceiling"].shape[:2]):
        cell = of_layer(clusters, int(clusters["layer"].values[layer])).isel(epoch=epoch)
        pairs = zip(cell["cluster"].values, cell["cluster_again"].values, strict=True)
        own = np.array([partitions.element_centric(*handle(*each)) for each in pairs])
        assert found["ceiling"].values[epoch, layer] == pytest.approx(np.sqrt(np.outer(own, own)))


def test_a_layer_of_one_unit_has_neither_clusters_nor_agreement(association):
    rows = (association["module"] == 1) & (association["unit"] == 0) & (association["unit_other"] == 0)
    alone = association.isel(pair=rows.values)
    found = clustering.clustering(settings(nulls={"shuffled": 0, "strengths": 0}), alone, lambda line: None)
    assert (found["cluster"] == -1).all()
    chosen = SimpleNamespace(agreement=agreement.Settings(dead_units="left_out"))
    agreed = agreement.agreement(chosen, alone, found, lambda line: None)
    assert np.isnan(agreed["similarity"]).all()


def test_associations_that_are_no_numbers_are_refused(association):
    broken = association.copy(deep=True)
    broken["association"][1, 2, 5] = np.nan
    with pytest.raises(ValueError, match="module 1 by output_gradient at epoch 3 are not all finite"):
        clustering.clustering(settings(), broken, lambda line: None)


def test_clusters_carried_over_to_another_measure_have_its_modularity(agreed, association, clusters):
    _, found = agreed
    layer = association_matrices.layers_of(association)[1]
    matrices = [
        modularity.normalise(
            association_matrices.matrix_at(association, layer, association_matrices.Place(0, measure, 1))
        )
        for measure in (0, 3)
    ]
    cells = of_layer(clusters, 4)["cluster"].values[0, [0, 3]]
    ways = [
        float(modularity.compute_modularity(matrix, cell)) for matrix, cell in zip(matrices, cells[::-1], strict=True)
    ]
    at = found.isel(epoch=0, layer=1, measure=0, measure_other=3)
    own = clusters["modularity"].values[0, [0, 3], 1]
    assert at["transfer"] == pytest.approx(np.mean(ways))
    assert at["transfer_share"] == pytest.approx(np.mean(np.array(ways) / (own + 1e-3)))


def test_a_layer_of_dead_units_has_no_modularity_and_no_number_of_clusters(association):
    dead = association.copy(deep=True)
    dead["association"][{"epoch": 0, "pair": (association["module"] == 1).values}] = 0
    found = clustering.clustering(settings(restarts=1, steps=20, nulls={"shuffled": 0, "strengths": 0}), dead, print)
    for name in ("modularity", "modularity_again", "clusters"):
        assert found[name].isel(epoch=0).sel(layer="1").isnull().all()
        assert found[name].isel(epoch=1).notnull().all()
    assert (found["live_units"].isel(epoch=0).sel(layer="1") == 0).all()


def test_matrices_without_groups_are_others_in_runs_of_other_seeds_and_the_shown_clusters_are_not(association):
    first, second = (
        clustering.clustering(settings(restarts=1, steps=20), association.assign_coords(seed=seed), print)
        for seed in (0, 1)
    )
    assert first["cluster"].identical(second["cluster"].assign_coords(first["cluster"].coords))
    assert (first["null_modularity"].values != second["null_modularity"].values).any(axis=(0, 1, 2, 3)).all()


def test_constants_that_are_left_out_are_those_of_the_search():
    said = clustering.Settings(**SAID)
    assert Constants(said.tolerance, said.temperatures, said.dead, said.local_phase) == Constants()
