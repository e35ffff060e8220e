"""Which lines and bands a figure draws of one or several seeds, and what its table and its caption say of them."""

from types import SimpleNamespace

import matplotlib.collections
import numpy as np
import pytest

from vestige.config.figure_rows import plot_module
from vestige.config.registry import FIGURES
from vestige.figures.drawing import bands_words, single_columns

BANDED = [name for name, row in FIGURES.items() if row.settings.draws_bands]


def test_the_table_holds_every_line_that_is_drawn(once_and_again):
    figure, table = once_and_again[0]
    drawn = [line.get_ydata() for ax in figure.axes for line in ax.get_lines() if len(line.get_ydata()) > 2]
    assert sorted(set(np.concatenate(drawn))) == pytest.approx(sorted(set(shown(table)["mean"])))


def shown(table):
    """The rows that are drawn as lines: slopes are numbers, and silent units have a panel only where there are any."""
    table = table[table["quantity"] != "slope"]
    return table if table["mean"][table["quantity"] == "silent"].any() else table[table["quantity"] != "silent"]


BAND = matplotlib.collections.FillBetweenPolyCollection
THIN = matplotlib.collections.LineCollection


def drawn_of(kind, figure) -> list:
    return [found for ax in figure.axes for found in ax.collections if isinstance(found, kind)]


def thin_curves(figure) -> list:
    """The values of every thin line."""
    return [curve[:, 1] for found in drawn_of(THIN, figure) for curve in found.get_segments()]


def test_a_few_seeds_are_drawn_one_by_one_and_no_band(once_and_again):
    figure, table = once_and_again[0]
    values = shown(table)[single_columns(table)].to_numpy()
    assert len(thin_curves(figure)) >= 3
    assert set(np.concatenate(thin_curves(figure))) <= set(values.ravel())
    assert not drawn_of(BAND, figure)


def test_one_seed_has_nothing_around_its_line(one_seed_one_epoch):
    figure, table = one_seed_one_epoch
    assert table[["low", "high"]].isna().all(axis=None)
    assert not drawn_of(BAND, figure)
    assert not thin_curves(figure)


@pytest.mark.parametrize(("seeds", "bands"), [(range(6), None), (range(3), "networks"), (range(3), "sd")])
def test_a_band_is_drawn_of_many_seeds_or_where_the_study_asks_for_one(results, draw, seeds, bands):
    figure, table = draw("regularised_accuracy", results("training", seeds=seeds), bands=bands)
    assert len(drawn_of(BAND, figure)) == 2  # training, validation
    assert not thin_curves(figure)
    assert not single_columns(table)


def test_the_mean_alone_can_be_drawn(results, draw):
    figure, table = draw("regularised_accuracy", results("training"), bands="none")
    assert not drawn_of((BAND, THIN), figure)
    assert table[["low", "high"]].isna().all(axis=None)


def test_a_seed_with_a_single_epoch_is_a_dot(results, draw):
    runs = [run.isel(epoch=[3]) for run in results("training", seeds=[0, 1])]
    figure, _ = draw("regularised_accuracy", runs)
    assert [len(ax.collections) for ax in figure.axes] == [2 + 1] * 2  # an empty collection of lines, and two dots


@pytest.mark.parametrize("name", BANDED)
def test_a_caption_says_which_bands_are_drawn(name):
    said = {bands: words_of(name, bands) for bands in ("seeds", "networks", "sd", "paper", "none")}
    assert "bands: 95 % Student t interval of that mean" in said["networks"]
    assert "bands: as in the paper" in said["paper"]
    assert "bands: one standard deviation over " in said["sd"]
    assert "no bands" in said["none"]
    assert "thin lines: single " in said["seeds"]
    assert "{" not in "".join(said.values())
    assert all(text.count("bands") == (bands != "seeds") for bands, text in said.items())


def words_of(name: str, bands: str | None, seeds: int = 2) -> str:
    """The caption of a figure of so many seeds."""
    settings = SimpleNamespace(bands=bands, draws_bands=True)
    return FIGURES[name].caption.format(bands=bands_words(plot_module(FIGURES[name].plot), settings, seeds))


def test_a_caption_says_that_one_network_alone_has_no_bands():
    assert "; no bands: each line is of a single network." in words_of("recovery", "networks", seeds=1)


@pytest.mark.parametrize("name", ["emergence", "emergence_by_block"])
def test_the_paper_s_bands_of_selectivity_are_drawn_of_one_network_too_and_said(results, draw, name):
    figure, _ = draw(name, results("selectivity", ["baseline"], [0]), bands="paper")
    assert drawn_of(BAND, figure)
    assert "bands: as in the paper" in words_of(name, "paper", seeds=1)


@pytest.mark.parametrize(("count", "words"), [(5, "thin lines: single networks"), (6, "95 % Student t interval")])
def test_a_caption_says_what_the_number_of_seeds_decides(results, draw, count, words):
    table = draw("class_representation", results("training", seeds=range(count)))[1]
    assert bool(single_columns(table)) == ("thin" in words)
    assert words in bands_words(None, FIGURES["class_representation"].settings(), count)


def test_a_figure_without_bands_has_no_words_for_them():
    assert bands_words(None, FIGURES["architecture"].settings(), 3) == ""


def test_the_paper_s_bands_are_twice_the_standard_error(results, draw):
    runs = results("training", seeds=[0, 1, 2])
    row = draw("regularised_accuracy", runs, bands="paper")[1].query("quantity == 'val_accuracy' and epoch == 7")
    values = [run["val_accuracy"].sel(epoch=7).item() for run in runs]
    assert (row["high"] - row["mean"]).item() == pytest.approx(2 * np.std(values) / np.sqrt(3))


def test_the_paper_s_bands_of_a_module_are_the_spread_of_spreads(results, draw):
    runs = results("selectivity", seeds=[0, 1])
    table = draw("emergence", runs, bands="paper")[1]
    row = table.query("quantity == 'selectivity' and module == 5 and epoch == 3")
    blocks = [
        np.concatenate(
            [run["selectivity"].sel(epoch=3).values[(run["module"] == 5) & (run["block"] == b)] for run in runs]
        )
        for b in (0, 1)
    ]
    expected = 2 * np.std([block.std() for block in blocks]) / np.sqrt(2)
    assert (row["high"] - row["mean"]).item() == pytest.approx(expected)
