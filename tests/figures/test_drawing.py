import subprocess
import sys

import matplotlib
import numpy as np
import pytest

from vestige.figures.drawing import folded, written
from vestige.figures.keys import key_columns

EVERY = ["emergence", "regularised_selectivity", "regularised_accuracy", "ablation_curves", "linearity"]


@pytest.mark.parametrize("kind", ["png", "pdf"])
def test_a_figure_has_the_same_bytes_each_time(once_and_again, kind):
    first, second = (written(figure, kind) for figure, _ in once_and_again)
    assert first == second


def test_a_pdf_bears_no_date_and_text_that_can_be_edited(results, draw):
    figure, _ = draw("linearity", results("cka"))
    assert b"Date" not in written(figure, "pdf")
    assert b"CIDFontType2" in written(figure, "pdf")


def test_writing_the_pdf_first_leaves_the_png_as_it_is(results, draw):
    figure, _ = draw("regularised_selectivity", results("selectivity"))
    before = written(figure, "png", dpi=80)
    written(figure, "pdf")
    assert written(figure, "png", dpi=80) == before


def test_the_same_table_comes_each_time(once_and_again):
    first, second = (table.to_csv() for _, table in once_and_again)
    assert first == second


def test_the_table_holds_every_line_that_is_drawn(once_and_again):
    figure, table = once_and_again[0]
    drawn = [line.get_ydata() for ax in figure.axes for line in ax.get_lines() if len(line.get_ydata()) > 2]
    assert sorted(np.concatenate(drawn)) == pytest.approx(sorted(shown(table)["mean"]))


def shown(table):
    """The rows that are drawn: the share of silent units has a panel only where there are any."""
    return table if table["mean"][table["quantity"] == "silent"].any() else table[table["quantity"] != "silent"]


def test_every_condition_is_named_in_the_figure(once_and_again):
    figure, _ = once_and_again[0]
    words = " ".join(text.get_text() for text in figure.findobj(matplotlib.text.Text)).replace(
        "\N{NO-BREAK SPACE}", " "
    )
    for label in ("no penalty", "α = −20 from epoch 5"):
        assert label in words.replace("\n", " ")


def test_a_figure_shows_the_runs_it_is_given_whatever_its_selection_says(figure_name, two_conditions, draw):
    table = draw(figure_name, two_conditions, select={"alpha": [3]})[1]
    assert table["condition"].unique().tolist() == ["baseline", "suppressed_later"]


def test_bands_are_drawn_for_several_seeds_and_not_for_one(figure_name, two_conditions, once_and_again, draw):
    several, _ = once_and_again[0]
    one, _ = draw(figure_name, [run for run in two_conditions if run["seed"] == 1])
    assert bands(several) > 0
    assert bands(one) == 0


def bands(figure) -> int:
    kinds = matplotlib.collections.FillBetweenPolyCollection
    return sum(isinstance(found, kinds) for ax in figure.axes for found in ax.collections)


def test_a_single_epoch_can_be_drawn(figure_name, two_conditions, draw):
    figure, table = draw(figure_name, [run.isel(epoch=[1]) for run in two_conditions])
    assert table["epoch"].unique().tolist() == two_conditions[0]["epoch"][[1]].values.tolist()
    assert written(figure, "png").startswith(b"\x89PNG")


def test_no_figure_stays_open_and_no_style_stays_set(figure_name, two_conditions, draw):
    import matplotlib.pyplot as plt

    before = dict(matplotlib.rcParams)
    figure, _ = draw(figure_name, two_conditions)
    written(figure, "pdf")
    assert plt.get_fignums() == []
    assert dict(matplotlib.rcParams) == before


def test_the_caller_s_style_changes_nothing(results, draw):
    runs = results("cka")
    plain = written(draw("linearity", runs)[0], "png")
    with matplotlib.rc_context({"font.size": 20, "lines.linewidth": 9, "figure.dpi": 33}):
        assert written(draw("linearity", runs)[0], "png") == plain


def test_runs_of_different_length_share_an_axis(results, draw):
    runs = [*results("training", epochs=12), *results("training", ["suppressed"], epochs=6)]
    figure, table = draw("regularised_accuracy", runs)
    assert table.groupby("condition")["epoch"].max().to_dict() == {"baseline": 12, "suppressed": 6}
    assert all(ax.get_xlim()[1] > 12 for ax in figure.axes)


def test_a_proof_travels_in_the_png(results, draw):
    figure, _ = draw("linearity", results("cka"))
    assert b"proof\0{}" in written(figure, "png", dpi=50, metadata={"proof": "{}"})


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
    assert len(folded(text, inches).splitlines()) == lines


def test_text_is_not_folded_before_a_number():
    assert folded("α = −20 on modules 4–6 from epoch 12", 2.2).splitlines()[-1] == "epoch\N{NO-BREAK SPACE}12"


@pytest.mark.parametrize(
    ("lengths", "room", "columns"), [([8] * 4, 100, 4), ([8] * 4, 60, 2), ([8] * 9, 120, 5), ([90, 80], 50, 1)]
)
def test_a_key_has_as_many_columns_as_fit_and_none_to_spare(lengths, room, columns):
    assert key_columns(lengths, room) == columns
