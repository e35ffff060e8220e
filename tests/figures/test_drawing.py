import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import matplotlib.collections
import numpy as np
import pytest

import vestige.figures
from vestige.config.figure_rows import plot_module
from vestige.config.registry import FIGURES
from vestige.figures.drawing import bands_words, figure_bytes, fold_text, mark_preview, single_columns
from vestige.figures.legends import key_columns

EVERY = [path.stem for path in Path(vestige.figures.__path__[0]).glob("[a-z]*.py")]
BANDED = [name for name, row in FIGURES.items() if row.settings.draws_bands]


@pytest.mark.slow
def test_a_figure_has_the_same_pixels_each_time(once_and_again):
    first, second = (figure_bytes(figure, "png", dpi=50) for figure, _ in once_and_again)
    assert first == second


@pytest.mark.slow
@pytest.mark.parametrize(
    "figure_name", ["ablation_curves", "emergence_by_block", "class_representation"], indirect=True
)
def test_a_pdf_has_the_same_bytes_each_time(once_and_again):
    first, second = (figure_bytes(figure, "pdf") for figure, _ in once_and_again)
    assert first == second


def test_a_pdf_bears_no_date_and_text_that_can_be_edited(results, draw):
    figure, _ = draw("linearity", results("cka"))
    assert b"Date" not in figure_bytes(figure, "pdf")
    assert b"CIDFontType2" in figure_bytes(figure, "pdf")


def test_writing_the_pdf_first_leaves_the_png_as_it_is(results, draw):
    figure, _ = draw("regularised_selectivity", results("selectivity"))
    before = figure_bytes(figure, "png", dpi=80)
    figure_bytes(figure, "pdf")
    assert figure_bytes(figure, "png", dpi=80) == before


def test_the_same_table_comes_each_time(once_and_again):
    first, second = (table.to_csv() for _, table in once_and_again)
    assert first == second


@pytest.mark.slow
def test_figures_that_share_a_drawing_show_the_same_of_the_same_runs(siblings, small, draw):
    runs = small(siblings[0], ["promoted_by_1_once"], seeds=[0])
    first, second = (draw(name, runs)[1].to_csv() for name in siblings)
    assert first == second


def test_the_table_holds_every_line_that_is_drawn(once_and_again):
    figure, table = once_and_again[0]
    drawn = [line.get_ydata() for ax in figure.axes for line in ax.get_lines() if len(line.get_ydata()) > 2]
    assert sorted(set(np.concatenate(drawn))) == pytest.approx(sorted(set(shown(table)["mean"])))


def shown(table):
    """The rows that are drawn as lines: slopes are numbers, and silent units have a panel only where there are any."""
    table = table[table["quantity"] != "slope"]
    return table if table["mean"][table["quantity"] == "silent"].any() else table[table["quantity"] != "silent"]


def test_every_condition_is_named_in_the_figure(once_and_again):
    figure, _ = once_and_again[0]
    said = " ".join(text.get_text() for text in figure.findobj(matplotlib.text.Text)).replace("\N{NO-BREAK SPACE}", " ")
    for words in ("no penalty", "α = −20", "from epoch 5"):
        assert words in said.replace("\n", " ")


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


def test_a_single_epoch_can_be_drawn(two_conditions, one_seed_one_epoch):
    figure, table = one_seed_one_epoch
    assert table["epoch"].unique().tolist() == two_conditions[0]["epoch"][[1]].values.tolist()
    assert figure_bytes(figure, "png", dpi=20).startswith(b"\x89PNG")


def test_no_figure_stays_open_and_no_style_stays_set(once_and_again):
    import matplotlib.pyplot as plt

    assert once_and_again
    assert plt.get_fignums() == []
    now, before = (set(map(str, each.items())) for each in (matplotlib.rcParams, matplotlib.rcParamsOrig))
    assert {name for name in now - before if "backend" not in name} == set()


def test_the_caller_s_style_changes_nothing(results, draw):
    runs = results("cka")
    plain = figure_bytes(draw("linearity", runs)[0], "png")
    with matplotlib.rc_context({"font.size": 20, "lines.linewidth": 9, "figure.dpi": 33}):
        assert figure_bytes(draw("linearity", runs)[0], "png") == plain


def test_runs_of_different_length_share_an_axis(results, draw):
    runs = [*results("training", epochs=12), *results("training", ["suppressed"], epochs=6)]
    figure, table = draw("regularised_accuracy", runs)
    assert table.groupby("condition")["epoch"].max().to_dict() == {"baseline": 12, "suppressed": 6}
    assert all(ax.get_xlim()[1] > 12 for ax in figure.axes)


def test_a_proof_travels_in_the_png(results, draw):
    figure, _ = draw("linearity", results("cka"))
    assert b"proof\0{}" in figure_bytes(figure, "png", dpi=50, metadata={"proof": "{}"})


def test_the_settings_of_figures_are_known_without_loading_what_draws():
    names = "; ".join(f"import vestige.figures.{name}" for name in EVERY)
    heavy = "{'torch', 'matplotlib', 'seaborn', 'pandas', 'xarray', 'scipy'}"
    code = f"import sys; {names}; print({heavy} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("text", "inches", "lines"),
    [
        ("α = −20 from epoch 5", 2, 1),
        ("α = −20 on modules 4–6 from epoch 5", 2, 2),
        ("Silent units (%)", 0.5, 2),
    ],
)
def test_text_is_folded_to_fit_its_panel(text, inches, lines):
    assert len(fold_text(text, inches).splitlines()) == lines


def test_text_is_not_folded_before_a_number():
    assert fold_text("α = −20 on modules 4–6 from epoch 12", 2.2).splitlines()[-1] == "epoch\N{NO-BREAK SPACE}12"


@pytest.mark.parametrize(
    ("lengths", "room", "columns"), [([8] * 4, 100, 4), ([8] * 4, 60, 2), ([8] * 9, 120, 5), ([90, 80], 50, 1)]
)
def test_a_key_has_as_many_columns_as_fit_and_none_to_spare(lengths, room, columns):
    assert key_columns(lengths, room) == columns


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


def test_a_single_narrow_panel_leaves_room_for_the_key(results, draw):
    figure, _ = draw("regularised_selectivity", results("selectivity", ["suppressed"], [0]), panel=[1.7, 1.5])
    figure.draw_without_rendering()
    key = figure.legends[0].get_window_extent()
    assert 0 <= key.x0 < key.x1 <= figure.bbox.width


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


def test_a_mark_stands_above_the_figure_and_moves_nothing_in_it(results, draw):
    figure, _ = draw("linearity", results("cka", seeds=[0]))
    before = [ax.get_window_extent().bounds for ax in figure.axes]
    height = figure.get_figheight()
    mark_preview(figure, "unfinished: 7 of 20 runs")
    assert [ax.get_window_extent().bounds for ax in figure.axes] == [pytest.approx(one) for one in before]
    assert figure.get_figheight() > height
    assert [text.get_text() for text in figure.texts] == ["unfinished: 7 of 20 runs", "unfinished"]
