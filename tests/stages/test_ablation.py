"""The ablation stage against hooks that zero channels in a whole forward, image for image."""

from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import xarray as xr

from vestige.data.arrays import Decoded, split_stratified
from vestige.foundation.random import generator
from vestige.stages.ablation import ablation
from vestige.stages.selectivity import selectivity
from vestige.stages.unit_ranking import halves

FRACTIONS = SimpleNamespace(fractions=(0.0, 0.25, 0.5, 0.75, 1.0), steps=None)
STEPS = SimpleNamespace(fractions=None, steps=(5, 9))
COUNTS = {16: [0, 4, 8, 12, 16], 32: [0, 8, 16, 24, 32], 64: [0, 16, 32, 48, 64], 128: [0, 32, 64, 96, 128]}


@pytest.fixture
def selective(run):
    """The selectivity result of the toy run."""
    return selectivity(run.settings(selectivity=SimpleNamespace(batch_size=64, epsilon=1e-6)), **run.inputs)


def measured(
    run, selective, protocol="fixed_orders", repeats=2, batch_size=32, grid=FRACTIONS, modules=(4, 5, 6, 7), **asked
):
    random = SimpleNamespace(protocol=protocol, repeats=repeats)
    said = {"epochs": (1, 2), "ranked_on": "same_images", "halves_seed": None} | asked
    asked = SimpleNamespace(modules=modules, grid=grid, random=random, batch_size=batch_size, **said)
    index = SimpleNamespace(batch_size=64, epsilon=1e-6)
    return ablation(run.settings(ablation=asked, selectivity=index), selectivity=selective, **run.inputs)


def correct(network, images, labels, zeroed):
    """How many images a whole forward classifies correctly, with hooks that zero the given channels of steps."""

    def zero(channels):
        def hook(module, given, output):
            output = output.clone()
            output[:, channels] = 0
            return output

        return hook

    hooks = [network.steps[name].register_forward_hook(zero(channels)) for name, channels in zeroed.items()]
    with torch.no_grad():
        logits = network.trunk(images)
    for hook in hooks:
        hook.remove()
    labels = torch.from_numpy(labels)[:, None]
    return [int((logits.topk(k).indices == labels).sum()) for k in (1, 5)]


def most_selective(selective, epoch, module, block):
    """Channels by falling selectivity, silent ones last, by sorting tuples."""
    here = selective.sel(epoch=epoch).isel(unit=(selective.module.values == module) & (selective.block.values == block))
    values = here["selectivity"].values
    return sorted(range(len(values)), key=lambda channel: (np.isnan(values[channel]), -values[channel], channel))


def oracle(run, network, order, module, count, batch_size):
    """Correct images of all batches; `order(block, batch)` gives the channels to zero, in order."""
    total = np.zeros(2, dtype=int)
    for number, start in enumerate(range(0, len(run.labels), batch_size)):
        rows = slice(start, start + batch_size)
        zeroed = {name: list(order(block, number)[:count]) for block, name in enumerate(network.modules[module])}
        total += correct(network, run.batch[rows], run.labels[rows], zeroed)
    return total


def counted(run, found, **where):
    """The accuracies of a point as numbers of images; they must be whole."""
    numbers = [float(found[name].sel(**where)) * len(run.labels) for name in ("accuracy", "accuracy_top5")]
    np.testing.assert_allclose(numbers, np.round(numbers), atol=1e-9)
    return np.round(numbers).astype(int)


def points(found, module):
    """(point, count) of a module."""
    return [(p, int(found.ablated[p])) for p in range(found.sizes["point"]) if found.module[p] == module]


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


HELD_OUT = {"ranked_on": "held_out_halves", "halves_seed": 3}


def of_rows(run, rows):
    """The images result of some validation images."""
    both = [{"train": each["train"], "val": each["val"][rows]} for each in (run.decoded.images, run.decoded.labels)]
    return run.described(Decoded(*both, run.decoded.class_names))


def selectivity_on(run, rows):
    """The selectivity result of the toy run as the stage measures it on some validation images alone."""
    settings = run.settings(selectivity=SimpleNamespace(batch_size=64, epsilon=1e-6))
    return selectivity(settings, **{**run.inputs, "images": of_rows(run, rows)})


@pytest.fixture
def split_in_two(run):
    """Rows of the validation images in either half, and the selectivity measured on each."""
    rows = list(split_stratified(run.labels, 0.5, HELD_OUT["halves_seed"]).values())
    return rows, [selectivity_on(run, each) for each in rows]


@pytest.mark.parametrize("module", [4, 5, 6, 7])
def test_an_image_is_classified_once_without_the_units_that_the_other_half_ranks_first(
    run, selective, split_in_two, module
):
    found, network = measured(run, selective, modules=(module,), **HELD_OUT).sel(epoch=2), run.network(2)
    for point, count in points(found, module):
        expected = np.zeros(2, dtype=int)
        for rows, ranking in zip(split_in_two[0], split_in_two[1][::-1], strict=True):
            first = {
                name: most_selective(ranking, 2, module, block)[:count]
                for block, name in enumerate(network.modules[module])
            }
            expected += correct(network, run.batch[rows], run.labels[rows], first)
        here = counted(run, found.isel(point=point), order="selective", repeat=0)
        np.testing.assert_array_equal(here, expected)


def test_ranking_on_held_out_halves_ablates_other_units_than_ranking_on_the_same_images(run, selective):
    same, held_out = (measured(run, selective, **asked).sel(order="selective") for asked in ({}, HELD_OUT))
    assert (same["accuracy"].isel(repeat=0) != held_out["accuracy"].isel(repeat=0)).any()


@pytest.mark.parametrize("protocol", ["fixed_orders", "redrawn_per_batch"])
def test_the_random_order_is_the_same_whatever_the_units_are_ranked_on(run, selective, protocol):
    same, held_out = (measured(run, selective, protocol, **asked).sel(order="random") for asked in ({}, HELD_OUT))
    xr.testing.assert_identical(same, held_out)


def test_redrawing_for_every_batch_averages_over_sets_of_units_that_fixed_orders_keep(run, selective):
    """In batches of one image, every image loses other units; where orders are fixed, the batches say nothing."""
    one, many = (
        [measured(run, selective, protocol, 1, batch_size=size, modules=(6,))["accuracy"] for size in (7, 35)]
        for protocol in ("fixed_orders", "redrawn_per_batch")
    )
    np.testing.assert_array_equal(*one)
    assert (many[0].sel(order="random") != many[1].sel(order="random")).any()


def test_halves_hold_as_many_images_of_every_class(run):
    half = halves(SimpleNamespace(**HELD_OUT), run.labels)
    counts = np.array([np.bincount(run.labels[half == one], minlength=6) for one in (0, 1)])
    assert np.abs(counts[0] - counts[1]).max() <= 1


def test_halves_depend_on_their_seed(run):
    one, other = (halves(SimpleNamespace(**HELD_OUT | {"halves_seed": seed}), run.labels) for seed in (0, 1))
    assert (one != other).any()


def test_a_half_with_a_single_class_cannot_rank_and_is_refused(run, selective):
    rows = np.concatenate([np.flatnonzero(run.labels == 2), np.flatnonzero(run.labels == 0)[:1]])
    alone = SimpleNamespace(**{**vars(run), "inputs": {**run.inputs, "images": of_rows(run, rows)}})
    with pytest.raises(ValueError, match=r"the images are all of class \[2\]"):
        measured(alone, selective, **HELD_OUT)


def test_the_toy_run_can_tell_right_from_wrong(run, selective):
    found = measured(run, selective).sel(epoch=2)
    assert found["accuracy"].isel(point=0).sel(order="selective", repeat=0) > 0.5
    assert len(np.unique(found["accuracy"].values)) > 20


def test_intact_and_empty_modules_are_the_same_in_every_order(run, selective):
    found = measured(run, selective)
    random = found["accuracy"].sel(order="random")
    first = found["accuracy"].sel(order="selective", repeat=0)
    for shared in (found.fraction == 0, found.fraction == 1):
        assert (random.where(shared, drop=True) == first.where(shared, drop=True)).all()
    intact = first.where(found.ablated == 0, drop=True)
    assert (intact == intact.isel(point=0)).all()


def test_selective_order_has_one_repeat_and_random_order_as_many_as_asked(run, selective):
    found = measured(run, selective, repeats=3)
    assert dict(found["accuracy"].sizes) == {"epoch": 2, "order": 2, "repeat": 3, "point": 20}
    assert found["accuracy"].sel(order="selective", repeat=[1, 2]).isnull().all()
    assert found["accuracy"].sel(order="random").notnull().all()


@pytest.mark.parametrize(
    ("grid", "counts"), [(FRACTIONS, COUNTS), (STEPS, {16: [0, 5, 8], 32: [0, 5, 10, 15, 16, 25]})]
)
def test_points_are_counts_and_shares_of_the_channels_of_a_block(run, selective, grid, counts):
    found = measured(run, selective, grid=grid, modules=(5, 4))
    assert found.module.values.tolist() == [5] * len(counts[32]) + [4] * len(counts[16])
    assert found.ablated.values.tolist() == counts[32] + counts[16]
    np.testing.assert_array_equal(
        found.fraction, np.array(counts[32] + counts[16]) / np.where(found.module == 5, 32, 16)
    )


def test_fixed_orders_are_those_of_any_batch_size_and_any_grid(run, selective):
    whole = measured(run, selective, modules=(5,))
    batched = measured(run, selective, batch_size=9, modules=(5, 4))
    np.testing.assert_array_equal(whole["accuracy"], batched["accuracy"].isel(point=batched.module == 5))
    coarse = measured(run, selective, modules=(5,), grid=SimpleNamespace(fractions=(0.0, 0.5), steps=None))
    np.testing.assert_array_equal(whole["accuracy"].isel(point=[0, 2]), coarse["accuracy"])


def test_repeats_are_independent_draws_that_more_repeats_do_not_change(run, selective):
    two, three = (measured(run, selective, repeats=repeats, modules=(6, 7)) for repeats in (2, 3))
    np.testing.assert_array_equal(
        two["accuracy"].sel(order="random"), three["accuracy"].sel(order="random", repeat=[0, 1])
    )
    assert (two["accuracy"].sel(order="random", repeat=0) != two["accuracy"].sel(order="random", repeat=1)).any()


def test_the_same_settings_give_the_same_bytes(run, selective):
    xr.testing.assert_identical(*(measured(run, selective, "redrawn_per_batch", modules=(6, 7)) for _ in range(2)))


def test_a_module_that_the_network_lacks_is_refused_by_name(run, selective):
    with pytest.raises(ValueError, match=r"ablation\.modules: the network has no module 3; it has \[4, 5, 6, 7\]"):
        measured(run, selective, modules=(4, 3))


def test_blocks_of_unequal_size_are_refused(run, selective):
    with pytest.raises(ValueError, match="blocks of module 6 have unequal numbers of channels"):
        measured(run, selective.isel(unit=slice(0, 250)), modules=(6,))


def test_every_variable_says_what_it_is_and_every_checkpoint_has_a_line_in_the_log(run, selective):
    run.noted.clear()
    found = measured(run, selective)
    assert all(found[name].attrs["long_name"] for name in found.variables)
    assert [line.split(":")[0] for line in run.noted] == ["epoch 1", "epoch 2"]
