import numpy as np
import pytest
from unit_results import LAYERS, MEASURES, draw_units, make_beside, make_norms, make_trained, make_unit_runs


@pytest.fixture(scope="module")
def modularity():
    return draw_units("modularity_by_regularization", make_unit_runs("clustering"), make_beside())


def test_modularity_has_a_panel_a_measure_upstream_ones_first(modularity):
    titles = [ax.get_title(loc="left").replace("\n", " ") for ax in modularity[0].axes]
    assert len(titles) == len(MEASURES)
    assert titles[:3] == ["Covariance", "Covariance, normalised", "Input gradient"]


def test_the_table_has_the_mean_over_networks_of_the_mean_over_layers(modularity):
    table = modularity[1]
    row = table[(table["condition"] == "dropout_30") & (table["measure"] == "covariance")].iloc[0]
    assert row["mean"] == pytest.approx(0.1 + 0.12 + 0.01 + 0.01)
    assert (row["regularizer"], row["value"], row["seeds"]) == ("dropout", 0.3, 3)


def test_untrained_networks_have_their_mean_and_deviation_below(modularity):
    rows = modularity[1][modularity[1]["label"] == "untrained networks"]
    assert len(rows) == len(MEASURES)
    assert rows["mean"].tolist() == pytest.approx([0.1] * len(MEASURES))
    assert rows["sd"].tolist() == pytest.approx([np.std([0.09, 0.11] * 10, ddof=1)] * len(MEASURES))


def test_each_panel_has_a_line_a_regularizer_and_a_level_for_networks_without_any(modularity):
    lines = [len(line.get_xdata()) for line in modularity[0].axes[0].get_lines()]
    assert sorted(lines) == [2, 2, 2, 3]


def test_the_paper_s_bands_pool_networks_and_layers():
    _, table = draw_units("modularity_by_regularization", make_unit_runs("clustering"), make_beside(), bands="paper")
    row = table[(table["condition"] == "baseline") & (table["measure"] == "covariance")].iloc[0]
    pooled = [0.1 + 0.01 * seed + 0.02 * layer for seed in range(3) for layer in range(2)]
    assert row["high"] - row["mean"] == pytest.approx(np.std(pooled, ddof=1) / np.sqrt(6))


def test_layers_can_have_a_row_each():
    figure, table = draw_units("modularity_by_layer", make_unit_runs("clustering"), make_beside())
    assert len(figure.axes) == len(MEASURES) * len(LAYERS)
    both = table[(table["condition"] == "baseline") & (table["measure"] == "covariance")].set_index("layer")["mean"]
    assert both["2"] - both["1"] == pytest.approx(0.02)


def test_some_measures_can_be_chosen_and_an_unknown_one_is_named():
    figure, _ = draw_units(
        "clusters_by_regularization", make_unit_runs("clustering"), make_beside(), measures=["covariance"]
    )
    assert len(figure.axes) == 1
    with pytest.raises(ValueError, match="Input should be 'covariance', 'input_gradient'"):
        draw_units("clusters_by_regularization", make_unit_runs("clustering"), make_beside(), measures=["hessian"])


def test_what_is_left_out_is_said_in_the_key():
    beside = make_beside()
    beside["training"][0]["val_accuracy"][-1] = 0.5
    figure, table = draw_units("modularity_by_regularization", make_unit_runs("clustering"), beside)
    says = [text.get_text() for text in figure.legends[0].get_texts()]
    assert any("left out: 1 network" in text for text in says)
    assert table[(table["condition"] == "baseline")]["seeds"].tolist() == [2] * len(MEASURES)


def test_depth_shows_the_strongest_of_each_regularizer_and_networks_without_any():
    figure, table = draw_units("modularity_by_depth", make_unit_runs("clustering"), make_beside())
    lines = ["no regularization", "dropout 0.5", "L2 0.01", "L1 0.01", "untrained networks"]
    assert sorted(set(table["line"])) == sorted(lines)
    assert [line.get_xdata().tolist() for line in figure.axes[0].get_lines()][0] == [0, 1]


def test_histograms_count_every_untrained_network_and_mark_trained_ones():
    figure, table = draw_units("untrained_modularity", make_unit_runs("clustering"), make_beside())
    assert len(table[table["seed"].isna()]) == 20 * len(MEASURES) * len(LAYERS)
    assert len(table[table["seed"].notna()]) == 3 * len(MEASURES) * len(LAYERS)
    counts = sum(patch.get_xy()[:, 1].max() for patch in figure.axes[0].patches)
    assert counts == 20  # ten networks in the fullest bin of each layer


def test_histograms_are_drawn_though_no_trained_network_is_accurate():
    runs = make_unit_runs("clustering")
    training = [make_trained(run["condition"].item(), run["seed"].item(), accuracy=0.5) for run in runs]
    beside = make_beside() | {"training": training}
    _, table = draw_units("untrained_modularity", runs, beside)
    assert len(table) == 20 * len(MEASURES) * len(LAYERS)


def test_untrained_networks_must_be_there_to_be_counted():
    with pytest.raises(ValueError, match="name a set of them under untrained"):
        draw_units("untrained_modularity", make_unit_runs("clustering"), make_beside() | {"untrained": []})


def test_norms_are_sums_over_all_weights_and_the_share_near_zero_is_weighted_by_size():
    from vestige.figures.performance_and_norms import norms

    found = {name: float(value) for name, value in norms(make_norms("baseline", 0)).items()}
    assert found == pytest.approx({"squares": 3, "magnitudes": 30, "nuclear": 7, "small": 25 / 400})
