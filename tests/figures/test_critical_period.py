import pytest

NAMES = ["suppressed_3", "suppressed_1", "baseline", "suppressed"]


@pytest.fixture(scope="module")
def drawn(results, draw):
    return draw("critical_period", results("training", [*NAMES, "suppressed_2"], [0]), panel=[3.2, 2.4])


def test_onsets_come_in_their_order_after_the_baseline(drawn):
    labels = ["no penalty", *(f"α = −20 from epoch {onset}" for onset in (0, 1, 2, 3))]
    assert drawn[1]["label"].unique().tolist() == labels


def test_every_onset_has_a_column_with_the_baseline_in_it(drawn):
    titles = [ax.get_title(loc="left").replace("\N{NO-BREAK SPACE}", " ") for ax in drawn[0].axes[::2]]
    assert titles == [f"from epoch {onset}" for onset in (0, 1, 2, 3)]
    assert [text.get_text() for text in drawn[0].legends[0].get_texts()][:2] == ["no penalty", "α = −20"]


def test_columns_that_a_page_has_no_room_for_are_narrower_and_not_much_higher_than_wide(drawn):
    assert drawn[0].get_figwidth() == pytest.approx(6.8)
    assert drawn[0].get_figheight() == pytest.approx(2 * 1.2 * 6.8 / 4, abs=0.4)
