"""The statistics that a claim may name: the public functions of the theme files, which give parts from Evidence."""

import inspect
from collections.abc import Callable

from vestige.claims import (
    ablation,
    cluster_agreement,
    cluster_function,
    emergence,
    linearity,
    modularity,
    networks,
    promotion,
    recovery,
    representation,
    strength,
    suppression,
)
from vestige.claims.parts import Part

Statistic = Callable[..., list[Part]]  # of Evidence, and of what the row of a claim says under `arguments`
THEMES = (
    *(ablation, emergence, linearity, networks, promotion, recovery, representation, strength, suppression),
    *(modularity, cluster_agreement, cluster_function),  # of the second paper
)


def functions_of(module) -> dict[str, Callable]:
    """The public functions that a module defines itself, by name."""
    own = {name: each for name, each in inspect.getmembers(module, inspect.isfunction) if not name.startswith("_")}
    return {name: each for name, each in own.items() if each.__module__ == module.__name__}


STATISTICS: dict[str, Statistic] = {
    f"{theme.__name__.rpartition('.')[2]}.{name}": function
    for theme in THEMES
    for name, function in functions_of(theme).items()
}


def parameters_of(statistic: Statistic) -> dict[str, inspect.Parameter]:
    """What a statistic takes beside Evidence, which comes first."""
    return dict([*inspect.signature(statistic).parameters.items()][1:])
