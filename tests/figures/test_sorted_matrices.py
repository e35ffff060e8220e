import numpy as np
import pytest
from unit_results import draw_units, make_beside, make_unit_runs

from vestige.figures.sorted_matrices import by_size, matrix_of


@pytest.fixture(scope="module")
def drawn():
    return draw_units("sorted_matrices", make_unit_runs("association", ["baseline", "dropout_50"]), make_beside())


def test_a_matrix_a_condition_of_the_first_seed(drawn):
    figure, table = drawn
    titles = [ax.get_title(loc="left").replace("\n", " ").replace("\xa0", " ") for ax in figure.axes[:2]]
    assert titles == ["no regularization, Q = 0.100", "dropout = 0.5, Q = 0.300"]
    assert set(table["seed"]) == {0}


def test_units_come_cluster_by_cluster_the_largest_first_and_dead_ones_last(drawn):
    first = drawn[1][drawn[1]["condition"] == "baseline"]
    assert first["cluster"].tolist() == [0, 0, 0, 0, 2, 2, 1, -1]
    assert first["unit"].tolist() == [1, 2, 4, 5, 3, 6, 0, 7]


def test_what_is_drawn_is_the_association_of_those_units(drawn):
    image = drawn[0].axes[0].images[0].get_array()
    assert [image[0, 1], image[4, 6], image[0, 0]] == [1 + 2, 3 + 0, 0]


def test_clusters_of_one_size_come_by_their_number():
    assert by_size(np.array([1, 0, 1, 0])).tolist() == [1, 3, 0, 2]


def test_an_unknown_measure_or_layer_is_named():
    (run,) = make_unit_runs("association", ["baseline"], [0])
    with pytest.raises(ValueError, match=r"no covariance in layer 5; .* in layers \[1, 2\]"):
        matrix_of(run, "covariance", 5)
    with pytest.raises(ValueError, match="no hessian in layer 1"):
        matrix_of(run, "hessian", 1)
