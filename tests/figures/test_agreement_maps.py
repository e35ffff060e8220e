import numpy as np
import pytest
from unit_results import MEASURES, draw_units, make_agreement, make_beside, make_unit_runs

from vestige.figures.agreement_tables import pick_evenly, value_words
from vestige.figures.heat_map import format_short


@pytest.fixture(scope="module")
def everything():
    return draw_units("agreement", make_unit_runs("agreement"), make_beside(), panel=[2, 2])


def cell(table, panel: str, one: str, other: str):
    rows = table[(table["panel"] == panel) & (table["measure"] == one) & (table["measure_other"] == other)]
    return rows.iloc[0]


@pytest.mark.parametrize(
    ("panel", "within", "across"),
    [("after training", 0.6, 0.3), ("untrained", 0.4, 0.2), ("after training − untrained", 0.2, 0.1)],
)
def test_agreement_is_the_mean_over_networks_and_layers(everything, panel, within, across):
    assert cell(everything[1], panel, "covariance", "input_gradient")["similarity"] == pytest.approx(within)
    assert cell(everything[1], panel, "covariance", "output_gradient")["similarity"] == pytest.approx(across)


def test_floor_and_ceiling_stand_beside_every_value(everything):
    row = cell(everything[1], "after training", "covariance", "output_gradient")
    assert (row["expected"], row["ceiling"], row["networks"]) == (pytest.approx(0.25), pytest.approx(0.8), 24)


def test_floor_and_ceiling_are_marked_on_the_colour_bar(everything):
    texts = [text.get_text() for ax in everything[0].axes for text in ax.texts]
    assert {"chance", "ceiling"} <= set(texts)


def test_each_strength_has_a_panel_a_row_for_each_regularizer():
    figure, table = draw_units("agreement_by_strength", make_unit_runs("agreement"), make_beside(), panel=[2, 2])
    titles = [
        ax.get_title(loc="left").replace("\n", " ").replace("\xa0", " ")
        for ax in figure.axes
        if ax.get_title(loc="left")
    ]
    assert titles == [
        "L2 $10^{-4}$",
        "L2 $10^{-2}$",
        "L1 $10^{-4}$",
        "L1 $10^{-2}$",
        "dropout 0.1",
        "dropout 0.3",
        "dropout 0.5",
    ]
    assert table.groupby("panel")["networks"].first().tolist() == [3] * 7


def test_untrained_networks_of_the_first_layer_can_be_subtracted_from_every_one_as_the_authors_do():
    beside = make_beside()
    beside["untrained"][0]["similarity"].loc[{"layer": "2"}] += 0.1
    both = {
        subtract: draw_units(
            "agreement_by_layer", make_unit_runs("agreement"), beside, panel=[2, 2], subtract=subtract
        )[1]
        for subtract in ("same_layer", "first_layer")
    }
    panel = "layer 2 − untrained"
    last = {name: table[table["panel"] == panel].iloc[-2] for name, table in both.items()}
    assert last["first_layer"]["similarity"] - last["same_layer"]["similarity"] == pytest.approx(0.1)


def test_at_most_four_strengths_are_shown_evenly_spaced():
    assert pick_evenly([*range(10)]) == [0, 3, 6, 9]
    assert pick_evenly([1, 2]) == [1, 2]


def test_numbers_in_fields_are_short():
    assert [format_short(each) for each in (0.58, -0.031, 1.0, 0.0)] == [".58", "−.03", "1", ".00"]


def test_a_strength_is_a_power_of_ten_or_a_share():
    assert (value_words("l2", 10**-2.5), value_words("dropout", 0.3)) == ("$10^{-2.5}$", "0.3")


def test_correlations_of_statistics_are_pearson_s_over_pairs_of_measures():
    from vestige.figures.agreement_of_statistics import STATISTICS, correlations

    run, names = make_agreement("baseline", 0), MEASURES
    found = correlations(run, names)
    pairs = np.triu_indices(len(names), 1)
    stacked = [run[name].isel(epoch=-1, layer=1).values[pairs] for name in STATISTICS]
    np.testing.assert_allclose(found[1], np.corrcoef(stacked), atol=1e-12)


def test_a_pair_without_a_value_is_left_out_of_the_correlations_of_its_layer_alone():
    from vestige.figures.agreement_of_statistics import STATISTICS, correlations

    run, names = make_agreement("baseline", 0), MEASURES
    lacking = run.copy(deep=True)
    lacking["adjusted"][{"layer": 0, "measure": 0, "measure_other": 1}] = np.nan
    pairs = [each[1:] for each in np.triu_indices(len(names), 1)]
    stacked = [run[name].isel(epoch=-1, layer=0).values[tuple(pairs)] for name in STATISTICS]
    np.testing.assert_allclose(correlations(lacking, names)[0], np.corrcoef(stacked), atol=1e-12)
    np.testing.assert_allclose(correlations(lacking, names)[1], correlations(run, names)[1], atol=1e-12)


def test_a_statistic_that_does_not_vary_has_no_correlation():
    run = make_agreement("baseline", 0)
    run["overlap"][:] = 0.5
    figure, table = draw_units("agreement_of_statistics", [run], make_beside())
    row = table[(table["statistic"] == "overlap") & (table["statistic_other"] == "similarity")].iloc[0]
    assert np.isnan(row["correlation"])
    assert row["networks_and_layers"] == 0
