"""Figure 3 (and module 7): how accuracy falls as channels are ablated, the most selective first or in random order."""

from typing import Literal

from vestige.figures.drawing import Figure, band, epoch_axis, finished, in_percent, lines, sheet, styled, value_axis
from vestige.figures.keys import epoch_colours, epoch_key, handles, looks
from vestige.figures.tables import over_seeds

KIND = "ablation"
PAPER = "3"
CAPTION = (
    "Effect of progressive ablation on accuracy throughout training, a module a row. Middle and right: accuracy, as a "
    "share of the largest on its curve, against the share of channels ablated in every block of the module, the most "
    "selective first or in random order; a line an epoch. Left: area under these curves. Lines: mean over networks "
    "trained from different seeds; bands: 95 % Student t interval of that mean."
)
ORDERS = {"selective": "most selective first", "random": "random order"}
ACCURACY = {"top1": "accuracy", "top5": "accuracy_top5"}


class Settings(Figure):
    """Which accuracy, and the area as an integral over the share of channels or as the paper's sum over the grid."""

    accuracy: Literal["top1", "top5"]
    area: Literal["integral", "sum"]


def ablation_curves(settings, runs):
    """Draw results of `ablation`, a row for each module (and condition); returns the figure and the table of it."""
    table = over_seeds(runs, lambda run: measures(run[ACCURACY[settings.accuracy]], settings.area))
    table = table.drop(columns="point").astype({"ablated": "Int64"})
    with styled():
        rows = row_tables(table.replace({"order": ORDERS}))
        figure, places = sheet(settings, 3 * len(rows), columns=3)
        grid = [[place[0] for place in places[3 * i : 3 * i + 3]] for i in range(len(rows))]
        look = looks(list(ORDERS.values()), "Greys_r", black=1)
        colours = epoch_colours(table, settings.palette)
        for axes, (title, part) in zip(grid, rows.items(), strict=True):
            axes[0].set_title(title)
            axes[1].tick_params(labelleft=True)
            draw_row(axes, part, look, colours)
        label_axes(grid, table, settings)
        epoch_key(figure, [ax for axes in grid for ax in axes[1:]], colours)
        order_key(grid[-1][0], look)
        return finished(figure), table


def measures(accuracy, area: str) -> dict:
    """Curves (epoch, order, point) of one network, normalised, and the areas under them (epoch, order, module)."""
    import xarray as xr

    over_repeats = accuracy.mean("repeat").transpose("epoch", "order", "point").groupby("module")
    curves = {module: share(curve.sortby("fraction")) for module, curve in over_repeats}
    areas = [area_of(curve, area).assign_coords(module=module) for module, curve in curves.items()]
    return {"area": xr.concat(areas, "module"), "accuracy": xr.concat(curves.values(), "point")}


def share(curve):
    """A module's accuracy as a share of the largest on each curve."""
    from vestige.formulas.ablation import normalised

    return curve.copy(data=normalised(curve.values))


def area_of(curve, area: str):
    """(epoch, order): the area under a module's curves."""
    from vestige.formulas.ablation import area_integral, area_sum

    values = curve.values
    found = area_sum(values) if area == "sum" else area_integral(values, curve["fraction"].values)
    return curve.isel(point=0, drop=True).copy(data=found)


def row_tables(table) -> dict:
    """Title of a row -> its part of the table; the condition is said where there are several."""
    several = table["condition"].nunique() > 1
    return {
        f"module {module}" + f", {part['label'].iloc[0]}" * several: part
        for (_, module), part in table.groupby(["condition", "module"], sort=False)
    }


def draw_row(axes, part, look: dict[str, dict], colours: dict):
    """Areas over epochs, then the curves of either order, a line an epoch."""
    import seaborn

    lines(axes[0], part[part["quantity"] == "area"], "order", look)
    for ax, order in zip(axes[1:], ORDERS.values(), strict=True):
        ax.set_title(order)
        curves = part[(part["quantity"] == "accuracy") & (part["order"] == order)]
        seaborn.lineplot(
            curves, x="fraction", y="mean", hue="epoch", palette=colours, estimator=None, legend=False, ax=ax
        )
        strength = min(0.18, 0.4 / len(colours))  # many bands lie upon each other
        for epoch, curve in curves.dropna(subset="low").groupby("epoch"):
            band(ax, curve, colours[epoch], across="fraction", strength=strength)


def label_axes(grid, table, settings):
    """Ranges and names of the axes; every area and every share keeps its own column's range."""
    places = {"area": [axes[0] for axes in grid], "accuracy": [ax for axes in grid for ax in axes[1:]]}
    epoch_axis(places["area"], table)
    names = {"integral": "Area under the curve (%)", "sum": "Sum over the curve (%)"}
    limits = (0, 1) if settings.area == "integral" else None
    value_axis(places["area"], table[table["quantity"] == "area"], names[settings.area], limits, percent=True)
    name = f"Normalised top-{settings.accuracy[3:]} accuracy (%)"
    value_axis(places["accuracy"], table, name, (0, 1.02), percent=True)
    for ax in places["accuracy"]:
        ax.xaxis.set_major_formatter(in_percent)
        ax.set_xlabel("Channels ablated (%)" if ax in grid[-1] else "")


def order_key(ax, look: dict[str, dict]):
    """The key of the areas, below their lowest panel and beside the bar of epochs."""
    from matplotlib.transforms import ScaledTranslation

    below = ax.transAxes + ScaledTranslation(0, -0.4, ax.figure.dpi_scale_trans)
    legend = ax.legend(handles=handles(look), loc="upper left", bbox_to_anchor=(0, 0), bbox_transform=below)
    legend.set_in_layout(False)  # the bar has made the room
