"""Searches for clusters at all epochs, by all measures and in all layers of a run, and in matrices without groups."""

from collections.abc import Callable

import numpy as np
import xarray as xr

from vestige.foundation.random import generator
from vestige.metrics.cluster_search import search
from vestige.metrics.modularity import count_clusters, find_alive, normalise
from vestige.metrics.null_matrices import ABOUT, NULLS
from vestige.metrics.partitions import drop_dead, element_centric
from vestige.stages.association_matrices import Layer, count_drawn, drawn_at, layers_of, matrix_at, places_of, units_of

UNIT = {"module": "module of the network", "block": "block of the module", "channel": "channel of the block"}
GRAM = "gram"  # the null whose matrices the association stage has drawn
TOGETHER = 2**24  # numbers that the matrices that are searched side by side may hold

SEARCHES = {
    "cluster": "cluster of the unit, the largest first, -1 for a dead unit",
    "cluster_again": "the same, by a second search",
}
QUANTITIES = {
    "modularity": "modularity Q of the clusters",
    "modularity_again": "modularity Q of those of the second search",
    "clusters": "effective number of clusters",
    "live_units": "units that are associated with another one",
    "self_agreement": "element-centric similarity of both searches, over live units",
}


def cluster_all(settings, association, note: Callable[[str], None]) -> xr.Dataset:
    """The clusters of every matrix by two independent searches, and the modularity of matrices without groups."""
    layers = layers_of(association)
    places = list(places_of(association, layers))
    shape = association.sizes["epoch"], association.sizes["measure"], len(layers)
    names = [str(each) for each in association["measure"].values]
    ends = np.cumsum([0, *(layer.units for layer in layers)])
    clusters = {name: np.full((*shape[:2], ends[-1]), -1, dtype=np.int32) for name in SEARCHES}
    numbers = {name: np.full(shape, np.nan) for name in QUANTITIES}
    draws = {kind: count for kind, count in settings.nulls if count}
    refuse_more_than_drawn(draws.get(GRAM, 0), count_drawn(association))
    nulls = {kind: np.full((*shape, count), np.nan) for kind, count in draws.items()}
    for number, layer in enumerate(layers):
        mine = [place for place in places if place.layer == number]
        matrices = np.stack([normalise(matrix_at(association, layer, place)) for place in mine])
        keys = [
            (int(association["epoch"][place.epoch]), names[place.measure], layer.module, layer.block) for place in mine
        ]
        found = {name: _search(settings, matrices, [(name, *key) for key in keys]) for name in SEARCHES}
        at = tuple(np.array(mine).T)
        for name, (partitions, _) in found.items():
            clusters[name][at[0], at[1], ends[number] : ends[number + 1]] = partitions
        (first, quality), (again, quality_again) = found.values()
        numbers["live_units"][at] = live = find_alive(matrices).sum(axis=1)
        counted = {"modularity": quality, "modularity_again": quality_again, "clusters": count_clusters(first)}
        for name, values in counted.items():
            numbers[name][at] = np.where(live > 0, values, np.nan)  # a dead layer has no clusters to speak of
        both = zip(first, again, strict=True)
        numbers["self_agreement"][at] = [element_centric(*drop_dead(*each)) for each in both]
        for kind, count in draws.items():
            if kind == GRAM:
                drawn = np.concatenate([normalise(drawn_at(association, layer, place, count)) for place in mine])
            else:
                drawn = _draw_nulls(settings, kind, count, matrices, [(*run_of(association), *key) for key in keys])
            nulls[kind][at] = _search_nulls(settings, kind, count, drawn, keys)
        note(f"module {layer}, Q at the last epoch: {_summarise(numbers['modularity'][..., number], names)}")
    return labelled(association, layers, clusters, numbers, nulls)


def run_of(association) -> tuple[int, ...]:
    """The seed of the run, by which matrices without groups are drawn; untrained networks are of none."""
    return (int(association["seed"]),) if "seed" in association.coords else ()


def _search(settings, matrices: np.ndarray, keys: list[tuple]) -> tuple[np.ndarray, np.ndarray]:
    """The best partition of each normalised matrix, and its Q; random numbers follow from its key alone."""
    streams = [[generator("clusters", settings.seed, *key, each) for each in range(settings.restarts)] for key in keys]
    size = max(1, TOGETHER // (matrices[0].size * settings.restarts))
    parts = [slice(start, start + size) for start in range(0, len(matrices), size)]
    found = [
        search(matrices[each], settings.restarts, settings.steps, settings.entropy, streams[each]) for each in parts
    ]
    partitions, quality = (np.concatenate(each) for each in zip(*found, strict=True))
    return partitions, quality


def refuse_more_than_drawn(asked: int, drawn: int) -> None:
    """Raise ValueError where more matrices are to be searched than the association result has."""
    if asked > drawn:
        draws = f"found {asked}; the association result has {drawn}"
        raise ValueError(f"clustering.nulls.gram: {draws}: ask for fewer, or for more in association.gram_null.draws")


def _draw_nulls(settings, kind: str, count: int, matrices: np.ndarray, keys: list[tuple]) -> np.ndarray:
    """(matrices x draws, n, n) so many matrices without groups for each normalised matrix."""
    named = [generator("null", settings.seed, *key) for key in _name_draws(kind, count, keys)]
    pairs = zip(np.repeat(matrices, count, axis=0), named, strict=True)
    return np.stack([NULLS[kind](matrix, stream) for matrix, stream in pairs])


def _search_nulls(settings, kind: str, count: int, drawn: np.ndarray, keys: list[tuple]) -> np.ndarray:
    """(matrices, draws) the Q that the same search finds in matrices without groups; NaN where there is no such one."""
    named = _name_draws(kind, count, keys)
    there = np.flatnonzero(np.isfinite(drawn).all(axis=(1, 2)))
    found = np.full(len(drawn), np.nan)
    if len(there):
        found[there] = _search(settings, drawn[there], [named[each] for each in there])[1]
    return found.reshape(len(keys), count)


def _name_draws(kind: str, count: int, keys: list[tuple]) -> list[tuple]:
    """(matrices x draws) what random numbers of each draw follow from."""
    return [(kind, *key, draw) for key in keys for draw in range(count)]


def _summarise(quality: np.ndarray, names: list[str]) -> str:
    """(epoch, measure) modularity of a layer in a line: that of the last epoch."""
    return ", ".join(f"{name} {each:.3f}" for name, each in zip(names, quality[-1], strict=True))


def about_null(association, kind: str) -> tuple[str, str]:
    """What a null keeps, and how it is drawn."""
    if kind != GRAM:
        return ABOUT[kind]
    return tuple(association["null_association"].attrs[key] for key in ("keeps", "drawn"))


def labelled(association, layers: list[Layer], clusters: dict, numbers: dict, nulls: dict) -> xr.Dataset:
    """The clusters and their numbers with their names and dimensions."""
    by_layer, units = ("epoch", "measure", "layer"), units_of(layers)
    variables = {
        name: (("epoch", "measure", "unit"), clusters[name], {"long_name": says}) for name, says in SEARCHES.items()
    }
    variables |= {
        name: (by_layer, numbers[name], {"long_name": says, "units": "1"}) for name, says in QUANTITIES.items()
    }
    coords = {
        **{name: (name, association[name].values, association[name].attrs) for name in ("epoch", "measure")},
        "layer": ("layer", [str(layer) for layer in layers], {"long_name": "module whose last block is the layer"}),
        **{name: ("unit", each, {"long_name": UNIT[name]}) for name, each in units.items()},
    }
    if nulls:
        most = max(each.shape[-1] for each in nulls.values())
        padded = [
            np.pad(each, [(0, 0)] * 3 + [(0, most - each.shape[-1])], constant_values=np.nan) for each in nulls.values()
        ]
        says = {"long_name": "modularity that the same search finds in matrices without groups", "units": "1"}
        variables["null_modularity"] = (("null", *by_layer, "draw"), np.stack(padded), says)
        keeps, drawn = zip(*(about_null(association, kind) for kind in nulls), strict=True)
        coords["null"] = ("null", list(nulls), {"long_name": "how the matrices without groups are drawn, in a word"})
        coords["keeps"] = ("null", list(keeps), {"long_name": "what these matrices keep of the association"})
        coords["drawn"] = ("null", list(drawn), {"long_name": "how these matrices are drawn"})
    return xr.Dataset(variables, coords)
