import pytest
from matplotlib.colors import to_hex


def test_training_has_no_accuracy_at_initialisation(results, draw):
    table = draw("regularised_accuracy", results("training"))[1]
    assert table.groupby("quantity")["epoch"].min().to_dict() == {"train_accuracy": 1, "val_accuracy": 0}


def test_the_table_holds_the_mean_over_seeds(results, draw):
    runs = results("training", ["suppressed"])
    table = draw("regularised_accuracy", runs)[1]
    row = table.query("quantity == 'val_accuracy' and epoch == 7")
    assert row["mean"].item() == pytest.approx(sum(run["val_accuracy"].sel(epoch=7).item() for run in runs) / 3)


def test_chance_is_one_of_the_number_of_classes(results, draw):
    runs = [run.isel({"class": range(4)}) for run in results("training")]
    figure, _ = draw("regularised_accuracy", runs)
    dotted = [line.get_ydata()[0] for ax in figure.axes for line in ax.get_lines() if line.get_linestyle() == ":"]
    assert 0.25 in dotted
    assert figure.legends[0].get_texts()[-1].get_text() == "chance (4 classes)"


def test_only_the_first_condition_without_penalty_is_black(results, draw):
    runs = [
        *results("training", ["suppressed", "baseline"]),
        *results("training", ["small"], alpha=0.0, start=0, stop=0, modules="", flip=0.5),
    ]
    figure, _ = draw("regularised_accuracy", runs)
    handles = dict(zip(["suppressed", "baseline", "small"], figure.legends[0].get_lines(), strict=False))
    black = [name for name, line in handles.items() if to_hex(line.get_color()) == to_hex("0.1")]
    assert black == ["baseline"]


def test_a_baseline_alone_can_be_drawn(results, draw):
    figure, _ = draw("regularised_accuracy", results("training"))
    assert [ax.get_title(loc="left") for ax in figure.axes] == ["Training", "Validation"]


@pytest.mark.parametrize(("given", "shown"), [({}, (0, 1.02)), ({"lowest": 0.6}, (0.6, 1.02))])
def test_accuracy_is_shown_in_full_unless_a_lower_end_is_given(results, draw, given, shown):
    figure, _ = draw("regularised_accuracy", results("training"), **given)
    assert [ax.get_ylim() for ax in figure.axes] == [shown, shown]


def test_chance_outside_the_axis_is_not_in_the_key(results, draw):
    figure, _ = draw("regularised_accuracy", results("training"), lowest=0.6)
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["no penalty"]
