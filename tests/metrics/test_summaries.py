"""What is read off one run, against means, curves and counts that are known."""

import numpy as np
import pytest
import xarray as xr

from vestige.metrics.summaries import ablation_curves, accuracies, block_means, module_means, over_representation

NAN = np.nan
FRACTIONS = np.array([0.0, 0.25, 0.5, 1.0])


def selective(values, module, block) -> xr.Dataset:
    """A selectivity result of one epoch."""
    return xr.Dataset(
        {"selectivity": (("epoch", "unit"), np.atleast_2d(values))},
        {"epoch": [3], "module": ("unit", module), "block": ("unit", block)},
    )


@pytest.mark.parametrize(("silent_units", "mean"), [("zero", 0.2), ("omit", 0.3)])
def test_a_silent_unit_counts_as_zero_or_not_at_all(silent_units, mean):
    means = module_means(selective([0.2, 0.4, NAN], [4, 4, 4], [0, 0, 0]), silent_units)
    assert means["selectivity"].item() == pytest.approx(mean)
    assert means["silent"].item() == pytest.approx(1 / 3)


def test_a_module_s_mean_is_over_units_of_a_block_and_then_over_blocks():
    means = module_means(selective([0.1, 0.3, 0.8], [5, 5, 5], [0, 0, 1]), "zero")
    assert means["selectivity"].item() == pytest.approx(0.5)


def test_a_block_that_is_all_silent_is_left_out_where_silent_units_are():
    means = module_means(selective([0.4, NAN, NAN], [4, 4, 4], [0, 1, 1]), "omit")
    assert means["selectivity"].item() == pytest.approx(0.4)


def test_modules_keep_apart():
    means = module_means(selective([0.1, 0.9], [7, 4], [0, 0]), "zero")
    assert means["selectivity"].sel(epoch=3).to_series().to_dict() == pytest.approx({4: 0.9, 7: 0.1})


@pytest.mark.parametrize(("silent_units", "mean", "spread"), [("zero", 0.2, 0.08**0.5 / 3**0.5), ("omit", 0.3, 0.1)])
def test_a_block_has_the_mean_and_the_population_spread_of_its_units(silent_units, mean, spread):
    means = block_means(selective([0.2, 0.4, NAN, 0.7], [4, 4, 4, 4], [0, 0, 0, 1]), silent_units)
    assert means["selectivity"].values[:, 0] == pytest.approx([mean, 0.7])
    assert means["spread"].values[:, 0] == pytest.approx([spread, 0])
    assert means["silent"].values[:, 0] == pytest.approx([1 / 3, 0])


def test_a_block_is_told_by_its_module_and_its_place_in_it():
    means = block_means(selective([0.1] * 5, [7, 4, 5, 5, 4], [0, 1, 0, 0, 0]), "zero")
    places = zip(*(means[name].values.tolist() for name in ("module", "block", "channels")), strict=True)
    assert list(places) == [(4, 0, 1), (4, 1, 1), (5, 0, 2), (7, 0, 1)]


def test_a_module_s_mean_is_that_of_its_blocks():
    draw = np.random.default_rng(0)
    run = selective(draw.random(30), np.repeat([4, 5, 5], 10), np.repeat([0, 0, 1], 10))
    blocks = block_means(run, "zero")["selectivity"].values[:, 0]
    assert module_means(run, "zero")["selectivity"].values[:, 0] == pytest.approx([blocks[0], blocks[1:].mean()])


def straight() -> xr.Dataset:
    """One epoch of ablation: the selective curve falls in a line to half; two random repeats lie on either side."""
    line = 0.8 * (1 - 0.5 * FRACTIONS)
    gap = np.array([0, 0.1, 0.1, 0.1])
    values = [[line, np.full(4, NAN)], [line + gap, line - gap]]
    dims = ("epoch", "order", "repeat", "point")
    on_point = {"module": [4] * 4, "ablated": (8 * FRACTIONS).astype(int), "fraction": FRACTIONS}
    return xr.Dataset(
        {"accuracy": (dims, [values]), "accuracy_top5": (dims, np.ones((1, 2, 2, 4)))},
        {"epoch": [5], "order": ["selective", "random"], "repeat": [0, 1]}
        | {name: ("point", value) for name, value in on_point.items()},
    )


def test_curves_are_means_over_repeats_normalised_to_their_largest_value():
    curves = ablation_curves(straight())["accuracy"]
    np.testing.assert_allclose(curves.sel(epoch=5), 2 * [[1, 0.875, 0.75, 0.5]])
    assert curves["ablated"].values.tolist() == [0, 2, 4, 8]


@pytest.mark.parametrize(("area", "expected"), [("integral", 0.75), ("sum", 1 + 0.875 + 0.75 + 0.5)])
def test_the_area_is_an_integral_over_the_fraction_or_the_sum_over_the_grid(area, expected):
    found = ablation_curves(straight(), area=area)["area"]
    np.testing.assert_allclose(found.sel(epoch=5, module=4), [expected, expected])


def test_top_5_accuracy_is_another_quantity():
    assert (ablation_curves(straight(), "accuracy_top5")["accuracy"] == 1).all()


def test_points_are_put_in_order_of_the_fraction():
    mixed = ablation_curves(straight().isel(point=[2, 0, 3, 1]))
    np.testing.assert_allclose(mixed["accuracy"]["fraction"], FRACTIONS)
    np.testing.assert_allclose(mixed["area"], 0.75)


@pytest.mark.parametrize(
    ("counts", "top", "expected"),
    [([5] * 10, 5, 1), ([50] + [0] * 9, 5, 2), ([50] + [0] * 9, 1, 10), ([4, 3, 2, 1], 2, 1.4), ([3, 1], 5, 1)],
)
def test_over_representation_is_the_mean_count_of_the_commonest_classes_against_an_even_spread(counts, top, expected):
    run = xr.Dataset({"predicted": (("epoch", "class"), [counts[::-1]])}, {"epoch": [2]})
    found = over_representation(run, top)
    assert found.dims == ("epoch",)
    assert found.sel(epoch=2).item() == pytest.approx(expected)


def test_a_network_that_diverged_is_at_chance_until_the_end_that_was_planned():
    run = xr.Dataset(
        {"train_accuracy": ("epoch", [np.nan, 0.5]), "val_accuracy": ("epoch", [0.2, 0.6])},
        {"epoch": [0, 1], "epochs": 3},
    )
    assert accuracies(run, 4).identical(run)
    found = accuracies(run.assign(diverged=2), 4)
    assert found["epoch"].values.tolist() == [0, 1, 2, 3]
    assert found["val_accuracy"].values.tolist() == [0.2, 0.6, 0.25, 0.25]
    assert found["train_accuracy"].values[2:].tolist() == [0.25, 0.25]
