"""Conditions that each set one regularizer: which of their networks count, and where they lie on a common axis."""

import math
from typing import Annotated, NamedTuple

from pydantic import Field

from vestige.condition import REGULARIZERS, Condition, find_common_length, find_least_too_strong
from vestige.figures.drawing import Figure

WORDS = {"l2": "L2", "l1": "L1", "dropout": "dropout"}
NONE = "no regularization"
MARKERS = {"l2": ("o", 4), "l1": ("D", 3.6), "dropout": ("*", 7)}  # the paper's, and their size in points
LOGARITHMIC = ("l2", "l1")
LEVEL = {"color": "0.1", "linewidth": 0.9, "linestyle": (0, (1, 1))}  # of networks without any regularizer
AXIS = "Regularization (% of range)"


class Swept(Figure):
    """Networks less accurate than this on the validation images are left out, and so are stronger regularizers.

    Of a regularizer all strengths are left out from the least at which more than half of the networks are (the paper's
    rule, with 0.80).
    """

    least_accuracy: Annotated[float, Field(ge=0, le=1)] = 0.8
    """Networks less accurate than this on the validation images are left out, and of a regularizer all strengths from
    the least at which more than half of the networks are; the paper has 0.80."""


class Strength(NamedTuple):
    """The regularizer that a condition sets, its strength, and its place on the axis that all share, from 0 to 1."""

    regularizer: str
    value: float
    x: float


def accuracy_of(run, training) -> float:
    """The accuracy on validation images of the network that a result shows: at the last epoch measured."""
    return float(training["val_accuracy"].sel(epoch=run["epoch"].values[-1]))


def name_of(run) -> tuple[str, int]:
    """The condition and the seed of a result."""
    return run["condition"].item(), run["seed"].item()


def accurate_runs(runs: list, training: list, least: float) -> tuple[list, int]:
    """The runs that count, and how many do not. Raises ValueError where none does."""
    kept = accurate_of(runs, training, least)
    if not kept:
        trained = {name_of(each): each for each in training}
        best = max(accuracy_of(run, trained[name_of(run)]) for run in runs)
        raise ValueError(f"no network to draw: the best has an accuracy of {best:.2f}; give a lower least_accuracy")
    return kept, len(runs) - len(kept)


def accurate_of(runs: list, training: list, least: float) -> list:
    """The runs of an accuracy of at least so much, and of no regularizer that is too strong."""
    trained = {name_of(each): each for each in training}
    if absent := [f"{name}-seed{seed}" for name, seed in map(name_of, runs) if (name, seed) not in trained]:
        raise ValueError(f"the training of {absent[0]} is not there, which says how accurate it is")
    accurate = {name_of(run): accuracy_of(run, trained[name_of(run)]) >= least for run in runs}
    strong = too_strong({name_of(run): Condition.from_dataset(run) for run in runs}, accurate)
    return [run for run in runs if accurate[name_of(run)] and run["condition"].item() not in strong]


def too_strong(conditions: dict[tuple[str, int], Condition], accurate: dict[tuple[str, int], bool]) -> set[str]:
    """The conditions of each regularizer from the least strength at which more than half of the networks fail."""
    found: set[str] = set()
    for regularizer in REGULARIZERS:
        values = {name: done.regularizer for (name, _), done in conditions.items()}
        swept = {name: said[1] for name, said in values.items() if said and said[0] == regularizer}
        levels = [(value, [accurate[one] for one in accurate if one[0] == name]) for name, value in swept.items()]
        found |= {name for name, value in swept.items() if value >= find_least_too_strong(levels)}
    return found


def runs_of_sweep(runs: list) -> list:
    """The runs to which nothing was done, and those that set one regularizer alone: what the paper compares.

    All of as many epochs: those that most of them last.
    """
    done = {name_of(run): Condition.from_dataset(run) for run in runs}
    lasting = find_common_length(done.values())
    chosen = [run for run in runs for each in [done[name_of(run)]] if each.is_baseline or each.regularizer]
    found = [run for run in chosen if done[name_of(run)].epochs == lasting]
    if not found:
        raise ValueError("no network to draw: each has a penalty, or sets anything but one regularizer")
    return found


def strengths(runs: list, configured: list | None = None) -> dict[str, Strength]:
    """Condition -> its strength, of those that set one regularizer.

    x of L1 and L2 is (log v - log least) / (log largest - log least) over all that are `configured`; of dropout it is
    the share that is dropped (the paper's axis).
    """
    swept = {run["condition"].item(): Condition.from_dataset(run).regularizer for run in configured or runs}
    ranges: dict[str, list[float]] = {}
    for said in filter(None, swept.values()):
        ranges.setdefault(said[0], []).append(said[1])
    shown = {run["condition"].item() for run in runs}
    found = {name: said for name, said in swept.items() if said and name in shown}
    return {name: Strength(*said, place(*said, ranges[said[0]])) for name, said in found.items()}


def place(regularizer: str, value: float, values: list[float]) -> float:
    """Where a strength lies on the common axis."""
    if regularizer not in LOGARITHMIC:
        return value
    low, high = math.log(min(values)), math.log(max(values))
    return (math.log(value) - low) / (high - low) if high > low else 0.0


def with_strengths(table, found: dict[str, Strength]):
    """The table with columns regularizer, value and x; of the baseline "" and NaN."""
    said = [found.get(name, Strength("", math.nan, math.nan)) for name in table["condition"]]
    columns = {"regularizer": [each.regularizer for each in said], "value": [each.value for each in said]}
    return table.assign(**columns, x=[each.x for each in said])


def regularizer_looks(table, palette: str) -> dict[str, dict]:
    """A look for the line of each regularizer, with the paper's markers."""
    import seaborn

    from vestige.figures.legends import DASHES

    names = [name for name in REGULARIZERS if name in set(table["regularizer"])]
    return {
        name: {"color": colour, "marker": MARKERS[name][0], "markersize": MARKERS[name][1], "dashes": dashes}
        for name, colour, dashes in zip(names, seaborn.color_palette(palette, len(names)), DASHES, strict=False)
    }


def draw_line(ax, across, up, look: dict):
    """A line with its markers."""
    style = {key: look[key] for key in ("color", "marker", "markersize") if key in look}
    ax.plot(across, up, dashes=look["dashes"] or (1, 0), markeredgecolor="white", markeredgewidth=0.5, **style)


def draw_level(ax, part):
    """A level at the mean of networks without any regularizer, if there are such rows."""
    for mean in part.loc[part["regularizer"] == "", "mean"]:
        ax.axhline(mean, **LEVEL, zorder=1.8)


def level_key(table) -> list:
    """The entry of the key for that level."""
    from matplotlib.lines import Line2D

    return [Line2D([], [], **LEVEL, label=NONE)] if (table["regularizer"] == "").any() else []


def strongest(found: dict[str, Strength]) -> dict[str, str]:
    """Regularizer -> the condition of its largest strength."""
    names = sorted(found, key=lambda name: found[name].value)
    return {found[name].regularizer: name for name in names}


def left_out(count: int, least: float) -> list:
    """The entry of the key that says how many networks are left out; none where all count."""
    from matplotlib.lines import Line2D

    networks = "1 network" if count == 1 else f"{count} networks"
    says = f"left out: {networks} (accuracy under {least:g}, or a stronger regularizer than such)"
    return [Line2D([], [], linestyle="", label=says)] if count else []


def note_left_out(figure, count: int, least: float):
    """The same below a figure that has no key."""
    for entry in left_out(count, least):
        figure.supxlabel(entry.get_label(), size=7, x=0.01, ha="left")
