import pytest

CONDITIONS = ["baseline", "suppressed", "suppressed_later", "promoted"]


@pytest.fixture(scope="module")
def drawn(results, draw):
    return draw("regularised_selectivity", results("selectivity", CONDITIONS))


def test_every_condition_has_a_panel_under_its_label(drawn):
    titles = [ax.get_title(loc="left").replace("\N{NO-BREAK SPACE}", " ") for ax in drawn[0].axes]
    assert titles == ["no penalty", "α = −20 from epoch 0", "α = −20 from epoch 5", "α = 10, first 4 epochs"]


def test_the_shade_covers_the_regularised_epochs(drawn):
    shades = [[patch.get_x() + part for patch in ax.patches for part in (0, patch.get_width())] for ax in drawn[0].axes]
    assert shades == [[], [0, 12], [5, 12], [0, 4]]


def test_the_key_says_which_modules_are_regularised(drawn):
    assert drawn[0].legends[0].get_texts()[-1].get_text() == "regularised (modules 4–6)"


def test_all_panels_have_the_same_range(drawn):
    assert len({(ax.get_xlim(), ax.get_ylim()) for ax in drawn[0].axes}) == 1


def test_four_panels_of_which_three_fit_a_page_stand_two_by_two(drawn):
    assert drawn[0].get_figwidth() == pytest.approx(4.4)


def test_nothing_is_shaded_where_nothing_is_regularised(results, draw):
    figure, _ = draw("regularised_selectivity", results("selectivity"))
    assert not figure.axes[0].patches
    assert len(figure.legends[0].get_texts()) == 4
