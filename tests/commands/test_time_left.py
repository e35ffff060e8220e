"""How long a run still takes, from costs and from what has ended."""

import pytest

from vestige.commands.time_left import START_UP, estimate

COSTS = dict.fromkeys("abcd", 1000 - START_UP)


def test_jobs_that_keep_to_their_cost_and_start_up_take_that():
    assert estimate(COSTS, {"a": 1000.0}, {}, waiting=[(3, COSTS)], elapsed=1000) == pytest.approx(3000)


def test_a_machine_of_half_the_speed_takes_twice_as_long():
    assert estimate(COSTS, {"a": 2000.0}, {}, waiting=[(3, COSTS)], elapsed=2000) == pytest.approx(6000, rel=0.03)


def test_one_small_job_that_waited_does_not_belie_the_costs_of_all():
    costs = COSTS | {"a": 0.5}
    assert estimate(costs, {"a": 25.0}, {}, waiting=[(3, COSTS)], elapsed=25) < 2 * 3000


def test_jobs_side_by_side_halve_the_time():
    assert estimate(COSTS, {"a": 1000.0, "b": 1000.0}, {}, waiting=[(2, COSTS)], elapsed=1000) == pytest.approx(1000)


def test_a_job_that_runs_counts_with_what_is_left_of_it():
    assert estimate(COSTS, {"a": 1000.0}, {"b": 400.0}, waiting=[(2, COSTS)], elapsed=1400) == pytest.approx(2600)


def test_a_job_that_runs_for_longer_than_it_should_counts_as_nearly_done():
    assert estimate(COSTS, {"a": 1000.0}, {"b": 9000.0}, waiting=[(0, COSTS)], elapsed=10000) == 0


def test_a_long_job_weighs_more_than_a_short_one():
    costs = {"a": 1000 - START_UP, "b": 9000 - START_UP}
    assert estimate(costs, {"a": 1000.0}, {}, waiting=[(1, costs)], elapsed=1000) == pytest.approx(9000)


def test_a_job_of_which_nobody_knows_the_cost_counts_as_a_usual_one():
    assert estimate(COSTS | {"e": None}, {"a": 1000.0}, {}, waiting=[(4, COSTS)], elapsed=1000) == pytest.approx(4000)


def test_results_that_were_there_before_do_not_count_among_those_of_other_stages():
    costs = COSTS | {"e": 10 - START_UP, "f": 10 - START_UP}
    assert estimate(costs, {"e": 10.0}, {}, waiting=[(0, COSTS), (1, "ef")], elapsed=10) == pytest.approx(10)


def test_where_no_cost_is_known_jobs_take_as_long_as_those_that_ended():
    assert estimate(dict.fromkeys("abcd"), {"a": 7.0}, {}, waiting=[(3, COSTS)], elapsed=7) == pytest.approx(21)
