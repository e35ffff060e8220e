"""From results of pairs of networks to one tidy table of means over seeds, for every two conditions."""

from vestige.condition import PLACES, Condition, facts_of_pair
from vestige.figures.condition_labels import labels_of
from vestige.figures.drawing import default_bands, single_columns
from vestige.figures.tables import CONFIDENCE, VALUES, add_columns, intervals, stack_seeds


def over_pairs(results, measured, bands=None):
    """A row for every two conditions, quantity and place on its axes: mean over seeds, interval, how many seeds.

    A seed is one pair of networks: that of its first network. Two conditions are the same whichever comes first. Pairs
    share networks, so that the t interval ("networks") leaves out a seed at a time with all pairs that hold a network
    of it; the other `bands` are of pairs, and those of "seeds" add a column for each pair.
    """
    import pandas as pd

    if not results:
        raise ValueError("there is no pair to draw: `select` of this figure leaves none of those that the study has")
    known = {
        said["condition"]: Condition.from_coordinates(said) for one in results for said in facts_of_pair(one).values()
    }
    words = labels_of(known)
    alpha, groups = {name: each.alpha for name, each in known.items()}, group_pairs(results)
    bands = bands or default_bands(max(map(len, groups.values())))
    parts = [
        add_columns(over_seeds(group, measured, bands), front(names, words, alpha)) for names, group in groups.items()
    ]
    table = pd.concat(parts, ignore_index=True)
    single = single_columns(table)
    return table[[*table.columns.difference([*VALUES, *single], sort=False), *VALUES, *single]]


def over_seeds(group: list, measured, bands: str):
    """The rows of two conditions, of what was measured in each of their pairs."""
    import pandas as pd

    seeds = [tuple(end["seed"] for end in facts_of_pair(one).values()) for one in group]
    names = [f"pair_{first}_{second}" for first, second in seeds]
    quantities = {
        name: values.assign_coords(seed=names) for name, values in stack_seeds([measured(one) for one in group]).items()
    }
    halves = {name: half_width(values, seeds) for name, values in quantities.items()} if bands == "networks" else {}
    parts = [intervals(name, values, bands, halves.get(name)) for name, values in quantities.items()]
    return pd.concat(parts, ignore_index=True).dropna(subset="mean").reset_index(drop=True)


def half_width(values, seeds: list[tuple[int, int]]):
    """(seed, ...) of pairs, and the seeds of both networks of each -> (...) half of the interval of their mean."""
    from vestige.metrics.intervals import student_interval
    from vestige.metrics.jackknife import leave_one_seed_out

    values = values.transpose(..., "seed")
    _, by_seed = leave_one_seed_out(values.values, seeds)
    return values.isel(seed=0).copy(data=student_interval(by_seed, CONFIDENCE)[1])


def group_pairs(results) -> dict[tuple[str, str], list]:
    """Two conditions, in the order in which conditions come first -> their pairs of networks."""
    named = [tuple(end["condition"] for end in facts_of_pair(one).values()) for one in results]
    order = list(dict.fromkeys(name for names in named for name in names))
    groups: dict = {}
    for names, one in zip(named, results, strict=True):
        groups.setdefault(tuple(sorted(names, key=order.index)), []).append(one)
    return groups


def front(names: tuple[str, str], words: dict[str, str], alpha: dict[str, float]) -> dict:
    """What every row says of two conditions."""
    said = dict(zip(PLACES, names, strict=True))
    alphas = {f"alpha_{place}": alpha[name] for place, name in said.items()}
    return {"label": " with ".join(words[name] for name in names), **said, **alphas}
