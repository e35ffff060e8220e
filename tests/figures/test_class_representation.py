import numpy as np
import pytest


def predicting(run, counts):
    """The run with the same counts of predicted classes at every epoch."""
    return run.assign(predicted=(("epoch", "class"), np.tile(counts, (run.sizes["epoch"], 1))))


@pytest.mark.parametrize(("top", "ratio"), [(1, 4.0), (2, 3.5), (9, 10 / 9)])
def test_the_most_predicted_classes_are_compared_with_an_even_spread(results, draw, top, ratio):
    run = predicting(results("training", seeds=[0])[0], [40, 30, 20, 10, *[0] * 6])
    table = draw("class_representation", [run], top=top)[1]
    assert table["mean"].unique() == pytest.approx([ratio])


@pytest.mark.parametrize("top", [10, 11])
def test_as_many_classes_as_there_are_would_always_be_even(results, draw, top):
    with pytest.raises(ValueError, match=f"top: found {top}; .*; allowed: 1 to 9"):
        draw("class_representation", results("training", seeds=[0]), top=top)


def test_the_even_spread_is_of_all_images_though_at_first_few_are_taken_for_their_classes(results, draw):
    run = results("training", seeds=[0])[0]
    first = run.assign(predicted=run["predicted"].where(run["epoch"] > 0, 1))
    figure, _ = draw("class_representation", [first])
    assert figure.legends[0].get_texts()[-1].get_text() == "uniform (5 images a class)"


def test_the_even_spread_is_marked_is_marked_and_named(results, draw):
    figure, _ = draw("class_representation", results("training", ["baseline", "suppressed"], [0]))
    assert figure.legends[0].get_texts()[-1].get_text() == "uniform (5 images a class)"
    assert [line.get_ydata()[0] for line in figure.axes[0].get_lines() if line.get_linestyle() == ":"] == [1]
