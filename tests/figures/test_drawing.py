"""Drawing a figure: the same bytes each time, no style taken or left, and words, keys and marks that fit."""

import subprocess
import sys
from pathlib import Path

import matplotlib.collections
import pytest

import vestige.figures
from vestige.figures.drawing import figure_bytes, fold_text, mark_preview
from vestige.figures.legends import key_columns

EVERY = [path.stem for path in Path(vestige.figures.__path__[0]).glob("[a-z]*.py")]


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


def test_every_condition_is_named_in_the_figure(once_and_again):
    figure, _ = once_and_again[0]
    said = " ".join(text.get_text() for text in figure.findobj(matplotlib.text.Text)).replace("\N{NO-BREAK SPACE}", " ")
    for words in ("no penalty", "α = −20", "from epoch 5"):
        assert words in said.replace("\n", " ")


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


def test_a_single_narrow_panel_leaves_room_for_the_key(results, draw):
    figure, _ = draw("regularised_selectivity", results("selectivity", ["suppressed"], [0]), panel=[1.7, 1.5])
    figure.draw_without_rendering()
    key = figure.legends[0].get_window_extent()
    assert 0 <= key.x0 < key.x1 <= figure.bbox.width


def test_a_mark_stands_above_the_figure_and_moves_nothing_in_it(results, draw):
    figure, _ = draw("linearity", results("cka", seeds=[0]))
    before = [ax.get_window_extent().bounds for ax in figure.axes]
    height = figure.get_figheight()
    mark_preview(figure, "unfinished: 7 of 20 runs")
    assert [ax.get_window_extent().bounds for ax in figure.axes] == [pytest.approx(one) for one in before]
    assert figure.get_figheight() > height
    assert [text.get_text() for text in figure.texts] == ["unfinished: 7 of 20 runs", "unfinished"]
