"""The time and the memory that a job may take, by what it is priced at."""

import pytest

from vestige.commands.cost_estimates import Price
from vestige.commands.job_limits import Limits, default_minutes, limits
from vestige.foundation.rows import STAGES


@pytest.mark.parametrize(("seconds", "minutes"), [(0, 10), (1, 15), (150, 15), (151, 20), (3600, 130), (172800, 5770)])
def test_a_job_may_take_twice_its_time_and_ten_minutes_in_steps_of_five(seconds, minutes):
    assert limits(Price(seconds=seconds)) == Limits(minutes=minutes)


@pytest.mark.parametrize(("held", "megabytes"), [(0, 500), (1e6, 1000), (1e9, 2000), (1e9 + 1, 2500), (8e9, 12500)])
def test_a_job_may_hold_half_as_much_again_and_500_megabytes_in_steps_of_500(held, megabytes):
    assert limits(Price(memory=held)) == Limits(megabytes=megabytes)


def test_of_a_job_that_nobody_knows_nothing_is_said():
    assert limits(Price()) == Limits(None, None)


def test_where_nobody_knows_a_training_is_given_more_time_than_a_figure():
    assert default_minutes(STAGES["training"]) == 48 * 60
    assert default_minutes(STAGES["figures_cka"]) == 60
