"""How long a run still takes, from what its jobs were to cost and how long those took that have ended."""

from collections.abc import Mapping
from statistics import mean

START_UP = 2.0  # seconds that a small job takes beside what records call its cost


def estimate(
    costs: Mapping[str, float | None],
    ended: Mapping[str, float],
    running: Mapping[str, float],
    waiting: int,
    elapsed: float,
) -> float:
    """The seconds that are left of a run.

    `costs` are the seconds that each job was to take, None where nobody knows, by its result; `ended` how long jobs
    took that are done, at least one; `running` for how long others have run; `waiting` how many have not started.
    Jobs to come are taken to keep the ratio to their cost that the done ones have, and as many to run side by side as
    on average in the `elapsed` seconds so far.
    """
    known = [cost + START_UP for cost in costs.values() if cost is not None]
    usual = mean(known) if known else mean(ended.values())
    expected = {path: START_UP + cost if (cost := costs.get(path)) is not None else usual for path in {*costs, *ended, *running}}
    planned = sum(expected[path] for path in ended)
    ratio = sum(ended.values()) / planned if planned else 1.0
    rest = sum(max(expected[path] * ratio - since, 0) for path, since in running.items())
    to_come = [cost for path, cost in expected.items() if path not in ended and path not in running]
    rest += waiting * ratio * (mean(to_come) if to_come else usual)
    side_by_side = (sum(ended.values()) + sum(running.values())) / elapsed if elapsed else 1.0
    return rest / max(side_by_side, 1.0)
