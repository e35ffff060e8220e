"""Where the intervals of a claim lie on a strip, beside the region that counts as reproduced."""

import math
from dataclasses import dataclass

WIDTH = 200  # of a strip, in its own units; the page scales it
LINE = 14
MARGIN = 0.06  # of the range, left free at either end


@dataclass(frozen=True)
class Line:
    """One interval: its middle height, and where region, interval, statistic and seeds lie; None: nowhere."""

    y: float
    region: tuple[float, float] | None
    interval: tuple[float, float] | None
    wide: tuple[float, float] | None  # the interval widened for the number of parts
    dot: float
    seeds: tuple[float, ...]
    mark: str


@dataclass(frozen=True)
class Strip:
    """Intervals one below the other on one scale, and where on it zero lies."""

    height: int
    zero: float | None
    lines: tuple[Line, ...]


def strip(parts) -> Strip | None:
    """A strip of the parts of a claim; None where no part has a number."""
    drawn = [part for part in parts if math.isfinite(part.statistic)]
    if not drawn:
        return None
    low, high = ends(drawn)
    lines = tuple(line(part, low, high, (row + 0.5) * LINE) for row, part in enumerate(drawn))
    return Strip(len(drawn) * LINE, place(0, low, high) if low < 0 < high else None, lines)


def ends(parts) -> tuple[float, float]:
    """The range that shows every finite number of the parts, with a margin."""
    names = ("statistic", "low", "high", "wide_low", "wide_high", "bound_low", "bound_high")
    numbers = [getattr(part, name) for part in parts for name in names]
    finite = [value for value in numbers if math.isfinite(value)] + [value for part in parts for value in part.by_seed]
    low, high = min(finite), max(finite)
    margin = MARGIN * (high - low) or max(abs(high), 1) * MARGIN
    open_low, open_high = (any(math.isinf(getattr(p, f"bound_{side}")) for p in parts) for side in ("low", "high"))
    return low - margin * (1 + open_low), high + margin * (1 + open_high)


def line(part, low: float, high: float, y: float) -> Line:
    """One part on the scale from `low` to `high`."""
    interval, wide = (
        (place(start, low, high), place(end, low, high)) if math.isfinite(start) and math.isfinite(end) else None
        for start, end in ((part.low, part.high), (part.wide_low, part.wide_high))
    )
    region = None
    if not (math.isnan(part.bound_low) or math.isnan(part.bound_high)):
        region = place(part.bound_low, low, high), place(part.bound_high, low, high)
    seeds = tuple(place(value, low, high) for value in part.by_seed)
    return Line(y, region, interval, wide, place(part.statistic, low, high), seeds, part.mark)


def place(value: float, low: float, high: float) -> float:
    """Where a number lies on the strip; what lies beyond an end is at that end."""
    return round(WIDTH * (min(max(value, low), high) - low) / (high - low), 1)
