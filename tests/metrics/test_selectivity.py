"""The selectivity index against closed forms, and the mean that training penalises against a loop in float64."""

import numpy as np
import pytest
import torch

from vestige.metrics.selectivity import (
    batch_selectivity,
    class_responses,
    mean_selectivity,
    membership,
    other_classes,
    selectivity_index,
    spatial_means,
)

EPSILON = 1e-6


def member(labels, dtype=torch.float64):
    """The membership of images by the classes that there are."""
    return membership(labels, labels.unique(), dtype)


def drawn(*shape):
    return torch.rand(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(sum(shape)))


@pytest.mark.parametrize("kind", [np.array, torch.tensor])
@pytest.mark.parametrize(
    ("largest", "rest", "epsilon", "index"),
    [(3.0, 1.0, 0.0, 0.5), (2.0, 2.0, 0.0, 0.0), (5.0, 0.0, 0.0, 1.0), (1.0, 0.0, 1.0, 0.5), (0.0, 0.0, 1e-6, 0.0)],
)
def test_the_index_is_the_contrast_of_the_largest_and_the_rest(kind, largest, rest, epsilon, index):
    assert selectivity_index(kind([largest]), kind([rest]), epsilon) == pytest.approx(index)


@pytest.mark.parametrize("kind", [np.array, torch.tensor])
def test_the_rest_is_the_mean_over_the_other_classes(kind):
    responses = kind([[6.0, 0.0], [1.0, 9.0], [2.0, 3.0]])
    assert other_classes(responses, kind([6.0, 9.0])).tolist() == [1.5, 1.5]


def test_a_response_is_the_mean_over_space():
    activations = drawn(3, 4, 5, 6)
    torch.testing.assert_close(spatial_means(activations), activations.mean((2, 3)))


@pytest.mark.parametrize(
    ("labels", "reduction", "index"),
    [
        ([0, 1, 2, 3], "mean", 0),
        ([0, 0, 1, 2], "mean", 0),
        ([0, 1, 2, 3], "sum", 0),
        ([0, 0, 1, 2], "sum", (2 - 1) / (2 + 1)),
        ([0, 0, 0, 7], "sum", (3 - 1) / (3 + 1)),
    ],
)
def test_a_constant_unit_is_selective_only_for_sums_over_classes_of_unequal_size(labels, reduction, index):
    found = batch_selectivity(torch.ones(4, 1, dtype=torch.float64), member(torch.tensor(labels)), reduction, EPSILON)
    assert found.item() == pytest.approx(index, abs=1e-6)


@pytest.mark.parametrize(("classes", "floor"), [(1000, 0.45), (100, 0.46), (10, 0.15)])
def test_sums_lend_a_constant_unit_an_index_in_batches_of_256_and_means_lend_it_none(classes, floor):
    draws = torch.randint(classes, (200, 256), generator=torch.Generator().manual_seed(0))
    found = {
        reduction: np.mean(
            [batch_selectivity(torch.ones(256, 1).double(), member(each), reduction, EPSILON).item() for each in draws]
        )
        for reduction in ("sum", "mean")
    }
    assert found == {"sum": pytest.approx(floor, abs=0.01), "mean": pytest.approx(0, abs=1e-6)}


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_a_unit_that_responds_to_one_class_alone_has_index_one(reduction):
    labels = torch.tensor([0, 1, 1, 4, 4, 4])
    responses = (labels == 4).double()[:, None]
    assert batch_selectivity(responses, member(labels), reduction, EPSILON).item() == pytest.approx(1, abs=1e-6)


def test_classes_absent_from_a_batch_are_left_out():
    responses, labels = drawn(6, 3), torch.tensor([5, 2, 5, 9, 2, 2])
    renamed = torch.tensor([1, 0, 1, 2, 0, 0])
    assert class_responses(responses, member(labels), "mean").shape == (3, 3)
    torch.testing.assert_close(
        batch_selectivity(responses, member(labels), "mean", EPSILON),
        batch_selectivity(responses, member(renamed), "mean", EPSILON),
        rtol=0,
        atol=0,
    )


def test_modules_count_alike_and_so_do_their_blocks_however_wide():
    labels = torch.tensor([0, 1])
    selective, constant = torch.tensor([[1.0], [0.0]]), torch.ones(2, 7)
    modules = [[selective, constant], [constant.repeat(1, 3)], [selective]]
    assert mean_selectivity(modules, member(labels, torch.float32), "mean", 0.0).item() == pytest.approx(
        (1 / 2 + 0 + 1) / 3
    )


def test_a_batch_of_one_class_has_mean_zero_and_does_not_pull():
    responses = drawn(4, 3).requires_grad_()
    mean = mean_selectivity([[responses]], member(torch.tensor([2, 2, 2, 2])), "sum", EPSILON)
    assert mean.item() == 0
    assert not mean.requires_grad


def looped(modules, labels, reduction, epsilon):
    """Equation 2 as one would do it by hand: over modules, blocks, channels, classes and images."""
    of_modules = []
    for blocks in modules:
        of_blocks = []
        for block in blocks:
            indices = []
            for channel in range(block.shape[1]):
                by_class = {}
                for response, label in zip(block[:, channel].tolist(), labels.tolist(), strict=True):
                    by_class.setdefault(label, []).append(response)
                found = [sum(each) / (len(each) if reduction == "mean" else 1) for each in by_class.values()]
                others = sorted(found)[:-1]
                largest, rest = max(found), sum(others) / len(others)
                indices.append((largest - rest) / (largest + rest + epsilon))
            of_blocks.append(sum(indices) / len(indices))
        of_modules.append(sum(of_blocks) / len(of_blocks))
    return sum(of_modules) / len(of_modules)


MODULES = [[(20, 4)], [(20, 6), (20, 5)], [(20, 3), (20, 2), (20, 1)]]


@pytest.mark.parametrize("classes", [2, 5, 40])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_the_mean_agrees_with_a_loop_over_single_images(reduction, classes):
    labels = torch.randint(classes, (20,), generator=torch.Generator().manual_seed(classes))
    modules = [[torch.relu(drawn(*shape) - 0.2) for shape in blocks] for blocks in MODULES]
    found = mean_selectivity(modules, member(labels), reduction, EPSILON).item()
    assert found == pytest.approx(looped(modules, labels, reduction, EPSILON), abs=1e-12)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_the_gradient_of_the_mean_agrees_with_finite_differences(reduction):
    labels = torch.tensor([3, 0, 3, 1, 1, 3])
    inputs = [(drawn(6, 2, 2, 3) + 0.1).requires_grad_(), (drawn(6, 4, 3, 2) + 0.1).requires_grad_()]

    def mean(*activations):
        return mean_selectivity([[spatial_means(each)] for each in activations], member(labels), reduction, EPSILON)

    assert torch.autograd.gradcheck(mean, inputs)


def test_descending_along_the_gradient_lowers_the_mean():
    responses, labels = drawn(12, 5).requires_grad_(), torch.arange(12) % 4
    before = mean_selectivity([[responses]], member(labels), "mean", EPSILON)
    (gradient,) = torch.autograd.grad(before, responses)
    assert mean_selectivity([[responses - 0.01 * gradient]], member(labels), "mean", EPSILON) < before
