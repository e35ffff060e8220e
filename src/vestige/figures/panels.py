"""A panel for each condition, a line for each of its series over epochs."""

from vestige.condition import is_penalised
from vestige.figures.axes import lines
from vestige.figures.drawing import GREY, sheet
from vestige.figures.legends import looks


def condition_panels(settings, table, series: str, quantities: tuple[str, ...], heights: tuple[float, ...] = (1,)):
    """Draw the quantities of every condition, each on a panel of its own, one above the other.

    Returns the figure, the panels (condition -> one a quantity) and the look of every series.
    """
    labels = dict(zip(table["condition"], table["label"], strict=True))
    look = looks(list(dict.fromkeys(table[series])), settings.palette)
    figure, places = sheet(settings, len(labels), heights=heights)
    panels = dict(zip(labels, places, strict=True))
    for condition, part in table.groupby("condition", sort=False):
        panels[condition][0].set_title(labels[condition])
        for ax, quantity in zip(panels[condition], quantities, strict=True):
            lines(ax, part[part["quantity"] == quantity], series, look)
    return figure, panels, look


def label_outside(place, here: tuple[int, int], taken: set[tuple[int, int]]):
    """Numbers on the axes of a place beside or below which there is no other, in a grid with gaps."""
    row, column = here
    for ax in place:
        ax.tick_params(labelleft=all(other[0] != row or other[1] >= column for other in taken))
    place[-1].tick_params(labelbottom=all(other[1] != column or other[0] <= row for other in taken))


def mark_penalty(panels, table):
    """Shade the epochs that were penalised, with a line at their onset; returns what belongs into the key."""
    periods = table.groupby("condition", sort=False)[["alpha", "start", "stop"]].first()
    penalised = periods[is_penalised(periods["alpha"])]
    for condition, (_, start, stop) in penalised.iterrows():
        for ax in panels[condition]:
            ax.axvspan(start, stop, color="0.93", linewidth=0, zorder=0)
            ax.axvline(start, color=GREY, linewidth=0.8, linestyle=(0, (4, 2)), zorder=1)
    return [penalty_key(table)] if len(penalised) else []


def penalty_key(table):
    """The entry of the key for penalised epochs; it names the modules where all conditions penalise the same."""
    from matplotlib.patches import Patch

    from vestige.condition import modules_label

    listed = table.loc[is_penalised(table["alpha"]), "modules"].unique()
    where = f" ({modules_label([int(module) for module in listed[0].split()])})" if len(listed) == 1 else ""
    return Patch(facecolor="0.93", edgecolor=GREY, linestyle="--", linewidth=0.6, label=f"regularised{where}")
