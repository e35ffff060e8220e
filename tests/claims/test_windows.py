"""The paper's words for epochs, in runs of several lengths."""

import numpy as np
import pytest
import xarray as xr

from vestige.claims import windows


def curve(last: int, values=None, epochs: int | None = None):
    """A curve over epochs 0 to `last` of a run so long; the epoch itself where no values are given."""
    measured = np.arange(last + 1)
    coordinates = {"epoch": measured, "epochs": last if epochs is None else epochs}
    return xr.DataArray(measured.astype(float) if values is None else values, coordinates, ["epoch"])


@pytest.mark.parametrize(
    ("read", "last", "value"),
    [
        (windows.first_few, 90, 2),
        (windows.first_few, 8, np.nan),
        (windows.early_peak, 90, 6),
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
    assert read(curve(last)).value == pytest.approx(value, nan_ok=True)


def test_an_untrained_network_has_no_peak():
    assert windows.early_peak(curve(9, [1.0, 0.2, 0.3, 0.1, 0, 0, 0, 0, 0, 0])).value == 0.3


def test_three_epochs_after_the_peak_is_counted_from_the_peak():
    assert windows.after_peak(curve(9, [0, 0.2, 0.9, 0.1, 0, 0.4, 0, 0, 0, 0])).value == 0.4


def test_an_epoch_that_was_not_measured_has_no_value():
    assert np.isnan(windows.at(curve(9), 10).value)


@pytest.mark.parametrize("read", [windows.first_few, windows.early_peak, windows.at_end])
def test_what_is_not_a_number_is_not_passed_over(read):
    assert np.isnan(read(curve(9, [np.nan] * 10)).value)


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (windows.at_end, np.nan),
        (windows.at_last, np.nan),
        (windows.at_end_measured, 18.5),
        (windows.first_few, 2),
        (windows.early_peak, 6),
    ],
)
def test_the_end_is_that_of_the_run_and_not_of_its_measures(read, value):
    assert read(curve(20, epochs=90)).value == pytest.approx(value, nan_ok=True)


def test_first_epochs_measured_alone_belong_to_a_run_long_enough():
    assert windows.first_few(curve(3, epochs=9)).value == 2


def test_the_first_usable_epoch_is_the_first_with_a_value():
    assert windows.first_usable(curve(12, [np.nan] * 3 + [5.0] * 10)) == windows.Reading(5.0, (3,))


def test_no_epoch_is_usable_after_the_early_window():
    assert np.isnan(windows.first_usable(curve(12, [np.nan] * 5 + [5.0] * 8)).value)


def test_a_difference_was_read_at_the_epochs_of_both():
    assert windows.Reading(3.0, (1, 12)) - windows.Reading(1.0, (2, 12)) == windows.Reading(2.0, (1, 2, 12))
