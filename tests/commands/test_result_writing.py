"""A result is labelled with what was done to its run, and with nothing that would pass for that."""

import numpy as np
import pytest
import xarray as xr

from vestige.foundation.result_encoding import add_coordinates

RUN = {"condition": "slow", "learning_rate": 0.05}


def test_a_setting_that_is_measured_too_is_what_it_was_at_first():
    found = add_coordinates(xr.Dataset({"learning_rate": ("epoch", np.zeros(2))}), RUN)
    assert found["initial_learning_rate"].item() == 0.05


def test_a_scalar_coordinate_of_the_stages_own_is_refused():
    one_epoch = xr.Dataset({"distance": ("epoch", np.zeros(2))}, {"epoch": [0, 1]}).isel(epoch=0)
    with pytest.raises(ValueError, match="the coordinate epoch without a dimension, which would pass for a setting"):
        add_coordinates(one_epoch, RUN)
