"""How far clusters by two measures agree, and what their modularity is by another measure."""

from types import SimpleNamespace

import numpy as np
import pytest
from stages.clustering.layers import of_layer, settings

from vestige.metrics import modularity, partitions
from vestige.stages import agreement, association_matrices, clustering


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
