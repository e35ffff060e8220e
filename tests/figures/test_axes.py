"""What stands on the axes."""

import pytest

from vestige.figures.axes import epoch_ticks


@pytest.mark.parametrize(
    ("first", "last", "ticks"),
    [
        (0, 12, [0, 2, 4, 6, 8, 10, 12]),
        (0, 20, [0, 4, 8, 12, 16, 20]),
        (0, 90, [0, 15, 30, 45, 60, 75, 90]),
        (1, 12, [2, 4, 6, 8, 10, 12]),
        (0, 11, [0, 2, 4, 6, 8, 11]),
        (3, 3, [3]),
        (0, 1, [0, 1]),
    ],
)
def test_epochs_have_ticks_in_equal_steps_and_the_last_one_is_among_them(first, last, ticks):
    assert epoch_ticks(first, last, most=6) == ticks


def test_a_narrow_panel_has_fewer_epochs_on_its_axis(results, draw):
    runs = results("training", ["baseline", *(f"suppressed_{onset}" for onset in (1, 2, 3, 4))], [0])
    narrow, wide = (draw(name, runs, panel=[3.2, 2.3])[0].axes[0] for name in ("critical_period", "promoted_accuracy"))
    assert [ax.get_xticks().tolist() for ax in (narrow, wide)] == [[0, 3, 6, 9, 12], [0, 2, 4, 6, 8, 10, 12]]
