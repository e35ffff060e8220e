"""What becomes of a network that diverged: it is at chance, and has no value of what cannot be measured."""

import pytest

from vestige.config.registry import FIGURES


def with_one_diverged(runs, epoch):
    """The second run without its epochs from one on."""
    runs = list(runs)
    runs[1] = runs[1].sel(epoch=runs[1]["epoch"] < epoch).assign(diverged=epoch)
    return runs


def test_its_accuracy_is_at_chance_from_then_on_and_counts_in_the_mean(results, draw):
    runs = with_one_diverged(results("training"), 5)
    table = draw("regularised_accuracy", runs)[1].query("quantity == 'val_accuracy'").set_index("epoch")
    assert table["seeds"].unique().tolist() == [3]
    others = [runs[place]["val_accuracy"].sel(epoch=9).item() for place in (0, 2)]
    assert table.loc[9, "mean"] == pytest.approx((sum(others) + 0.1) / 3)
    assert table.loc[4, "mean"] == pytest.approx(sum(run["val_accuracy"].sel(epoch=4).item() for run in runs) / 3)


def test_its_selectivity_counts_as_far_as_it_was_measured(results, draw):
    table = draw("emergence", with_one_diverged(results("selectivity"), 5))[1]
    assert table.query("quantity == 'selectivity'").groupby("epoch")["seeds"].max().to_dict() == {
        epoch: 3 if epoch < 5 else 2 for epoch in range(13)
    }


@pytest.mark.parametrize("bands", ["paper", pytest.param("networks", marks=pytest.mark.slow)])
def test_every_figure_can_be_drawn_with_it(figure_name, two_conditions, draw, bands):
    last = int(two_conditions[0]["epoch"].max()) if FIGURES[figure_name].kind != "network" else 0
    figure, table = draw(figure_name, with_one_diverged(two_conditions, last), bands=bands)
    assert not table.empty
    assert figure.axes
