"""The ablation stage against hooks that zero channels in a whole forward, image for image."""

from functools import partial

import numpy as np
import pytest
from stages.ablation.measured import correct, counted, measured, most_selective, points

from vestige.foundation.random import generator


def oracle(run, network, order, module, count, batch_size):
    """Correct images of all batches; `order(block, batch)` gives the channels to zero, in order."""
    total = np.zeros(2, dtype=int)
    for number, start in enumerate(range(0, len(run.labels), batch_size)):
        rows = slice(start, start + batch_size)
        zeroed = {name: list(order(block, number)[:count]) for block, name in enumerate(network.modules[module])}
        total += correct(network, run.batch[rows], run.labels[rows], zeroed)
    return total


@pytest.mark.parametrize("epoch", [1, 2])
@pytest.mark.parametrize("module", [4, 5, 6, 7])
def test_selective_ablation_classifies_the_same_images_as_hooks(run, selective, epoch, module):
    found, network = measured(run, selective, modules=(module,)).sel(epoch=epoch), run.network(epoch)
    for point, count in points(found, module):
        order = partial(most_selective, selective, epoch, module)
        expected = oracle(run, network, lambda block, _, order=order: order(block), module, count, 32)
        here = counted(run, found.isel(point=point), order="selective", repeat=0)
        np.testing.assert_array_equal(here, expected)


@pytest.mark.parametrize("protocol", ["fixed_orders", "redrawn_per_batch"])
@pytest.mark.parametrize("module", [4, 5, 6, 7])
def test_random_ablation_classifies_the_same_images_as_hooks(run, selective, protocol, module):
    found, network = measured(run, selective, protocol, modules=(module,)).sel(epoch=2), run.network(2)
    for point, count in points(found, module):
        channels = {4: 16, 5: 32, 6: 64, 7: 128}[module]
        for repeat in (0, 1):

            def order(block, batch, repeat=repeat, count=count, channels=channels):
                key = ("ablation", 7, 2, module, block, repeat)
                again = (batch, count) if protocol == "redrawn_per_batch" else ()
                return generator(*key, *again).permutation(channels)

            expected = oracle(run, network, order, module, count, 32)
            here = counted(run, found.isel(point=point), order="random", repeat=repeat)
            np.testing.assert_array_equal(here, expected)


def test_redrawing_for_every_batch_averages_over_sets_of_units_that_fixed_orders_keep(run, selective):
    """In batches of one image, every image loses other units; where orders are fixed, the batches say nothing."""
    one, many = (
        [measured(run, selective, protocol, 1, batch_size=size, modules=(6,))["accuracy"] for size in (7, 35)]
        for protocol in ("fixed_orders", "redrawn_per_batch")
    )
    np.testing.assert_array_equal(*one)
    assert (many[0].sel(order="random") != many[1].sel(order="random")).any()


def test_the_toy_run_can_tell_right_from_wrong(run, selective):
    found = measured(run, selective).sel(epoch=2)
    assert found["accuracy"].isel(point=0).sel(order="selective", repeat=0) > 0.5
    assert len(np.unique(found["accuracy"].values)) > 20
