"""Orders, repeats and points of ablation are those that were asked for, and the same whatever the batches are."""

from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from stages.ablation.measured import FRACTIONS, measured

STEPS = SimpleNamespace(fractions=None, steps=(5, 9))
COUNTS = {16: [0, 4, 8, 12, 16], 32: [0, 8, 16, 24, 32], 64: [0, 16, 32, 48, 64], 128: [0, 32, 64, 96, 128]}


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
