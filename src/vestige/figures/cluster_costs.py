"""What ablating a cluster of units costs, against random sets of as many units: a panel a measure and layer."""

from vestige.figures.drawing import Panel, apply_style, finish_layout, sheet, single_columns
from vestige.figures.measures import by_family, measure_words
from vestige.figures.sweeps import Swept, accurate_runs, left_out
from vestige.figures.tables import over_seeds

LINES = {"cluster": "a cluster", "random": "random units, as many"}
MARKERS = {"cluster": "o", "random": "s"}
NAME = 0.16  # inches that the name of a condition takes
STEP = 0.18  # between both marks of a condition, in rows


class Settings(Swept):
    """No keys beside those of every such figure."""

    panel: Panel = (1.9, 1.6)
    """Width and height of one panel in inches."""


def cluster_costs(settings: Settings, runs, beside):
    """Draw results of `cluster_ablation` at the last epoch measured; returns the figure and the table of what it shows.

    A row of marks a condition: the accuracy lost, in percent points, mean over clusters weighted by their units.
    """
    kept, count = accurate_runs(runs, beside["training"], settings.least_accuracy)
    table = over_seeds(kept, costs, settings.bands)
    measures, layers = by_family(dict.fromkeys(table["measure"])), list(dict.fromkeys(table["layer"]))
    with apply_style():
        from seaborn import color_palette

        colours = dict(zip(LINES, color_palette(settings.palette, 2), strict=True))
        labels = list(dict.fromkeys(table["label"]))
        figure, places = sheet(with_room(settings, len(labels)), len(measures) * len(layers), columns=len(measures))
        grid = [(layer, measure) for layer in layers for measure in measures]
        for (ax,), (layer, measure) in zip(places, grid, strict=True):
            draw(ax, table[(table["measure"] == measure) & (table["layer"] == layer)], labels, colours)
            ax.set_title(f"{measure_words(measure)}, layer {layer}")
        finish([ax for (ax,) in places], labels)
        add_key(figure, colours, left_out(count, settings.least_accuracy))
        return finish_layout(figure, wide_labels=True), table


def with_room(settings: Settings, conditions: int) -> Settings:
    """The settings with panels that are high enough for the names of so many conditions."""
    width, height = settings.panel
    return settings.model_copy(update={"panel": (width, max(height, 0.5 + NAME * conditions))})


def costs(run) -> dict:
    """(measure, layer) the percent points of accuracy that a cluster, and random units in its place, cost."""
    last = run.isel(epoch=-1, drop=True)
    weights = last["units"].fillna(0)

    def accuracy_lost(accuracy):
        return 100 * (last["accuracy"] - accuracy).weighted(weights).mean("cluster")

    return {
        "cluster": accuracy_lost(last["accuracy_cluster"]),
        "random": accuracy_lost(last["accuracy_random"].mean("repeat")),
    }


def draw(ax, part, labels: list[str], colours: dict):
    """Means with their interval, or single networks as dots, one condition below the other."""
    single = single_columns(part)
    for side, name in zip((-STEP, STEP), LINES, strict=True):
        mine = part[part["quantity"] == name]
        rows = [labels.index(label) + side for label in mine["label"]]
        ax.scatter(mine["mean"], rows, s=22, marker=MARKERS[name], color=[colours[name]], zorder=3)
        if single:
            for column in single:
                ax.scatter(mine[column], rows, s=5, alpha=0.6, color=[colours[name]], linewidths=0)
        else:
            ax.hlines(rows, mine["low"], mine["high"], color=[colours[name]], linewidth=1)


def finish(axes, labels: list[str]):
    """The same axes on all panels: conditions from above, costs from 0 or the least."""
    low, high = (end(ax.get_xlim()[place] for ax in axes) for place, end in enumerate((min, max)))
    for ax in axes:
        ax.grid(True, axis="x")
        ax.grid(False, axis="y")
        ax.set_xlim(min(0, low) - 0.04 * (high - low), high + 0.04 * (high - low))
        ax.set_ylim(len(labels) - 0.5, -0.5)
        ax.set_yticks(range(len(labels)), labels)
        ax.axvline(0, color="0.5", linewidth=0.6, zorder=0)
        ax.set_xlabel("Accuracy lost (points)" if ax.xaxis.get_tick_params()["labelbottom"] else "")


def add_key(figure, colours: dict, others: list):
    """What both marks are."""
    from matplotlib.lines import Line2D

    from vestige.figures.legends import key_below

    named = [
        Line2D([], [], linestyle="", marker=MARKERS[name], color=colours[name], label=words)
        for name, words in LINES.items()
    ]
    key_below(figure, named, *others)
