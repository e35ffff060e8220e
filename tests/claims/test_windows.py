"""The paper's words for epochs, in runs of several lengths."""

import numpy as np
import pytest
import xarray as xr

from vestige.claims import windows


def curve(last: int, values=None):
    """A curve over epochs 0 to `last`; the epoch itself where no values are given."""
    epochs = np.arange(last + 1)
    return xr.DataArray(epochs.astype(float) if values is None else values, {"epoch": epochs}, ["epoch"])


@pytest.mark.parametrize(
    ("read", "last", "value"),
    [
        (windows.first_few, 90, 2),
        (windows.first_few, 8, np.nan),
        (windows.early_peak, 90, 30),
        (windows.early_peak, 20, 6),
        (windows.early_peak, 9, 3),
        (windows.early_peak, 8, np.nan),
        (windows.after_peak, 12, 7),
        (windows.after_peak, 8, np.nan),
        (windows.at_end, 90, 81.5),
        (windows.at_end, 20, 18.5),
        (windows.at_end, 12, 11),
        (windows.at_end, 2, 2),
        (windows.at_last, 12, 12),
    ],
)
def test_a_window_of_a_run_so_long_holds_these_epochs(read, last, value):
    assert read(curve(last)) == pytest.approx(value, nan_ok=True)


def test_an_untrained_network_has_no_peak():
    assert windows.early_peak(curve(9, [1.0, 0.2, 0.3, 0.1, 0, 0, 0, 0, 0, 0])) == 0.3


def test_three_epochs_after_the_peak_is_counted_from_the_peak():
    assert windows.after_peak(curve(9, [0, 0.2, 0.9, 0.1, 0, 0.4, 0, 0, 0, 0])) == 0.4


def test_an_epoch_that_was_not_measured_has_no_value():
    assert np.isnan(windows.at(curve(9), 10))


@pytest.mark.parametrize("read", [windows.first_few, windows.early_peak, windows.at_end])
def test_what_is_not_a_number_is_not_passed_over(read):
    assert np.isnan(read(curve(9, [np.nan] * 10)))
