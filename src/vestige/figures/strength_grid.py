"""Selectivity of modules, a column for each strength of the penalty and a row for each period that it lasts."""

from vestige.condition import is_penalised
from vestige.figures.axes import lines
from vestige.figures.drawing import Panel, apply_style, finish_layout, sheet
from vestige.figures.legends import key, looks
from vestige.figures.module_lines import PAPER_BANDS, Selective, label_axes, module_table, name_lines, storeys
from vestige.figures.panels import label_outside, mark_penalty
from vestige.figures.tables import split_labels

__all__ = ["PAPER_BANDS"]  # of the same means

PLAIN = "0.7"  # the grey of networks without penalty, behind the others


class Settings(Selective):
    """No keys beside those of every such figure."""

    panel: Panel = (1.7, 1.5)
    """Width and height of one panel in inches."""


def strength_grid(settings: Settings, runs):
    """Draw results of `selectivity`, strengths by periods; returns the figure and the table of what it shows.

    What was not penalised is in every panel, in grey, with each module's dashes.
    """
    table = module_table(runs, settings)
    with apply_style():
        parts = split_labels(name_lines(table))
        shown, heights = storeys(table)
        look = looks(list(dict.fromkeys(parts["line"])), settings.palette)
        figure, places, panels = grid(settings, parts, heights)
        for condition, place in panels.items():
            for ax, quantity in zip(place, shown, strict=True):
                draw(ax, parts[parts["quantity"] == quantity], condition, look)
        label_axes(places, table)
        key(figure, look, *mark_penalty(panels, parts), *plain_key(parts))
        return finish_layout(figure), table


def grid(settings, parts, heights: tuple[float, ...]):
    """The sheet, its places, and the place of each penalised condition: strengths in columns, periods in rows.

    Where nothing is penalised (yet), the conditions have a column each.
    """
    cells = parts.groupby("condition", sort=False)[["label", "strength", "period", "alpha"]].first()
    penalised = is_penalised(cells["alpha"])
    cells = cells[penalised] if penalised.any() else cells.assign(strength=cells["label"])
    columns, rows = list(dict.fromkeys(cells["strength"])), list(dict.fromkeys(cells["period"]))
    figure, places = sheet(settings, len(rows) * len(columns), columns=len(columns), heights=heights)
    at = {name: (rows.index(cell["period"]), columns.index(cell["strength"])) for name, cell in cells.iterrows()}
    panels = {name: places[row * len(columns) + column] for name, (row, column) in at.items()}
    for name, place in panels.items():
        place[0].set_title(cells.loc[name, "label"])
        label_outside(place, at[name], set(at.values()))
    for ax in [ax for place in places if place not in panels.values() for ax in place]:
        ax.set_axis_off()
    return figure, places, panels


def draw(ax, parts, condition: str, look: dict[str, dict]):
    """A condition's lines in front of those of networks without penalty."""
    behind = {name: one | {"color": PLAIN, "marker": ""} for name, one in look.items()}
    plain = parts[~is_penalised(parts["alpha"]) & (parts["condition"] != condition)]
    plain = plain.assign(low=float("nan"))  # without bands
    for _, part in plain.groupby("condition", sort=False):
        lines(ax, part, "line", behind)
    lines(ax, parts[parts["condition"] == condition], "line", look)


def plain_key(parts) -> list:
    """The entry of the key for networks without penalty, where any are drawn behind others."""
    from matplotlib.lines import Line2D

    both = is_penalised(parts["alpha"]).nunique() > 1
    return [Line2D([], [], color=PLAIN, label="no penalty")] if both else []
