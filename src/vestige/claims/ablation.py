"""Ablating selective units hurts early in training and not at its end, but in the last module (figures 3, 4, 8)."""

from collections.abc import Callable
from math import nan
from typing import Literal

from vestige.claims.comparisons import in_modules
from vestige.claims.evidence import Evidence, Modules
from vestige.claims.parts import Part
from vestige.claims.windows import Reading, at_last, first_with_value, value_at

Order = Literal["selective", "random"]


def excess_harm(evidence: Evidence, modules: Modules, epoch: Literal["first", "last"]) -> list[Part]:
    """By how much the area is smaller where the most selective go first: positive where that hurts more.

    It is read off the first epoch at which every network is usable, or off the last that was measured.
    """

    def harm(first: int | None):
        read = at_last if epoch == "last" else _reading_at(first)
        return lambda area: read(_curve_of_order(area, "random") - _curve_of_order(area, "selective"))

    return _parts_by_module(evidence, modules, harm)


def change_of_area(evidence: Evidence, order: Order) -> list[Part]:
    """The area at the end less that at the first usable epoch, of early modules: the paper's slope, times its run.

    An untrained network has no accuracy to lose, and neither has one still near chance.
    """

    def change(first: int | None):
        return lambda area: at_last(_curve_of_order(area, order)) - _reading_at(first)(_curve_of_order(area, order))

    return _parts_by_module(evidence, "early", change)


def _parts_by_module(evidence: Evidence, modules: Modules, reader: Callable) -> list[Part]:
    """A part for each of some modules in runs without a penalty.

    `reader` is given the first epoch at which every network is usable, and gives what reads areas (epoch, order).
    """
    runs = evidence.development(evidence.runs("ablation"))
    first = first_with_value([run.isel(module=0).sum("order", skipna=False) for run in runs.values()])
    return in_modules(runs, evidence.choose_modules(modules), reader(first))


def _reading_at(epoch: int | None) -> Callable:
    """What reads a curve at an epoch; NaN where there is none."""
    return lambda curve: Reading.single(nan) if epoch is None else value_at(curve, epoch)


def _curve_of_order(area, order: Order):
    """The curve of one order."""
    return area.sel(order=order, drop=True)
