"""Times, sizes and tables as a person reads them."""

from collections.abc import Iterable

TIMES = ((7200, 3600, "h"), (120, 60, "min"), (0, 1, "s"))  # from so many seconds on, in which unit
SIZES = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (0, "kB"))


def format_time(seconds: float) -> str:
    """A time in the unit that suits it."""
    unit, name = next((unit, name) for least, unit, name in TIMES if seconds >= least)
    return f"{format_rounded(seconds / unit)} {name}"


def format_size(size: float) -> str:
    """A size in the unit that suits it."""
    unit, name = next((least or 1e3, name) for least, name in SIZES if size >= least)
    return f"{format_rounded(size / unit)} {name}"


def format_rounded(number: float) -> str:
    """A number to two digits, or to the whole."""
    return f"{number:,.0f}" if number >= 9.95 or number == 0 else f"{number:.1f}" if number >= 0.05 else "<0.1"


def plural(number: int, noun: str) -> str:
    """A number of things, such as 1 job and 2 jobs."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def clip_text(text: str, width: int) -> str:
    """A text, or its beginning where it is wider."""
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


def columns(rows: Iterable[Iterable[str]], right: Iterable[int] = ()) -> list[str]:
    """The rows of a table under each other; some columns end at the right, where numbers do."""
    rows, right = [[*row] for row in rows], set(right)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(cell.rjust(width) if i in right else cell.ljust(width) for i, (cell, width) in enumerated)
        for enumerated in (enumerate(zip(row, widths, strict=True)) for row in rows)
    )
    return [line.rstrip() for line in lines]
