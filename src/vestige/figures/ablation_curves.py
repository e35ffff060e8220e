"""Accuracy as channels are ablated, the most selective first or in random order: a row a module, areas and curves."""

from typing import Annotated, Literal

from pydantic import Field

from vestige.figures.axes import draw_spread, epoch_axis, in_percent, lines, value_axis
from vestige.figures.drawing import Figure, Palette, Panel, apply_style, finish_layout, sheet
from vestige.figures.legends import epoch_colours, epoch_key, handles, looks
from vestige.figures.tables import over_seeds

ORDERS = {"selective": "most selective first", "random": "random order"}
ACCURACY = {"top1": "accuracy", "top5": "accuracy_top5"}


class Curves(Figure):
    """Which accuracy, and the modules to draw: all that were measured where left out."""

    accuracy: Literal["top1", "top5"] = "top1"
    """Which accuracy is drawn: top1 or top5."""
    modules: Annotated[tuple[int, ...], Field(strict=False, min_length=1)] | None = None
    """The modules that are drawn; left out, all that were ablated."""


class Settings(Curves):
    """The area as an integral over the share of channels, or as the paper's sum over the grid."""

    palette: Palette = "mako"
    """The colours of the epochs, by the name of a seaborn palette."""
    panel: Panel = (2.2, 1.7)
    """Width and height of one panel in inches."""
    area: Literal["integral", "sum"]
    """The area under a curve: its integral over the share of ablated channels, or the paper's sum over the grid."""


def ablation_table(settings: Curves, runs, area: str = "integral"):
    """Means over seeds of normalised accuracy and of the areas under its curves, of the modules to be drawn."""
    from vestige.metrics import summaries

    name = ACCURACY[settings.accuracy]
    shown = [pick_modules(run, settings.modules) for run in runs]
    table = over_seeds(shown, lambda run: with_slope(summaries.ablation_curves(run, name, area)), settings.bands)
    return table.drop(columns="point").astype({"ablated": "Int64", "epoch": "Int64"})


def with_slope(curves: dict) -> dict:
    """Beside areas and accuracies the `slope` (order, module) that the paper printed, unless there is one epoch alone.

    It is the difference of the area between the last epoch and the first, divided by that of the epochs.
    """
    area = curves["area"]
    first, last = area["epoch"].values[[0, -1]]
    ends = area.sel(epoch=last, drop=True) - area.sel(epoch=first, drop=True)
    return curves | ({"slope": ends / (last - first)} if last > first else {})


def pick_modules(run, modules):
    """The points of some modules; ValueError for a module that the result does not hold."""
    import numpy as np

    known = set(run["module"].values.tolist())
    if strange := sorted(set(modules or ()) - known):
        absent, there = (", ".join(map(str, one)) for one in (strange, sorted(known)))
        raise ValueError(f"modules: no module {absent} was ablated; the results hold {there}")
    return run.isel(point=np.isin(run["module"].values, modules)) if modules else run


def ablation_curves(settings: Settings, runs):
    """Draw results of `ablation`, a row for each module (and condition); returns the figure and the table of it."""
    table = ablation_table(settings, runs, settings.area)
    sloped = table["quantity"] == "slope"
    slopes, drawn = table[sloped], table[~sloped].astype({"epoch": int})
    with apply_style():
        rows = row_tables(drawn.replace({"order": ORDERS}))
        figure, places = sheet(settings, 3 * len(rows), columns=3)
        grid = [[place[0] for place in places[3 * i : 3 * i + 3]] for i in range(len(rows))]
        look = looks(list(ORDERS.values()), "Greys_r", black=1)
        colours = epoch_colours(drawn, settings.palette)
        for axes, (title, part) in zip(grid, rows.items(), strict=True):
            axes[0].set_title(title)
            axes[1].tick_params(labelleft=True)
            draw_row(axes, part, look, colours)
        label_axes(grid, drawn, settings)
        for axes, part in zip(grid, rows.values(), strict=True):
            here = (slopes["condition"] == part["condition"].iloc[0]) & (slopes["module"] == part["module"].iloc[0])
            slope_key(axes[0], slopes[here].replace({"order": ORDERS}), look)
        epoch_key(figure, [ax for axes in grid for ax in axes[1:]], colours)
        order_key(grid[-1][0], look)
        return finish_layout(figure), table


def row_tables(table) -> dict:
    """Title of a row -> its part of the table; the condition is said where there are several."""
    several = table["condition"].nunique() > 1
    return {
        f"module {module}" + f", {part['label'].iloc[0]}" * several: part
        for (_, module), part in table.groupby(["condition", "module"], sort=False)
    }


def draw_row(axes, part, look: dict[str, dict], colours: dict):
    """Areas over epochs, then the curves of either order, a line an epoch.

    What is around curves is drawn of the first and the last epoch alone: it would hide those between.
    """
    import seaborn

    lines(axes[0], part[part["quantity"] == "area"], "order", look)
    for ax, order in zip(axes[1:], ORDERS.values(), strict=True):
        ax.set_title(order)
        curves = part[(part["quantity"] == "accuracy") & (part["order"] == order)]
        seaborn.lineplot(
            curves, x="fraction", y="mean", hue="epoch", palette=colours, estimator=None, legend=False, ax=ax
        )
        for epoch in curves["epoch"].agg(["min", "max"]).unique():
            draw_spread(ax, curves[curves["epoch"] == epoch], colours[epoch], across="fraction")


def label_axes(grid, table, settings: Settings):
    """Ranges and names of the axes; every area and every share keeps its own column's range."""
    areas, shares = [axes[0] for axes in grid], [ax for axes in grid for ax in axes[1:]]
    epoch_axis(areas, table)
    names = {"integral": "Area under the curve (%)", "sum": "Sum over the curve (%)"}
    limits = (0, 1) if settings.area == "integral" else None
    value_axis(areas, table[table["quantity"] == "area"], names[settings.area], limits, percent=True)
    share_axes(shares, grid[-1], table, settings)


def share_axes(axes, lowest, table, settings: Curves):
    """Normalised accuracy against the share of channels, named at the lowest panels."""
    name = f"Normalised top-{settings.accuracy[3:]} accuracy (%)"
    value_axis(axes, table, name, (0, 1.02), percent=True)
    for ax in axes:
        ax.xaxis.set_major_formatter(in_percent)
        ax.set_xlabel("Channels ablated (%)" if ax in lowest else "")


def slope_key(ax, slopes, look: dict[str, dict]):
    """The slope of each line of areas with its interval, where there is room in the panel."""
    from matplotlib.legend import Legend

    if slopes.empty:
        return
    each = slopes.set_index("order")
    words = [slope_words(*each.loc[order, ["mean", "low", "high"]]) for order in look]
    small = {"fontsize": 6.5, "title_fontsize": 6.5, "handlelength": 3.2, "labelspacing": 0.3}
    ax.add_artist(Legend(ax, handles(look), words, title="slope (points an epoch)", loc="best", **small))


def slope_words(mean: float, low: float, high: float) -> str:
    """A slope in percent points an epoch and, of two networks or more, its interval: "+0.31 [−0.05, +0.67]"."""
    mean, low, high = (f"{100 * value:+.2f}".replace("-", "−") for value in (mean, low, high))
    return mean if low == "+nan" else f"{mean} [{low}, {high}]"


def order_key(ax, look: dict[str, dict]):
    """The key of the areas, below their lowest panel and beside the bar of epochs."""
    from matplotlib.transforms import ScaledTranslation

    below = ax.transAxes + ScaledTranslation(0, -0.4, ax.figure.dpi_scale_trans)
    legend = ax.legend(handles=handles(look), loc="upper left", bbox_to_anchor=(0, 0), bbox_transform=below)
    legend.set_in_layout(False)  # the bar has made the room
