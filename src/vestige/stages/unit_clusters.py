"""Searches for clusters at all epochs, by all measures and in all layers of a run, and in matrices without groups."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import xarray as xr

from vestige.foundation.random import generator
from vestige.metrics.cluster_search import Constants, search
from vestige.metrics.modularity import count_clusters, find_alive, normalise
from vestige.metrics.null_matrices import ABOUT, NULLS
from vestige.metrics.partitions import drop_dead, element_centric
from vestige.stages.association_matrices import (
    Layer,
    Place,
    count_drawn,
    drawn_at,
    layers_of,
    matrix_at,
    places_of,
    units_of,
)

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


class Search(NamedTuple):
    """One search: under which name, in which of a layer's matrices or in which draw of a null that belongs to it."""

    name: str
    number: int
    draw: int | None = None


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
        searched = LayerMatrices(settings, association, layer, [place for place in places if place.layer == number])
        found = searched.search_all(draws)
        at = tuple(np.array(searched.places).T)
        for name in SEARCHES:
            clusters[name][at[0], at[1], ends[number] : ends[number + 1]] = found[name][0]
        (first, quality), (again, quality_again) = (found[name] for name in SEARCHES)
        numbers["live_units"][at] = live = find_alive(searched.matrices, settings.dead).sum(axis=1)
        counted = {"modularity": quality, "modularity_again": quality_again, "clusters": count_clusters(first)}
        for name, values in counted.items():
            numbers[name][at] = np.where(live > 0, values, np.nan)  # a dead layer has no clusters to speak of
        both = zip(first, again, strict=True)
        numbers["self_agreement"][at] = [element_centric(*drop_dead(*each)) for each in both]
        for kind, count in draws.items():
            nulls[kind][at] = found[kind][1].reshape(-1, count)
        note(f"module {layer}, Q at the last epoch: {_summarise(numbers['modularity'][..., number], names)}")
    return label_clusters(association, layers, clusters, numbers, nulls)


class LayerMatrices:
    """The normalised matrices of a layer, and those without groups that are held against them.

    Random numbers follow from the epoch, the measure and the place of the layer, and of a run's nulls from its seed.
    """

    def __init__(self, settings, association, layer: Layer, places: list[Place]):
        """Read the matrices at some places of an association result."""
        self.settings, self.association, self.layer, self.places = settings, association, layer, places
        self.matrices = np.stack([normalise(matrix_at(association, layer, place)) for place in places])
        epochs, names = (association[name].values.tolist() for name in ("epoch", "measure"))
        self.keys = [(epochs[place.epoch], names[place.measure], layer.module, layer.block) for place in places]

    def search_all(self, draws: Mapping[str, int]) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """The best partition that each search finds, and its Q, by the name of the search, or of the null drawn from.

        As many are searched side by side as memory is meant for. Where there is no draw, its Q is NaN.
        """
        numbers = range(len(self.places))
        planned = [Search(name, number) for name in SEARCHES for number in numbers]
        planned += [
            Search(kind, number, draw) for kind, count in draws.items() for number in numbers for draw in range(count)
        ]
        size = max(1, TOGETHER // (self.matrices[0].size * self.settings.restarts))
        parts = [self.search_together(planned[start : start + size]) for start in range(0, len(planned), size)]
        partitions, quality = (np.concatenate(each) for each in zip(*parts, strict=True))
        by_name = {name: [each.name == name for each in planned] for name in (*SEARCHES, *draws)}
        return {name: (partitions[mine], quality[mine]) for name, mine in by_name.items()}

    def search_together(self, planned: Sequence[Search]) -> tuple[np.ndarray, np.ndarray]:
        """The best partition of each, and its Q; random numbers of a search follow from what is searched alone."""
        matrices = np.stack([self.matrix_of(each) for each in planned])
        there = np.flatnonzero(np.isfinite(matrices).all(axis=(1, 2)))
        partitions, quality = np.full(matrices.shape[:2], -1), np.full(len(planned), np.nan)
        if len(there):
            chosen, streams = self.settings, [self.streams_of(planned[each]) for each in there]
            constants = Constants(chosen.tolerance, chosen.temperatures, chosen.dead, chosen.local_phase)
            partitions[there], quality[there] = search(
                matrices[there], chosen.restarts, chosen.steps, chosen.entropy, streams, constants
            )
        return partitions, quality

    def matrix_of(self, search: Search) -> np.ndarray:
        """(units, units) what is searched; NaN where a null has no such matrix."""
        if search.draw is None:
            return self.matrices[search.number]
        if search.name == GRAM:
            return normalise(drawn_at(self.association, self.layer, self.places[search.number], search.draw))
        key = (search.name, *run_of(self.association), *self.keys[search.number], search.draw)
        random = generator("null", self.settings.seed, *key)
        return NULLS[search.name](self.matrices[search.number], random, self.settings.dead)

    def streams_of(self, search: Search) -> list[np.random.Generator]:
        """The random numbers of each restart."""
        key = (search.name, *self.keys[search.number], *(() if search.draw is None else (search.draw,)))
        return [generator("clusters", self.settings.seed, *key, each) for each in range(self.settings.restarts)]


def run_of(association) -> tuple[int, ...]:
    """The seed of the run, by which matrices without groups are drawn; untrained networks are of none."""
    return (int(association["seed"]),) if "seed" in association.coords else ()


def refuse_more_than_drawn(asked: int, drawn: int) -> None:
    """Raise ValueError where more matrices are to be searched than the association result has."""
    if asked > drawn:
        draws = f"found {asked}; the association result has {drawn}"
        raise ValueError(f"clustering.nulls.gram: {draws}: ask for fewer, or for more in association.gram_null.draws")


def _summarise(quality: np.ndarray, names: list[str]) -> str:
    """(epoch, measure) modularity of a layer in a line: that of the last epoch."""
    return ", ".join(f"{name} {each:.3f}" for name, each in zip(names, quality[-1], strict=True))


def about_null(association, kind: str) -> tuple[str, str]:
    """What a null keeps, and how it is drawn."""
    if kind != GRAM:
        return ABOUT[kind]
    return tuple(association["null_association"].attrs[key] for key in ("keeps", "drawn"))


def label_clusters(association, layers: list[Layer], clusters: dict, numbers: dict, nulls: dict) -> xr.Dataset:
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
