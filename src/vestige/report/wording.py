"""Numbers and lists as the report prints them."""

import math
import re
from collections.abc import Iterable
from typing import Any

ABSENT = "–"


def number(value: Any, digits: int = 3) -> str:
    """A number with so many significant digits, thousands set apart; text as it is, and a dash for NaN."""
    if isinstance(value, bool | str):
        return str(value)
    if math.isnan(value) or math.isinf(value):
        return ABSENT if math.isnan(value) else ("∞" if value > 0 else "−∞")
    whole = float(value).is_integer() and abs(value) < 1e15
    return (f"{int(value):,}" if whole else f"{value:.{digits}g}").replace("-", "−")


def format_interval(mean: float, low: float, high: float) -> tuple[str, str]:
    """A mean and its interval, to two digits of the half-width; an empty interval where there is none."""
    half = (high - low) / 2
    if not math.isfinite(half) or half <= 0:
        return number(mean), "" if math.isnan(half) else f"[{number(low)}, {number(high)}]"
    places = min(max(1 - math.floor(math.log10(half)), 0), 9)
    shown = [format_fixed(value, places) for value in (mean, low, high)]
    return shown[0], f"[{shown[1]}, {shown[2]}]"


def format_fixed(value: float, places: int) -> str:
    """A number with so many decimals; what rounds to zero carries no sign."""
    return f"{round(value, places) + 0.0:,.{places}f}".replace("-", "−")


def percent(share: float) -> str:
    """A share as per cent."""
    return ABSENT if math.isnan(share) else f"{100 * share:.1f}\N{NO-BREAK SPACE}%"


def format_list(items: Iterable[Any]) -> str:
    """Items as a sentence lists them: a, b and c."""
    items = [str(item) for item in items]
    return " and ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))


def span(values: Iterable[int]) -> str:
    """The least and the largest of whole numbers, once where they are the same."""
    values = sorted(set(values))
    return "–".join(number(each) for each in dict.fromkeys([values[0], values[-1]])) if values else ABSENT


def plural(count: int, singular: str, several: str | None = None) -> str:
    """A count with its noun."""
    return f"{number(count)} {singular if count == 1 else several or singular + 's'}"


def typeset(text: str) -> str:
    """A text whose negative numbers have a minus sign in place of a hyphen."""
    return re.sub(r"(?<![\w.)])-(?=\d)", "−", text)
