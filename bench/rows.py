"""Lines of a table of what switches change, printed one by one."""

import numpy as np

from vestige.metrics.intervals import difference_interval


def row(switch: str, number: str, sound, faithful, paired: bool = True) -> None:
    """A line of the table, in percent: means over networks, and what the second exceeds the first by.

    With its 95 % t interval if the values belong to the same networks one by one: pairs of networks are none.
    """
    sound, faithful = (100 * np.asarray(values, dtype=float) for values in (sound, faithful))
    shift = f"{np.mean(faithful) - np.mean(sound):+.2f}"
    if paired:
        shift += f" ± {difference_interval(faithful, sound, 0.95, paired=True)[1]:.2f}"
    print(f"| {switch} | {number} | {np.mean(sound):.2f} | {np.mean(faithful):.2f} | {shift} |", flush=True)


def band(number: str, ours: float, theirs: float) -> None:
    """A line of the table: half-widths, which no network has on its own."""
    print(f"| `bands`: networks, paper | half-width, {number} | {100 * ours:.2f} | {100 * theirs:.2f} | |", flush=True)
