import numpy as np
import pytest


def test_the_table_holds_the_mean_of_each_seed_s_own_mean(results, draw):
    runs = results("selectivity")
    table = draw("emergence", runs, bands="networks")[1]
    row = table.query("quantity == 'selectivity' and module == 6 and epoch == 4").iloc[0]
    own = [run["selectivity"].sel(epoch=4).where(run["module"] == 6).mean().item() for run in runs]
    half = 4.302652729911275 * np.std(own, ddof=1) / np.sqrt(3)
    assert (row["mean"], row["low"], row["high"]) == pytest.approx(
        (np.mean(own), np.mean(own) - half, np.mean(own) + half)
    )


def test_every_module_has_a_line_and_a_name(results, draw):
    figure, _ = draw("emergence", results("selectivity"))
    assert len(figure.axes) == 1
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [f"module {n}" for n in (4, 5, 6, 7)]


def test_the_share_of_silent_units_is_shown_where_there_are_any(results, draw):
    figure, table = draw("emergence", results("selectivity", dead=2), silent_units="omit")
    assert [ax.get_ylabel().split()[0] for ax in figure.axes] == ["Mean", "Silent"]
    assert table.query("quantity == 'silent' and module == 4 and epoch == 12")["mean"].item() == 0.25


def test_leaving_silent_units_out_raises_the_mean_of_the_others(results, draw):
    means = {
        policy: draw("emergence", results("selectivity", dead=2), silent_units=policy)[1]
        .query("quantity == 'selectivity' and module == 4 and epoch == 12")["mean"]
        .item()
        for policy in ("zero", "omit")
    }
    assert means["omit"] == pytest.approx(means["zero"] / 0.75)


def test_selectivity_is_shown_from_zero(results, draw):
    assert draw("emergence", results("selectivity"))[0].axes[0].get_ylim()[0] == 0
