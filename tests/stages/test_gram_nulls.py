"""Draws without relations between units: their vectors are those of the associations, and so are all lengths."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from stages.unit_association.literal import CLASSES, convolutional, images_of, literal, perceptron, settled, split

from vestige.data.loader import Split
from vestige.metrics.association import gram
from vestige.models import preactivation_resnet
from vestige.models.network import build
from vestige.stages.gram_nulls import add_nulls, choose_images, draw_nulls, pixel_directions, vectors_of
from vestige.stages.unit_association import NORMALISED, PLAIN, associate, label_associations, measured_layers


@pytest.fixture(autouse=True)
def one_thread():
    """As a study has it: more would wait for one another."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def settings(**changed):
    """Draws from all images, in as many coordinates as there are pixels."""
    return SimpleNamespace(**{"draws": 3, "images": 100, "directions": 64, "seed": 0} | changed)


def preactivation():
    return settled(build(preactivation_resnet.Settings(family="preactivation_resnet", width=2), 1, CLASSES, seed=1))


NETWORKS = {"perceptron": (perceptron, 4), "convolutional": (convolutional, 8), "preactivation": (preactivation, 8)}


@pytest.fixture(scope="module", params=NETWORKS)
def case(request):
    """A network, and images for it."""
    make, size = NETWORKS[request.param]
    return make(), split(size)


@pytest.fixture(scope="module")
def expected(case):
    """The associations of each layer, from explicit Jacobians and Hessians."""
    return {name: literal(*case, name) for name in measured_layers(case[0])}


def products(network, images, chosen):
    """(units, units) by gradient and layer the mean products of the vectors that are rotated."""
    pixels, layers = images_of(images), list(measured_layers(network))
    directions = pixel_directions(network, layers, images.input_shape, chosen)
    return {
        (measure, name): gram(vectors.movedim(-1, 1).flatten(0, 1)) / (len(pixels) * vectors.shape[2])
        for measure, name, vectors in vectors_of(network, pixels, layers, directions, torch.eye(CLASSES).double())
        if measure != "covariance"
    }


def test_products_of_the_vectors_are_associations_from_explicit_jacobians_and_hessians(case, expected):
    for (measure, name), found in products(*case, settings()).items():
        torch.testing.assert_close(found, expected[name][measure], rtol=1e-10, atol=1e-12)


def test_the_variances_and_lengths_of_what_is_drawn_are_those_of_the_associations(case, expected):
    drawn = draw_nulls(*case, settings())
    for name, measures in expected.items():
        for measure, each in measures.items():
            own = drawn[name][measure].diagonal(dim1=1, dim2=2)
            torch.testing.assert_close(own, each.diagonal().expand(3, -1), rtol=1e-10, atol=1e-12)


def test_draws_differ_from_each_other_and_with_the_seed(case):
    one, other = (draw_nulls(*case, settings(seed=seed, directions=4)) for seed in (0, 1))
    for name, measures in one.items():
        for measure, drawn in measures.items():
            assert len({each.sum().item() for each in (*drawn, *other[name][measure])}) == 6


def test_a_perceptron_needs_as_many_directions_as_its_first_layer_has_units():
    network, images = perceptron(), split()
    expected = associate(network, images, None, None).matrices
    for directions, is_exact in ((7, True), (6, False)):
        found = products(network, images, settings(directions=directions))
        for name in measured_layers(network):
            close = torch.allclose(found["input_gradient", name], expected[name]["input_gradient"], rtol=1e-10)
            assert close == is_exact


def test_of_more_logits_than_directions_random_mixtures_are_rotated():
    found = draw_nulls(perceptron((20,)), split(), settings(directions=2))["hidden1"]
    ranks = torch.linalg.matrix_rank(found["output_gradient"], hermitian=True)
    assert ranks.tolist() == [2] * 3


def test_the_last_layers_output_gradient_is_drawn_with_the_rank_of_the_logits():
    found = draw_nulls(perceptron((9, 20)), split(), settings())["hidden2"]["output_gradient"]
    assert torch.linalg.matrix_rank(found, hermitian=True).tolist() == [CLASSES] * 3


def test_the_batches_change_nothing_but_the_last_digits(case):
    network, images = case
    size = images.images.shape[-1]
    one, other = (draw_nulls(network, split(size, batch_size=each), settings(directions=4)) for each in (1, 6))
    for name, measures in one.items():
        for measure, drawn in measures.items():
            torch.testing.assert_close(drawn, other[name][measure], rtol=1e-9, atol=1e-13)


def test_a_dead_unit_stays_dead():
    network = perceptron()
    network.steps["hidden1"].bias[3] = -1e6
    drawn = draw_nulls(network, split(), settings())["hidden1"]
    assert not any(drawn[measure][:, 3].any() for measure in ("covariance", "input_gradient"))
    assert drawn["output_gradient"][:, 3].any()


def test_of_many_images_some_are_taken_at_random():
    chosen = choose_images(50, settings(images=7))
    assert sorted({*chosen.tolist()}) == chosen.tolist()
    assert len(chosen) == 7
    assert chosen.tolist() != choose_images(50, settings(images=7, seed=1)).tolist()
    network, images = perceptron(), split(count=50)
    alone = Split(images.images[chosen], images.labels[chosen], 4, images.mean, images.std)
    drawn, own = draw_nulls(network, images, settings(images=7)), associate(network, alone, None, None)
    for name, measures in drawn.items():
        for measure, each in measures.items():
            diagonal = own.matrices[name][measure].diagonal().expand(3, -1)
            torch.testing.assert_close(each.diagonal(dim1=1, dim2=2), diagonal, rtol=1e-10, atol=1e-12)


def test_in_a_result_draws_stand_beside_the_associations_of_the_same_pairs():
    network, images = perceptron(), split()
    found, drawn = associate(network, images, None, None), draw_nulls(network, images, settings())
    result = add_nulls(label_associations({0: found, 5: found}, measured_layers(network)), {0: drawn, 5: drawn})
    null = result["null_association"]
    assert null.dtype == np.float32
    assert {**null.sizes} == {"draw": 3, "epoch": 2, "plain_measure": 4, "pair": result.sizes["pair"]}
    same = (result["unit"] == result["unit_other"]).values
    own = result["association"].sel(measure=null["plain_measure"].values)[:, :, same].values
    assert null[:, :, :, same].values == pytest.approx(np.broadcast_to(own, (3, *own.shape)), rel=1e-6)
    pair = ((result["module"] == 2) & (result["unit"] == 1) & (result["unit_other"] == 4)).values
    expected = drawn["hidden2"]["output_hessian"][:, 1, 4].abs()
    assert null.sel(plain_measure="output_hessian")[:, 1, pair].values[:, 0] == pytest.approx(expected, rel=1e-6)
    assert not any(str(name).endswith(NORMALISED) for name in null["plain_measure"].values)


def test_draws_are_others_in_runs_of_other_seeds_with_the_same_units_own_associations(case):
    one, other = (next(iter(draw_nulls(*case, settings(), run).values())) for run in (0, 1))
    for measure in PLAIN:
        assert not torch.equal(one[measure], other[measure])
        own = [each.diagonal(dim1=-2, dim2=-1).abs() for each in (one[measure], other[measure])]
        torch.testing.assert_close(*own, rtol=1e-9, atol=1e-12)
