"""Matrices without groups: how they are drawn, how many there are, and what each kind keeps."""

import numpy as np
import pytest
import xarray as xr
from stages.clustering.layers import matrix_of, settings

from vestige.stages import association_matrices, clustering
from vestige.stages.unit_association import PLAIN


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


def test_matrices_without_groups_are_others_in_runs_of_other_seeds_and_the_shown_clusters_are_not(association):
    first, second = (
        clustering.clustering(settings(restarts=1, steps=20), association.assign_coords(seed=seed), print)
        for seed in (0, 1)
    )
    assert first["cluster"].identical(second["cluster"].assign_coords(first["cluster"].coords))
    assert (first["null_modularity"].values != second["null_modularity"].values).any(axis=(0, 1, 2, 3)).all()
