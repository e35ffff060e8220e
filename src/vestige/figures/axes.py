"""Lines with bands, and what stands on the axes."""

import math


def lines(ax, table, series: str, look: dict[str, dict], across: str = "epoch"):
    """Draw `mean` over `epoch` (or another column), a line and a band for each value of the column `series`."""
    import seaborn

    table = table[table[series].isin(list(look))]
    named = {key: {name: one[key] for name, one in look.items()} for key in ("color", "marker", "dashes")}
    before = len(ax.get_lines())
    seaborn.lineplot(
        table, x=across, y="mean", hue=series, style=series, palette=named["color"], markers=named["marker"],
        dashes=named["dashes"], estimator=None, legend=False, ax=ax,
    )  # fmt: skip
    step = max(1, round(table[across].nunique() / 6))
    for place, line in enumerate(ax.get_lines()[before:]):
        line.set_markevery((place % step, step))  # markers beside each other where lines lie upon each other
    for name, part in table.dropna(subset="low").groupby(series, sort=False):
        band(ax, part, look[name]["color"], across, min(0.18, 0.7 / len(look)))


def band(ax, part, colour, across: str = "epoch", strength: float = 0.18):
    """Shade the interval around a line, or draw it as a bar where the line is a single point."""
    if len(part) == 1:
        ax.vlines(part[across], part["low"], part["high"], color=colour, linewidth=1, alpha=0.6)
    ax.fill_between(part[across], part["low"], part["high"], color=colour, alpha=strength, linewidth=0)


def epoch_axis(axes, table):
    """Whole epochs, and the same range, on every panel; the last epoch is one of the ticks."""
    first, last = int(table["epoch"].min()), int(table["epoch"].max())
    margin = 0.03 * (last - first) or 0.5
    for ax in axes:
        ax.set_xticks(epoch_ticks(first, last))
        ax.set_xlim(first - margin, last + margin)
        ax.set_xlabel("Epoch" if labelled(ax, "bottom") else "")


def epoch_ticks(first: int, last: int) -> list[int]:
    """Round epochs in equal steps, and the last one in place of what would stand too near to it."""
    from matplotlib.ticker import MaxNLocator

    found = [int(tick) for tick in MaxNLocator(nbins=6, integer=True, min_n_ticks=1).tick_values(first, last)]
    step = found[1] - found[0] if len(found) > 1 else 1
    return [*(tick for tick in found if first <= tick <= last - 0.6 * step), last]


def value_axis(axes, table, label: str, limits=None, percent: bool = False, most: float = math.inf):
    """The same vertical range on every panel: the limits given, else from 0 to just above the data.

    `most` bounds a quantity that has a largest value: only the end of a wide interval lies above it.
    """
    limits = limits or (0, min(most, 1.08 * table[["mean", "high"]].max(axis=None) or 1))
    for ax in axes:
        ax.set_ylim(limits)
        ax.set_ylabel(label if labelled(ax, "left") else "")
        if percent:
            ax.yaxis.set_major_formatter(in_percent)


def in_percent(fraction: float, _place) -> str:
    """A tick's number: 0.125 -> "12.5"."""
    return f"{100 * fraction:g}"


def labelled(ax, side: str) -> bool:
    """Whether an axis of the panel shows its numbers."""
    axis = ax.xaxis if side == "bottom" else ax.yaxis
    return axis.get_tick_params()[f"label{side}"]
