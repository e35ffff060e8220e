"""Epochs that a measure names become those of a run."""

import pytest
import xarray as xr

from vestige.foundation.measured_epochs import name_best


def run(last: int, **more) -> xr.Dataset:
    return xr.Dataset(more, {"epoch": range(last + 1)})


@pytest.mark.parametrize(
    ("asked", "found"),
    [("all", "all"), ([0, "best"], [0, 3]), ([0, 3, "best"], [0, 3]), ([0, 12], [0, 5]), ([12, 50], [5]), ([2], [2])],
)
def test_the_best_epoch_is_named_and_the_last_one_stands_in_for_those_after_it(asked, found):
    assert name_best("norms.epochs", asked, run(5, best=3)) == found


def test_a_run_without_a_best_epoch_is_refused_by_the_key():
    with pytest.raises(ValueError, match=r"^norms\.epochs: found best; the run has no best epoch"):
        name_best("norms.epochs", ["best"], run(5))
