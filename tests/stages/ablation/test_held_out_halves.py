"""Each half of the images is classified without the units that the other half ranks first."""

from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from stages.ablation.measured import correct, counted, measured, most_selective, points

from vestige.data.arrays import Decoded, split_stratified
from vestige.stages.selectivity import selectivity
from vestige.stages.unit_ranking import halves

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
