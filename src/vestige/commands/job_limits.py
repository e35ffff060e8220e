"""The time and the memory that a job may take on a cluster: its price, and room to spare."""

import math
from dataclasses import dataclass

from vestige.commands.cost_estimates import MEGABYTE, MINUTE, Price
from vestige.foundation.rows import Stage

TIMES, MINUTES_MORE, MINUTES_STEP = 2, 10, 5  # another machine may be half as fast; then packages are imported
MEMORIES, MEGABYTES_MORE, MEGABYTES_STEP = 1.5, 500, 500  # on a node two processes of Snakemake's hold some of it
MEGABYTES = 4000  # where nobody knows, and no profile says otherwise
HOUR = 60  # minutes


@dataclass(frozen=True)
class Limits:
    """What a job asks for at its first attempt, in minutes and in megabytes; None where nobody knows its price."""

    minutes: int | None = None
    megabytes: int | None = None


def limits(price: Price) -> Limits:
    """The limits of a job that costs so much, whole."""
    minutes, megabytes = None, None
    if price.seconds is not None:
        minutes = rounded_up(TIMES * price.seconds / MINUTE + MINUTES_MORE, MINUTES_STEP)
    if price.memory is not None:
        megabytes = rounded_up(MEMORIES * price.memory / MEGABYTE + MEGABYTES_MORE, MEGABYTES_STEP)
    return Limits(minutes, megabytes)


def rounded_up(number: float, step: int) -> int:
    """A number as the next whole multiple of a step."""
    return step * math.ceil(number / step)


def default_minutes(stage: Stage) -> int:
    """The time that a job of a stage may take where nobody knows how long it does."""
    return stage.hours * HOUR
