import pytest
from pydantic import ValidationError


def test_a_pair_is_looked_up_in_the_matrix(results, draw):
    runs = results("cka")
    table = draw("linearity", runs, pairs=[[5, "fc"]])[1]
    own = [run["cka"].sel(epoch=3, layer="5", layer_other="fc").item() for run in runs]
    assert table.query("epoch == 3")["mean"].item() == pytest.approx(sum(own) / 3)


@pytest.mark.parametrize("pair", [["4", "7"], [4, "7th"], [4]])
def test_a_layer_is_the_number_of_a_module_or_the_name_of_the_head(results, draw, pair):
    with pytest.raises(ValidationError):
        draw("linearity", results("cka"), pairs=[pair])


def test_a_head_of_another_name_is_looked_up_and_one_that_is_not_there_is_refused(results, draw):
    named = {"layer": ["4", "5", "6", "7", "classifier"], "layer_other": ["4", "5", "6", "7", "classifier"]}
    runs = [run.assign_coords(named) for run in results("cka")]
    assert draw("linearity", runs, pairs=[[4, "classifier"]])[1]["pair"].unique().tolist() == ["module 4 – classifier"]
    with pytest.raises(ValueError, match="no layer fc; the results hold 4, 5, 6, 7, classifier"):
        draw("linearity", runs, pairs=[[4, "fc"]])


@pytest.mark.parametrize("layer", [4, "fc"])
def test_a_layer_with_itself_is_refused(results, draw, layer):
    with pytest.raises(ValidationError, match="two different layers"):
        draw("linearity", results("cka", seeds=[0]), pairs=[[layer, layer]])


def test_pairs_keep_their_order_and_are_named(results, draw):
    figure, table = draw("linearity", results("cka"), pairs=[[4, "fc"], [4, 7], [5, 6]])
    names = ["module 4 – fc", "module 4 – module 7", "module 5 – module 6"]
    assert table["pair"].unique().tolist() == names
    assert [text.get_text() for text in figure.legends[0].get_texts()] == names


def test_a_layer_that_was_not_measured_is_refused_by_name(results, draw):
    with pytest.raises(ValueError, match="no layer 3; the results hold 4, 5, 6, 7, fc"):
        draw("linearity", results("cka"), pairs=[[3, 7]])


def test_a_similarity_below_zero_stays_in_the_panel(results, draw):
    runs = [run.assign(cka=run["cka"] - 0.5) for run in results("cka")]
    figure, table = draw("linearity", runs)
    assert figure.axes[0].get_ylim()[0] <= table["mean"].min() < 0


def test_every_condition_has_a_panel(results, draw):
    figure, _ = draw("linearity", results("cka", ["baseline", "suppressed"]))
    assert len(figure.axes) == 2
