import pytest


@pytest.fixture(scope="module")
def drawn(results, draw):
    return draw("recovery", results("training", ["lifted", "baseline", "suppressed_later", "suppressed"], [0, 1]))


def test_a_penalty_that_is_kept_on_stands_apart_from_one_that_is_lifted(drawn):
    titles = [ax.get_title(loc="left") for ax in drawn[0].axes[::2]]
    assert titles == ["(a) penalty kept on", "(b) penalty lifted"]
    assert [len(ax.get_lines()) for ax in drawn[0].axes[::2]] == [5, 4]  # with the baseline, a change and chance


def test_the_epoch_at_which_it_is_lifted_is_marked(drawn):
    marks = [line.get_xdata()[0] for line in drawn[0].axes[2].get_lines() if line.get_label().startswith("penalty")]
    assert marks == [4]
