"""The error of associations through random directions falls with their number, and is stated."""

import numpy as np
import pytest
import torch
from stages.unit_association.literal import convolutional, images_of, literal_input_gradient, split

from vestige.metrics.association import relative_error
from vestige.models.network import forward
from vestige.stages.input_gradients import Sampled, by_position
from vestige.stages.unit_association import associate, measured_layers


def off_diagonal(matrix):
    return matrix[~np.eye(len(matrix), dtype=bool)]


@pytest.mark.slow
def test_the_error_of_random_directions_falls_as_one_over_the_root_of_their_number_and_is_stated():
    network, images, drawn = convolutional(), split(8), 192
    layers = list(measured_layers(network))
    sampled = Sampled(network, layers, drawn, 0)
    pixels = images_of(images)
    with torch.no_grad():
        _, outputs = forward(network, pixels, layers)
        sampled.add(pixels, {name: by_position(network, each) for name, each in outputs.items()})
    counts, actual, stated = [1, 4, 16, 64], [], []
    for count in counts:
        misses, says = [], []
        for name in layers:
            each = torch.stack(sampled.sums[name]) / (len(pixels) * sampled.positions[name])
            truth = off_diagonal(literal_input_gradient(network, pixels, name))
            for group in each.split(count):
                missed = off_diagonal(group.mean(0)) - truth
                misses.append((missed.square().mean() / truth.square().mean()).item())
                says.append(relative_error(group) ** 2)
        actual.append(np.sqrt(np.mean(misses)))
        stated.append(np.sqrt(np.mean(says)))
    slope = np.polyfit(np.log(counts), np.log(actual), 1)[0]
    assert slope == pytest.approx(-0.5, abs=0.1)
    assert stated[2:] == pytest.approx(actual[2:], rel=0.35)
    assert np.isnan(stated[0])


def test_directions_are_asked_for_by_name_where_they_are_needed():
    with pytest.raises(ValueError, match=r"association\.directions: missing"):
        associate(convolutional(), split(8), None, None)


def test_the_error_of_a_single_direction_is_unknown_and_of_equal_ones_none():
    assert np.isnan(relative_error(torch.ones(1, 3, 3)))
    assert relative_error(torch.ones(4, 3, 3)) == 0
