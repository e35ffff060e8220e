import numpy as np
import pytest


def test_every_module_has_a_panel_and_every_block_of_it_a_line(results, draw):
    figure, _ = draw("emergence_by_block", results("selectivity", seeds=[0]), silent_units="zero")
    assert [len(ax.get_lines()) for ax in figure.axes] == [1, 2, 2, 1]


def test_panels_beyond_the_width_of_a_page_stand_in_further_rows(results, draw):
    figure, _ = draw("emergence_by_block", results("selectivity", seeds=[0]), panel=[3.3, 1.5])
    assert figure.get_figwidth() == pytest.approx(6.6)
    assert len({round(ax.get_position().y0, 2) for ax in figure.axes}) == 2


def test_a_panel_with_none_below_it_is_numbered(results, draw):
    few = [run.isel(unit=run["module"].values < 7) for run in results("selectivity", seeds=[0])]
    figure, _ = draw("emergence_by_block", few, panel=[3.3, 1.5])
    assert [ax.get_xlabel() for ax in figure.axes] == ["", "Epoch", "Epoch"]


def test_the_table_holds_the_mean_of_each_block(results, draw):
    run = results("selectivity", seeds=[0])[0]
    row = draw("emergence_by_block", [run])[1].query("module == 5 and block == 1 and epoch == 3")
    units = (run["module"] == 5) & (run["block"] == 1)
    assert row["mean"].item() == pytest.approx(run["selectivity"].sel(epoch=3).where(units).mean().item())


def test_the_paper_s_bands_are_over_the_channels_of_all_networks(results, draw):
    runs = results("selectivity", seeds=[0, 1])
    row = draw("emergence_by_block", runs, bands="paper")[1].query("module == 4 and epoch == 3").iloc[0]
    units = np.concatenate([run["selectivity"].sel(epoch=3).values[run["module"].values == 4] for run in runs])
    assert row["high"] - row["mean"] == pytest.approx(2 * units.std() / np.sqrt(8))
