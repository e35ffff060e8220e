"""How long a run still takes, from what its jobs were to cost and how long those took that have ended."""

from collections.abc import Collection, Iterable, Mapping
from statistics import mean

START_UP = 2.0  # seconds that a small job takes beside what records call its cost
TRUSTED = 30.0  # seconds of work for which costs are believed before any has ended: first jobs are small, and wait


def estimate(
    costs: Mapping[str, float | None],
    ended: Mapping[str, float],
    running: Mapping[str, float],
    waiting: Iterable[tuple[int, Collection[str]]],
    elapsed: float,
) -> float:
    """The seconds that are left of a run.

    `costs` are the seconds that each job was to take, None where nobody knows, by its result; `ended` how long jobs
    took that are done, at least one; `running` for how long others have run; `waiting` how many of each stage have not
    started, and all results of the stage: which of them are still to be made is not known, as others were there before.
    Jobs to come are taken to keep the ratio to their cost that the done ones have, the better the more of these there
    are, and as many to run side by side as on average in the `elapsed` seconds so far.
    """
    known = {path: cost + START_UP for path, cost in costs.items() if cost is not None}
    usual = mean(known.values() or ended.values())
    expected = {path: known.get(path, usual) for path in {*costs, *ended, *running}}
    ratio = (TRUSTED + sum(ended.values())) / (TRUSTED + sum(expected[path] for path in ended))
    rest = sum(max(expected[path] * ratio - since, 0) for path, since in running.items())
    for count, results in waiting:
        to_come = [expected[path] for path in results if path not in ended and path not in running]
        rest += count * ratio * (mean(to_come) if to_come else usual)
    side_by_side = (sum(ended.values()) + sum(running.values())) / elapsed if elapsed else 1.0
    return rest / max(side_by_side, 1.0)
