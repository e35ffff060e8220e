"""The selectivity stage, which runs networks in float32, against a loop over single images with hooks in float64."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
import xarray as xr

from vestige.data.arrays import Decoded
from vestige.stages.selectivity import selectivity

EPSILON, TOLERANCE = 1e-6, 1e-5


def measured(run, batch_size=16, **changed):
    settings = run.settings(selectivity=SimpleNamespace(batch_size=batch_size, epsilon=EPSILON))
    return selectivity(settings, **{**run.inputs, **changed})


def oracle(run, epoch):
    """Class means of every unit, one image at a time: {(module, block): (classes, channels)}."""
    network, kept = run.network(epoch, torch.float64), {}
    blocks = {name: (module, block) for module, names in network.modules.items() for block, name in enumerate(names)}
    hooks = [
        network.steps[name].register_forward_hook(lambda _, given, output, place=place: kept.update({place: output}))
        for name, place in blocks.items()
    ]
    responses = {place: {label: [] for label in range(6)} for place in blocks.values()}
    for image, label in zip(run.batch.double(), run.labels, strict=True):
        with torch.no_grad():
            network.trunk(image[None])
        for place, output in kept.items():
            responses[place][int(label)].append(output[0].mean((1, 2)).numpy())
    for hook in hooks:
        hook.remove()
    return {place: np.array([np.mean(each, axis=0) for each in rows.values()]) for place, rows in responses.items()}


@pytest.mark.parametrize("epoch", [0, 1, 2])
def test_every_unit_agrees_with_a_loop_over_single_images(run, epoch):
    found = measured(run).sel(epoch=epoch)
    for (module, block), means in oracle(run, epoch).items():
        here = found.isel(unit=(found.module.values == module) & (found.block.values == block))
        largest = means.max(0)
        rest = (means.sum(0) - largest) / 5
        expected = np.where(largest == 0, np.nan, (largest - rest) / (largest + rest + EPSILON))
        heard = largest > 1e-4 * largest.max()  # what is smaller is made of the last bits of larger numbers
        assert heard.sum() > 0.9 * (largest > 0).sum()
        np.testing.assert_allclose(here["selectivity"][heard], expected[heard], rtol=0, atol=TOLERANCE)
        np.testing.assert_allclose(here["response_max"], largest, rtol=0, atol=1e-6 * largest.max())
        np.testing.assert_allclose(here["response_rest"], rest, rtol=0, atol=1e-6 * largest.max())
        np.testing.assert_array_equal(here["preferred_class"], np.where(largest == 0, -1, means.argmax(0)))


def test_units_are_labelled_by_module_block_and_channel(run):
    found = measured(run)
    expected = [
        (module, block, channel)
        for module, blocks, channels in [(4, 1, 16), (5, 2, 32), (6, 3, 64), (7, 1, 128)]
        for block in range(blocks)
        for channel in range(channels)
    ]
    assert list(zip(*(found[name].values.tolist() for name in ("module", "block", "channel")), strict=True)) == expected


def test_a_silent_unit_has_no_selectivity_and_prefers_no_class(run):
    found = measured(run).sel(epoch=1)
    silent = found.isel(unit=(found.module.values == 5) & (found.block.values == 0) & (found.channel.values == 3))
    assert silent["response_max"] == 0
    assert np.isnan(silent["selectivity"])
    assert silent["preferred_class"] == -1
    assert (np.isnan(found["selectivity"]) == (found["preferred_class"] == -1)).all()


@pytest.mark.parametrize("batch_size", [1, 7, 70, 1000])
def test_the_batch_size_changes_no_bit(run, batch_size):
    xr.testing.assert_identical(measured(run), measured(run, batch_size))


def test_the_order_of_the_images_does_not_matter_beyond_rounding(run):
    order = np.random.default_rng(0).permutation(len(run.labels))
    both = [{"train": each["train"], "val": each["val"][order]} for each in (run.decoded.images, run.decoded.labels)]
    reordered = run.described(Decoded(*both, run.decoded.class_names))
    xr.testing.assert_allclose(measured(run), measured(run, images=reordered), rtol=0, atol=TOLERANCE)


def test_a_single_class_has_no_index_and_is_refused(run):
    one = run.labels == 2
    both = [{"train": each["train"], "val": each["val"][one]} for each in (run.decoded.images, run.decoded.labels)]
    with pytest.raises(ValueError, match="all of class"):
        measured(run, images=run.described(Decoded(*both, run.decoded.class_names)))


def test_the_same_settings_give_the_same_bytes(run):
    xr.testing.assert_identical(measured(run), measured(run))


def test_every_variable_says_what_it_is_and_every_checkpoint_has_a_line_in_the_log(run):
    found = measured(run)
    assert all(found[name].attrs["long_name"] for name in found.variables)
    assert [line.split(":")[0] for line in run.noted] == ["epoch 0", "epoch 1", "epoch 2"]
