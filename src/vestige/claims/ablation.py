"""Ablating selective units hurts early in training and not at its end, but in the last module (figures 3, 4, 8)."""

from collections.abc import Callable
from typing import Literal

from vestige.claims.comparisons import in_modules
from vestige.claims.evidence import Evidence, Modules
from vestige.claims.parts import Part
from vestige.claims.windows import Reading, at_last, first_usable


def excess_harm(evidence: Evidence, modules: Modules, epoch: Literal["first", "last"]) -> list[Part]:
    """By how much the area is smaller where the most selective go first: positive where that hurts more.

    It is read off the first usable epoch, or off the last that was measured.
    """
    window = first_usable if epoch == "first" else at_last
    return _developing(evidence, modules, lambda area: window(_advantage(area)))


def change_of_area(evidence: Evidence, order: Literal["selective", "random"]) -> list[Part]:
    """The area at the end less that at the first usable epoch, of early modules: the paper's slope, times its run.

    An untrained network has no accuracy to lose, and neither has one still near chance.
    """

    def change(area) -> Reading:
        curve = area.sel(order=order, drop=True)
        return at_last(curve) - first_usable(curve)

    return _developing(evidence, "early", change)


def _developing(evidence: Evidence, modules: Modules, read: Callable) -> list[Part]:
    """A part for each of some modules in runs without a penalty; `read` takes its areas (epoch, order)."""
    return in_modules(evidence.development(evidence.runs("ablation")), evidence.chosen(modules), read)


def _advantage(area):
    """The area where units go in random order, less that where the most selective go first."""
    return area.sel(order="random", drop=True) - area.sel(order="selective", drop=True)
