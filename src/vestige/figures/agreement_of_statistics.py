"""Whether different statistics of agreement say the same: their correlation over pairs of measures."""

from itertools import combinations
from typing import ClassVar

from vestige.figures.drawing import Panel, apply_style, finish_layout
from vestige.figures.heat_map import draw_matrix, write_numbers
from vestige.figures.measures import at_least, choose_measures
from vestige.figures.sweeps import Swept, accurate_runs, note_left_out, runs_of_sweep

FEWEST = 3  # measures, of which there are three pairs

STATISTICS = {
    "similarity": "element-centric",
    "adjusted": "element-centric, adj.",
    "overlap": "greedy overlap",
    "reduced_information": "reduced MI",
    "reduced_information_share": "reduced MI, share",
    "variation": "variation of inf.",
    "variation_similarity": "VI, as similarity",
    "rank_correlation": "rank correlation",
    "transfer": "transfer",
    "transfer_share": "transfer, share",
}


class Settings(Swept):
    """The measures of association whose pairs are correlated; all where left out."""

    draws_bands: ClassVar[bool] = False

    panel: Panel = (3.4, 3.4)
    """Width and height of one panel in inches."""
    measures: at_least(FEWEST) | None = None
    """The measures of association that are compared; left out, all."""


def agreement_of_statistics(settings: Settings, runs, beside):
    """Draw the mean absolute correlation of statistics; returns the figure and its table.

    Pearson's, over the pairs of measures that have all statistics, inside each network and layer; averaged, then taken
    without its sign (the authors' way). A statistic that does not vary in a layer has no correlation there.
    """
    from matplotlib.figure import Figure as Sheet

    kept, left = accurate_runs(runs_of_sweep(runs), beside["training"], settings.least_accuracy)
    names = choose_measures(kept[0], settings.measures)
    if len(names) < FEWEST:
        raise ValueError(f"measures: found {len(names)}; a correlation over pairs of them takes {FEWEST} or more")
    values, count = mean_correlations(kept, names)
    with apply_style():
        width, height = settings.panel
        figure = Sheet(figsize=(width + 1.2, height), layout="constrained")
        ax = figure.subplots()
        image = draw_matrix(ax, values, list(STATISTICS.values()), "cividis", (0, 1), (True, True))
        write_numbers(ax, values, image)
        bar = figure.colorbar(image, ax=ax, label="|mean correlation|", shrink=0.8, aspect=30)
        bar.outline.set_visible(False)
        note_left_out(figure, left, settings.least_accuracy)
        return finish_layout(figure, wide_labels=True), table_of(values, count)


def mean_correlations(runs, names: list[str]):
    """(statistics, statistics) the size of the mean correlation, and how many networks and layers it is of."""
    import numpy as np

    found = np.array([each for run in runs for each in correlations(run, names)])
    known = np.isfinite(found)
    means = np.where(known, found, 0).sum(0) / np.where(known.any(0), known.sum(0), np.nan)
    return np.abs(means), known.sum(0)


def correlations(run, names: list[str]):
    """(layers, statistics, statistics) Pearson's correlation over pairs of different measures."""
    import numpy as np

    last = run.isel(epoch=-1).sel(measure=names, measure_other=names)
    one, other = np.array([*combinations(range(len(names)), 2)]).T
    stacked = np.stack([last[name].transpose("layer", "measure", "measure_other").values for name in STATISTICS], 1)
    pairs = stacked[:, :, one, other]
    known = np.isfinite(pairs).all(axis=1, keepdims=True)  # pairs that have all statistics
    means = np.where(known, pairs, 0).sum(-1, keepdims=True) / np.maximum(known.sum(-1, keepdims=True), 1)
    centred = np.where(known, pairs - means, 0)
    size = np.sqrt((centred**2).sum(-1))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.einsum("lap,lbp->lab", centred, centred) / (size[:, :, None] * size[:, None, :])


def table_of(values, count):
    """A row for each two statistics."""
    import pandas as pd

    names = [*STATISTICS]
    rows = [
        {"statistic": one, "statistic_other": other, "correlation": values[i, j], "networks_and_layers": count[i, j]}
        for i, one in enumerate(names)
        for j, other in enumerate(names)
    ]
    return pd.DataFrame(rows)
