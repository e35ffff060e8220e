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
        (windows.at_end, 90, 81.5),
        (windows.at_end, 20, 18.5),
        (windows.at_end, 12, 11),
        (windows.at_end, 2, 2),
        (windows.before_end, 20, 14.5),
        (windows.before_end, 90, 63.5),
        (windows.at_last, 12, 12),
    ],
)
def test_a_window_of_a_run_so_long_holds_these_epochs(read, last, value):
    assert read(curve(last)).value == pytest.approx(value, nan_ok=True)


@pytest.mark.parametrize(("last", "epochs"), [(90, range(1, 7)), (20, range(1, 7)), (12, range(1, 5)), (9, (1, 2, 3))])
def test_any_early_epoch_is_one_of_the_first_third_but_no_more_than_six(last, epochs):
    found = windows.at_any_early(curve(last))
    assert found.values.tolist() == [[epoch] for epoch in epochs]
    assert found.epochs == tuple(epochs)
    assert windows.at_any_early(curve(last), later=3).values.tolist() == [[epoch + 3] for epoch in epochs]
    assert found.for_all.values.tolist() == [[*epochs]]


def test_a_run_too_short_has_no_early_epochs():
    assert np.isnan(windows.at_any_early(curve(8)).value)


def test_the_epochs_after_one_are_all_others_that_were_measured():
    assert windows.at_any_after(curve(4), 1).values.tolist() == [[2], [3], [4]]
    assert np.isnan(windows.at_any_after(curve(4), 4).value)


def test_an_early_epoch_later_than_was_measured_has_no_value():
    found = windows.at_any_early(curve(6, epochs=12), later=3).values
    assert np.isnan(found[:, 0]).tolist() == [False] * 3 + [True]


def test_numbers_add_up_for_any_and_for_all():
    both = 0.5 * windows.at_any_early(curve(12)) - windows.at_any_early(curve(12)).for_all
    assert both.values.tolist() == [[epoch / 2 - other for other in range(1, 5)] for epoch in range(1, 5)]


def test_an_epoch_that_was_not_measured_has_no_value():
    assert np.isnan(windows.value_at(curve(9), 10).value)


@pytest.mark.parametrize("read", [windows.first_few, windows.at_end])
def test_what_is_not_a_number_is_not_passed_over(read):
    assert np.isnan(read(curve(9, [np.nan] * 10)).value)


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (windows.at_end, np.nan),
        (windows.at_last, np.nan),
        (windows.at_end_measured, 18.5),
        (windows.first_few, 2),
    ],
)
def test_the_end_is_that_of_the_run_and_not_of_its_measures(read, value):
    assert read(curve(20, epochs=90)).value == pytest.approx(value, nan_ok=True)


def test_first_epochs_measured_alone_belong_to_a_run_long_enough():
    assert windows.first_few(curve(3, epochs=9)).value == 2


def test_the_first_usable_epoch_is_the_first_at_which_every_run_has_a_value():
    one, other = (curve(12, [np.nan] * gone + [5.0] * (13 - gone)) for gone in (3, 2))
    assert windows.first_with_value([one, other]) == 3
    assert windows.first_with_value([other, other]) == 2


def test_no_epoch_is_usable_after_the_early_window():
    assert windows.first_with_value([curve(12, [np.nan] * 5 + [5.0] * 8)]) is None


def test_a_difference_was_read_at_the_epochs_of_both():
    found = windows.Reading.single(3.0, (1, 12)) - windows.Reading.single(1.0, (2, 12))
    assert (found.value, found.epochs) == (2.0, (1, 2, 12))
