"""Pairs of networks, by what was done to the one that is compared with a baseline."""

from collections.abc import Callable, Collection
from typing import Any

from vestige.condition import PLACES, Condition, facts_of_pair

Network = tuple[Condition, int]  # what was done to it, and its seed
PairsBySeed = dict[Condition, dict[int, Any]]


def beside_baselines(pairs: list, read: Callable, diverged: Collection[Network] = ()) -> PairsBySeed:
    """Condition -> the pair's seed, in rising order -> what `read` makes of the pair; in any order of pairs.

    One network of such a pair is of the condition, the other of its baseline, the same training without a penalty:
    under the baseline stand pairs of two networks of its own. Other pairs are left out. With the seeds of both
    networks, their length, and whether one of them is among those that `diverged`.
    """
    found: PairsBySeed = {}
    for pair in sorted(pairs, key=lambda pair: pair["seed"].item()):
        networks = networks_of(pair)
        condition = compared_with_baseline(*(condition for condition, _ in networks))
        if condition is not None:
            said = {f"seed_{place}": seed for place, (_, seed) in zip(PLACES, networks, strict=True)}
            said |= {"epochs": condition.epochs, "diverged": any(network in diverged for network in networks)}
            found.setdefault(condition, {})[pair["seed"].item()] = read(pair).assign_coords(said)
    return dict(sorted(found.items()))


def networks_of(pair) -> tuple[Network, ...]:
    """The two networks of a pair's result."""
    return tuple((Condition.from_coordinates(said), said["seed"]) for said in facts_of_pair(pair).values())


def compared_with_baseline(first: Condition, second: Condition) -> Condition | None:
    """The condition that is compared with its baseline, or the baseline with itself; None where neither is so."""
    if first.is_penalised and second.is_penalised or first.training != second.training:
        return None
    return max(first, second)


def seeds_of(pair) -> tuple[int, int]:
    """The seeds of the two networks of a pair's curves."""
    return int(pair["seed_first"]), int(pair["seed_second"])
