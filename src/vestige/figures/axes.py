"""Lines with what is drawn around them, and what stands on the axes."""

import math

from vestige.figures.drawing import single_columns

TICKS = 4.5  # numbers of epochs that an inch has room for


def lines(ax, table, series: str, look: dict[str, dict], across: str = "epoch"):
    """Draw `mean` over `epoch` (or another column), a line for each value of the column `series`.

    Around it come the lines of single networks where the table holds them, else a band from `low` to `high`.
    """
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
    for name, part in table.groupby(series, sort=False):
        draw_spread(ax, part, look[name]["color"], across, min(0.18, 0.7 / len(look)))


def draw_spread(ax, part, colour, across: str = "epoch", strength: float = 0.18):
    """Draw what a table has around one line, single networks or a band; nothing where it is of one network."""
    part = part.dropna(subset="low")
    single = single_columns(part)
    if part.empty:
        return
    if single:
        thin_lines(ax, part, colour, across, single)
    else:
        band(ax, part, colour, across, strength)


def thin_lines(ax, part, colour, across: str, single: list[str]):
    """A thin line for each network, behind their mean; dots where they have a single point."""
    from matplotlib.collections import LineCollection

    curves = [part[[across, name]].dropna().to_numpy(dtype=float) for name in single]
    thin = {"linewidths": 0.5, "alpha": 0.5, "zorder": 1.5}
    ax.add_collection(LineCollection([curve for curve in curves if len(curve) > 1], colors=[colour], **thin))
    for curve in curves:
        if len(curve) == 1:
            ax.scatter(*curve.T, s=5, color=[colour], **thin)


def band(ax, part, colour, across: str, strength: float):
    """Shade the interval around a line, or draw it as a bar where the line is a single point."""
    if len(part) == 1:
        ax.vlines(part[across], part["low"], part["high"], color=colour, linewidth=1, alpha=0.6)
    ax.fill_between(part[across], part["low"], part["high"], color=colour, alpha=strength, linewidth=0)


def epoch_axis(axes, table):
    """Whole epochs, and the same range, on every panel; the last epoch is one of the ticks."""
    first, last = int(table["epoch"].min()), int(table["epoch"].max())
    margin = 0.03 * (last - first) or 0.5
    for ax in axes:
        inches = ax.get_position().width * ax.figure.get_figwidth()
        ax.set_xticks(epoch_ticks(first, last, min(6, max(2, round(TICKS * inches)))))
        ax.set_xlim(first - margin, last + margin)
        ax.set_xlabel("Epoch" if has_tick_labels(ax, "bottom") else "")


def epoch_ticks(first: int, last: int, most: int) -> list[int]:
    """Round epochs in at most so many equal steps, and the last one in place of what would stand too near to it."""
    from matplotlib.ticker import MaxNLocator

    found = [int(tick) for tick in MaxNLocator(nbins=most, integer=True, min_n_ticks=1).tick_values(first, last)]
    step = found[1] - found[0] if len(found) > 1 else 1
    return [*(tick for tick in found if first <= tick <= last - 0.6 * step), last]


def value_axis(axes, table, label: str, limits=None, percent: bool = False, most: float = math.inf):
    """The same vertical range on every panel: the limits given, else from 0 to just above the data.

    `most` bounds a quantity that has a largest value: only the end of a wide interval lies above it.
    """
    limits = limits or (0, min(most, 1.08 * table[["mean", "high"]].max(axis=None) or 1))
    for ax in axes:
        ax.set_ylim(limits)
        ax.set_ylabel(label if has_tick_labels(ax, "left") else "")
        if percent:
            ax.yaxis.set_major_formatter(in_percent)


def in_percent(fraction: float, _place) -> str:
    """A tick's number: 0.125 -> "12.5"."""
    return f"{100 * fraction:g}"


def has_tick_labels(ax, side: str) -> bool:
    """Whether an axis of the panel shows its numbers."""
    axis = ax.xaxis if side == "bottom" else ax.yaxis
    return axis.get_tick_params()[f"label{side}"]
