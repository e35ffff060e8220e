import re

import numpy as np
import pytest
import xarray as xr
from matplotlib.colors import to_rgb

FRACTIONS = np.array([0.0, 0.25, 0.5, 1.0])


def straight(seed: int = 0, module: int = 4, top: float = 0.8) -> xr.Dataset:
    """One epoch: ablating the selective ones costs in proportion; the two random repeats lie on either side."""
    line = top * (1 - 0.5 * FRACTIONS)
    gap = np.array([0, 0.1, 0.1, 0.1])
    values = [[line, np.full(4, np.nan)], [line + gap, line - gap]]
    dims = ("epoch", "order", "repeat", "point")
    on_point = {"module": [module] * 4, "ablated": (8 * FRACTIONS).astype(int), "fraction": FRACTIONS}
    facts = {"condition": "baseline", "seed": seed, "alpha": 0.0, "start": 0, "stop": 0, "modules": "", "epochs": 12}
    return xr.Dataset(
        {"accuracy": (dims, [values]), "accuracy_top5": (dims, np.ones((1, 2, 2, 4)))},
        {"epoch": [5], "order": ["selective", "random"], "repeat": [0, 1], **facts}
        | {name: ("point", value) for name, value in on_point.items()},
    )


def areas(table) -> dict:
    return table[table["quantity"] == "area"].set_index("order")["mean"].to_dict()


@pytest.mark.parametrize(("area", "expected"), [("integral", 0.75), ("sum", 1 + 0.875 + 0.75 + 0.5)])
def test_areas_are_those_of_the_normalised_curve_of_each_order(draw, area, expected):
    table = draw("ablation_curves", [straight()], area=area)[1]
    assert areas(table) == pytest.approx({"selective": expected, "random": expected})


def test_curves_are_normalised_to_their_own_largest_value(draw):
    table = draw("ablation_curves", [straight(0), straight(1, top=0.4)])[1]
    curve = table.query("quantity == 'accuracy' and order == 'selective'")
    assert curve["mean"].tolist() == pytest.approx([1, 0.875, 0.75, 0.5])
    assert curve["ablated"].tolist() == [0, 2, 4, 8]


def test_top_5_accuracy_is_another_quantity(draw):
    table = draw("ablation_curves", [straight()], accuracy="top5")[1]
    assert table["mean"].tolist() == pytest.approx([1] * 10)


def test_modules_are_those_asked_for(results, draw):
    runs = results("ablation", seeds=[0], measured=[3])
    assert draw("ablation_curves", runs, modules=[7, 5])[1]["module"].unique().tolist() == [5, 7]


def test_a_module_that_was_not_ablated_is_refused_by_name(draw):
    with pytest.raises(ValueError, match="no module 7 was ablated; the results hold 4"):
        draw("ablation_curves", [straight()], modules=[4, 7])


@pytest.fixture(scope="module")
def sloped(draw):
    """Two networks, whose areas fall from 1 to 0.75 in the one and stay at 0.75 in the other, over four epochs."""
    flat = xr.concat([straight(seed=1), straight(seed=1).assign_coords(epoch=[9])], "epoch", coords="minimal")
    falling = xr.ones_like(flat).where(flat["epoch"] < 9, flat).assign_coords(seed=0)
    return draw("ablation_curves", [falling, flat])


def test_the_slope_of_the_areas_is_that_of_the_mean_over_networks(sloped):
    slopes = sloped[1].query("quantity == 'slope'")
    assert slopes[["module", "order", "seeds"]].values.tolist() == [[4, "selective", 2], [4, "random", 2]]
    assert slopes["mean"].tolist() == pytest.approx([-0.25 / 4 / 2] * 2)


def test_the_slope_has_the_interval_over_networks_whatever_is_drawn_around_lines(sloped):
    (low, high), *_ = sloped[1].query("quantity == 'slope'")[["low", "high"]].values.tolist()
    half = 12.706204736174698 * 0.25 / 4 / 2  # t of one degree of freedom, times the standard error of two
    assert (low, high) == pytest.approx((-0.25 / 4 / 2 - half, -0.25 / 4 / 2 + half))


def test_the_slope_is_said_in_points_an_epoch_beside_the_areas(sloped):
    (legend,) = [one for one in sloped[0].axes[0].artists if one.get_texts()]
    assert legend.get_title().get_text() == "slope (points an epoch)"
    assert [text.get_text() for text in legend.get_texts()] == ["−3.12 [−42.83, +36.58]"] * 2


def test_one_network_has_a_slope_without_an_interval(results, draw):
    figure, _ = draw("ablation_curves", results("ablation", seeds=[0], measured=(1, 2)), modules=[4])
    (legend,) = [one for one in figure.axes[0].artists if one.get_texts()]
    assert [re.sub(r"\d", "0", text.get_text()) for text in legend.get_texts()] == ["+0.00", "−0.00"]


def test_single_networks_are_drawn_of_the_first_and_the_last_curve_alone(results, draw):
    figure, _ = draw("ablation_curves", results("ablation", seeds=[0, 1, 2], measured=(1, 2, 5)), modules=[4])
    thin = [[found.get_color()[0] for found in ax.collections] for ax in figure.axes[:3]]
    assert [len(found) for found in thin] == [2, 2, 2]
    ends = [to_rgb(figure.axes[1].get_lines()[place].get_color()) for place in (0, -1)]
    assert [tuple(colour[:3]) for colour in thin[1]] == ends


def test_a_single_epoch_has_no_slope(draw):
    figure, table = draw("ablation_curves", [straight()])
    assert "slope" not in table["quantity"].tolist()
    assert not figure.axes[0].artists


def test_every_module_has_a_row_of_three_panels(results, draw):
    figure, _ = draw("ablation_curves", results("ablation", seeds=[0], measured=[3]), modules=[5, 6])
    titles = [ax.get_title(loc="left") for ax in figure.axes[:6]]
    assert titles == [
        title
        for module in (5, 6)
        for title in (f"module\N{NO-BREAK SPACE}{module}", "most selective first", "random order")
    ]


def test_every_measured_epoch_has_a_curve_and_a_field_in_the_key(results, draw):
    figure, _ = draw("ablation_curves", results("ablation", seeds=[0], measured=(1, 4, 9)), modules=[5])
    assert [len(ax.get_lines()) for ax in figure.axes[1:3]] == [3, 3]
    assert [text.get_text() for text in figure.axes[-1].get_xticklabels()] == ["1", "4", "9"]


def test_conditions_are_named_where_there_are_several(results, draw):
    runs = results("ablation", ["baseline", "suppressed"], seeds=[0], measured=(1, 2))
    figure, _ = draw("ablation_curves", runs, modules=[4])
    title = figure.axes[3].get_title(loc="left").replace("\N{NO-BREAK SPACE}", " ").replace("\n", " ")
    assert title == "module 4, α = −20 from epoch 0"
