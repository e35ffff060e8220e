"""What stands on the axes."""

import pandas as pd
import pytest
from matplotlib.figure import Figure

from vestige.figures.axes import epoch_axis, epoch_ticks


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


@pytest.mark.parametrize(("inches", "ticks"), [(0.9, [0, 4, 8, 12]), (3.2, [0, 2, 4, 6, 8, 10, 12])])
def test_a_narrow_panel_has_fewer_epochs_on_its_axis(inches, ticks):
    ax = Figure(figsize=(inches, 1)).add_subplot()
    epoch_axis([ax], pd.DataFrame({"epoch": [0, 12]}))
    assert ax.get_xticks().tolist() == ticks
