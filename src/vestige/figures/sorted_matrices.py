"""Associations of the units of a layer, sorted by their clusters: a matrix a condition, of one network each."""

from typing import ClassVar

from vestige.figures.condition_labels import labels
from vestige.figures.drawing import Figure, Panel, apply_style, finish_layout, sheet
from vestige.figures.measures import Measure, measure_words
from vestige.figures.sweeps import name_of
from vestige.figures.tables import by_condition


class Settings(Figure):
    """Which measure of association, and in which layer (module): the first where left out."""

    draws_bands: ClassVar[bool] = False

    panel: Panel = (2.1, 2.1)
    """Width and height of one panel in inches."""
    measure: Measure = "covariance_normalised"
    """The measure of association that is drawn."""
    layer: int | None = None
    """The module whose units are drawn; left out, the first one."""


def sorted_matrices(settings: Settings, runs, beside):
    """Draw results of `association` at the last epoch measured, of the first seed of each condition.

    Units come cluster by cluster, the largest first, and dead ones last; lines part clusters. Returns the figure and a
    table with a row a unit.
    """
    import pandas as pd

    clusters, words = {name_of(each): each for each in beside["clustering"]}, labels(runs)
    chosen = [group[0] for group in by_condition(runs).values()]
    layer = int(chosen[0]["module"].values.min()) if settings.layer is None else settings.layer
    with apply_style():
        figure, places = sheet(settings, len(chosen), columns=min(3, len(chosen)))
        tables, image, largest = [], None, max(matrix_of(run, settings.measure, layer).max() for run in chosen)
        for (ax,), run in zip(places, chosen, strict=True):
            matrix, found = matrix_of(run, settings.measure, layer), clusters[name_of(run)]
            cluster, quality = clusters_of(found, settings.measure, layer)
            order = by_size(cluster)
            image = draw(ax, matrix[order][:, order], cluster[order], largest)
            ax.set_title(f"{words[run['condition'].item()]}, Q = {round(quality, 3) + 0.0:.3f}")
            rows = {
                "condition": run["condition"].item(),
                "seed": run["seed"].item(),
                "layer": layer,
                "modularity": quality,
            }
            tables.append(pd.DataFrame({"unit": order, "cluster": cluster[order]}).assign(**rows))
        bar = figure.colorbar(image, ax=[ax for (ax,) in places], shrink=0.8, aspect=30, pad=0.02)
        bar.set_label(f"{measure_words(settings.measure)}, layer {layer}")
        bar.outline.set_visible(False)
        return finish_layout(figure), pd.concat(tables, ignore_index=True)


def matrix_of(run, measure: str, layer: int):
    """(units, units) the associations of a layer at the last epoch, 0 on the diagonal."""
    import numpy as np

    known = [str(name) for name in run["measure"].values]
    rows = np.flatnonzero(run["module"].values == layer)
    if measure not in known or not len(rows):
        modules = sorted({int(each) for each in run["module"].values})
        raise ValueError(f"no {measure} in layer {layer}; the results hold {', '.join(known)} in layers {modules}")
    one, other = (run[name].values[rows] for name in ("unit", "unit_other"))
    matrix = np.zeros((one.max() + 1,) * 2)
    matrix[one, other] = matrix[other, one] = run["association"].isel(epoch=-1).sel(measure=measure).values[rows]
    np.fill_diagonal(matrix, 0)
    return matrix


def clusters_of(found, measure: str, layer: int):
    """(units) the cluster of each unit at the last epoch, -1 of a dead one, and their modularity."""
    last = found.isel(epoch=-1).sel(measure=measure)
    return last["cluster"].values[last["module"].values == layer], float(last["modularity"].sel(layer=str(layer)))


def by_size(cluster):
    """The order of units in which the largest cluster comes first, and dead units last."""
    import numpy as np

    names, counts = np.unique(cluster[cluster >= 0], return_counts=True)
    size = dict(zip(names.tolist(), counts.tolist(), strict=True))
    return np.array(
        sorted(range(len(cluster)), key=lambda unit: (-size.get(int(cluster[unit]), 0), cluster[unit], unit))
    )


def draw(ax, matrix, cluster, largest: float):
    """A matrix with lines between clusters."""
    import numpy as np

    image = ax.imshow(matrix, cmap="Greys", vmin=0, vmax=largest, interpolation="nearest")
    for edge in np.flatnonzero(np.diff(cluster)) + 0.5:
        ax.axhline(edge, color="#d55e00", linewidth=0.7)
        ax.axvline(edge, color="#d55e00", linewidth=0.7)
    ax.grid(False)
    ax.set_xticks([])
    ax.set_yticks([])
    return image
