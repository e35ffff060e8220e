"""How accuracy falls as channels of trained networks are ablated, in either order."""

from vestige.figures.ablation_curves import ORDERS, Curves, ablation_table, row_tables, share_axes
from vestige.figures.axes import has_tick_labels, lines
from vestige.figures.drawing import Panel, apply_style, finish_layout, sheet
from vestige.figures.legends import key, looks


class Settings(Curves):
    """No keys beside those of every such figure."""

    panel: Panel = (1.7, 1.6)
    """Width and height of one panel in inches."""


def final_ablation(settings, runs):
    """Draw results of `ablation`, a panel for each module (and condition); returns the figure and the table of it."""
    table = ablation_table(settings, [run.isel(epoch=[-1]) for run in runs])
    table = table[table["quantity"] == "accuracy"]
    with apply_style():
        look = looks(list(ORDERS.values()), settings.palette)
        rows = row_tables(table.replace({"order": ORDERS}))
        figure, places = sheet(settings, len(rows))
        axes = [ax for place in places for ax in place]
        for ax, (title, part) in zip(axes, rows.items(), strict=True):
            ax.set_title(f"{title}, epoch {part['epoch'].max()}")
            lines(ax, part, "order", look, across="fraction")
        share_axes(axes, [ax for ax in axes if has_tick_labels(ax, "bottom")], table, settings)
        key(figure, look)
        return finish_layout(figure), table
