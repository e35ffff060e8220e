"""How far the clusters by each two measures of association agree: coloured matrices, beside floor and ceiling."""

from typing import ClassVar, Literal

from vestige.figures.agreement_tables import Panel as Shown
from vestige.figures.agreement_tables import average_bounds, over_all, per_layer, per_strength, table_of
from vestige.figures.drawing import Panel, apply_style, finish_layout
from vestige.figures.heat_map import divide, draw_matrix, write_numbers
from vestige.figures.measures import at_least, choose_measures, is_upstream, measure_short
from vestige.figures.sweeps import Swept, accurate_runs, note_left_out, runs_of_sweep

SEQUENTIAL, DIVERGING = "cividis", "PuOr"
SPLITS = {"nothing": over_all, "strength": per_strength, "layer": per_layer}
WORDS = {
    "similarity": "Element-centric similarity",
    "adjusted": "Element-centric similarity, adjusted for chance",
    "overlap": "Units in matched clusters (share)",
    "reduced_information": "Reduced mutual information (bit)",
    "reduced_information_share": "Reduced mutual information (share)",
    "variation_similarity": "1 − variation of information (share)",
    "rank_correlation": "Rank correlation of associations",
    "transfer": "Modularity of the other's clusters",
    "transfer_share": "Modularity of the other's clusters (share)",
}


class Settings(Swept):
    """Which statistic of agreement, of which measures (all where left out), and what is subtracted layer by layer.

    `subtract`: the mean of untrained networks in the same layer, or that in the first layer from every one, as the
    authors' code has it.
    """

    draws_bands: ClassVar[bool] = False

    panel: Panel = (2.1, 2.1)
    """Width and height of one panel in inches."""
    statistic: Literal[tuple(WORDS)] = "similarity"
    """Which statistic of the agreement of two clusterings is drawn."""
    measures: at_least(2) | None = None
    """The measures of association that are compared; left out, all."""
    subtract: Literal["same_layer", "first_layer"] = "same_layer"
    """What is subtracted from each layer: the mean of untrained networks in the same layer, or in the first layer (the
    authors' code)."""


def agreement_maps(settings: Settings, runs, beside, split: Literal["nothing", "strength", "layer"] = "nothing"):
    """Draw results of `agreement` at the last epoch measured; returns the figure and the table of what it shows.

    Over all networks that count: after training, untrained, and the difference; or a panel for each of up to four
    strengths of each regularizer; or a row of panels for each layer. The marks on the colour bar are the means, over
    measures of different families, of what chance gives and of what two searches by one measure agree.
    """
    runs = runs_of_sweep(runs)
    kept, count = accurate_runs(runs, beside["training"], settings.least_accuracy)
    names = choose_measures(kept[0], settings.measures)
    panels = SPLITS[split](settings, kept, runs, beside["untrained"], names)
    with apply_style():
        figure, axes = sheet_of(settings, panels)
        draw(figure, axes, panels, names, settings.statistic)
        note_left_out(figure, count, settings.least_accuracy)
        return finish_layout(figure, wide_labels=True), table_of(panels, names, settings.statistic)


def sheet_of(settings, panels: list[list[Shown]]):
    """A sheet with a row of places for each row of panels."""
    from matplotlib.figure import Figure as Sheet

    width, height = settings.panel
    columns = max(map(len, panels))
    figure = Sheet(figsize=(width * columns + 1.4, height * len(panels) + 0.9), layout="compressed")
    return figure, figure.subplots(len(panels), columns, squeeze=False)


def draw(figure, axes, panels: list[list[Shown]], names: list[str], statistic: str):
    """The matrices; one colour bar for those of agreement, another for those of differences."""
    import numpy as np

    plain = [each.values for row in panels for each in row if not each.is_difference]
    changes = [np.abs(each.values) for row in panels for each in row if each.is_difference]
    top, widest = (float(np.nanmax(np.stack(those))) if those else 1.0 for those in (plain, changes))
    bottom = min(0.0, float(np.nanmin(np.stack(plain))))
    upstream, shown = sum(map(is_upstream, names)), {}
    short = [measure_short(name) for name in names]
    for row, (places, those) in enumerate(zip(axes, panels, strict=True)):
        for column, ax in enumerate(places):
            if column >= len(those):
                ax.set_axis_off()
                continue
            each = those[column]
            ends, colours = ((-widest, widest), DIVERGING) if each.is_difference else ((bottom, top), SEQUENTIAL)
            below = all(column >= len(later) for later in panels[row + 1 :])
            image = draw_matrix(ax, each.values, short, colours, ends, (column == 0, below))
            write_numbers(ax, each.values, image)
            divide(ax, upstream, len(names))
            ax.set_title(each.title)
            shown[each.is_difference] = image
    for is_difference, image in sorted(shown.items(), reverse=True):  # the bar drawn last is the nearest
        words = "Difference" if is_difference else WORDS[statistic]
        bar = figure.colorbar(image, ax=axes, label=words, shrink=0.8, aspect=30, pad=0.05)
        bar.outline.set_visible(False)
        if not is_difference and statistic == "similarity":
            mark(bar, average_bounds(panels, names))


def mark(bar, levels: dict[str, float]):
    """Lines on the colour bar at what chance and the ceiling are."""
    for name, level in levels.items():
        bar.ax.axhline(level, color="white", linewidth=1.6)
        bar.ax.axhline(level, color="black", linewidth=0.7)
        bar.ax.text(-0.25, level, name, size=6.5, ha="right", va="center", transform=bar.ax.get_yaxis_transform())
