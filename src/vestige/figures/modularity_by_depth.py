"""Modularity against the layer, at the strongest regularization of each kind: a panel a measure of association."""

from vestige.figures.axes import draw_spread, value_axis
from vestige.figures.drawing import Panel, apply_style, finish_layout, sheet
from vestige.figures.legends import handles, key_below
from vestige.figures.measures import Measures, measure_words
from vestige.figures.regularization_lines import COLUMNS, LABELS, after_training, with_untrained
from vestige.figures.sweeps import (
    NONE,
    WORDS,
    Swept,
    accurate_runs,
    draw_line,
    left_out,
    regularizer_looks,
    runs_of_sweep,
    strengths,
    strongest,
    with_strengths,
)
from vestige.figures.tables import over_seeds
from vestige.figures.untrained import LABEL, untrained_rows

DARK = {"color": "0.1", "marker": "s", "dashes": ""}
PALE = {"color": "0.6", "marker": "", "dashes": (1.2, 1.2)}


class Settings(Swept):
    """The measures of association to draw; all where left out."""

    panel: Panel = (1.7, 1.5)
    """Width and height of one panel in inches."""
    measures: Measures | None = None
    """The measures of association that are drawn; left out, all."""


def modularity_by_depth(settings: Settings, runs, beside):
    """Draw results of `clustering` at the last epoch measured; returns the figure and the table of what it shows.

    Of each regularizer the strongest that counts, networks without any, and the mean of untrained networks.
    """
    runs = runs_of_sweep(runs)
    kept, count = accurate_runs(runs, beside["training"], settings.least_accuracy)
    found = strengths(kept, runs)
    weaker = {*found} - {*strongest(found).values()}
    chosen = [run for run in kept if run["condition"].item() not in weaker]
    measured = lambda run: {"modularity": after_training(run["modularity"], settings.measures, True)}  # noqa: E731
    table = with_strengths(over_seeds(chosen, measured, settings.bands), found)
    table = table.assign(line=[line_words(*each) for each in zip(table["regularizer"], table["value"], strict=True)])
    untrained = untrained_rows(beside["untrained"], "modularity", True, False).assign(line=LABEL)
    with apply_style():
        look = looks_of(table, settings.palette, len(untrained) > 0)
        measures, layers = (list(dict.fromkeys(table[name])) for name in ("measure", "layer"))
        figure, places = sheet(settings, len(measures), columns=min(COLUMNS, len(measures)))
        for (ax,), measure in zip(places, measures, strict=True):
            for rows in (untrained, table):
                draw(ax, rows[rows["measure"] == measure], look, layers)
            ax.set_title(measure_words(measure))
        label([ax for (ax,) in places], table, layers)
        key_below(figure, handles(look), *left_out(count, settings.least_accuracy))
        return finish_layout(figure), with_untrained(table, untrained)


def line_words(regularizer: str, value: float) -> str:
    """For instance "dropout 0.7"."""
    return f"{WORDS[regularizer]} {value:g}" if regularizer else NONE


def looks_of(table, palette: str, untrained: bool) -> dict[str, dict]:
    """A look for each line, those of the regularizers as in other figures."""
    by_name, lines = regularizer_looks(table, palette), table.drop_duplicates("line")
    pairs = zip(lines["line"], lines["regularizer"], strict=True)
    look = {line: by_name.get(regularizer, DARK) for line, regularizer in pairs}
    return look | ({LABEL: PALE} if untrained else {})


def draw(ax, rows, look: dict[str, dict], layers: list[str]):
    """A line over layers for each value of the column `line`."""
    for name, part in rows.groupby("line", sort=False):
        part = part.assign(layer=[layers.index(each) for each in part["layer"]]).sort_values("layer")
        one = look[name]
        draw_line(ax, part["layer"], part["mean"], one)
        if "low" in part:
            draw_spread(ax, part, one["color"], "layer")


def label(axes, table, layers: list[str]):
    """Layers by their number, and modularity from 0."""
    for ax in axes:
        ax.set_xlim(-0.25, len(layers) - 0.75)
        ax.set_xticks(range(len(layers)), layers)
        ax.set_xlabel("Layer" if ax.xaxis.get_tick_params()["labelbottom"] else "")
    value_axis(axes, table, LABELS["modularity"])
