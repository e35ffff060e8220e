import pytest


@pytest.fixture(scope="module")
def drawn(results, draw):
    names = ["suppressed", "suppressed_later", "suppressed_by_1", "suppressed_by_1_later", "baseline"]
    return draw("accuracy_by_strength", results("training", names, [0, 1]))


def test_every_strength_has_a_column_the_weakest_first(drawn):
    assert [ax.get_title(loc="left").replace("\N{NO-BREAK SPACE}", " ") for ax in drawn[0].axes[::2]] == [
        "α = −1",
        "α = −20",
    ]


def test_training_stands_above_validation(drawn):
    assert [ax.get_ylabel().split()[0] for ax in drawn[0].axes[:2]] == ["Training", "Validation"]


def test_the_onset_tells_lines_apart_and_the_baseline_comes_first(drawn):
    names = [text.get_text() for text in drawn[0].legends[0].get_texts()]
    assert names[:3] == ["no penalty", "from epoch 0", "from epoch 5"]


def test_the_baseline_is_in_every_column_and_once_in_the_table(drawn):
    figure, table = drawn
    assert [len(ax.get_lines()) for ax in figure.axes] == [5] * 4  # three conditions, the onset and chance
    assert len(table.query("condition == 'baseline' and quantity == 'val_accuracy'")) == 13


def test_the_onset_in_the_course_of_training_is_marked(drawn):
    marks = [line.get_xdata()[0] for line in drawn[0].axes[0].get_lines() if line.get_label().startswith("penalty")]
    assert marks == [5]
