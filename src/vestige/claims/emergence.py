"""Class selectivity rises in the first epochs and recedes, but not in the last module (figure 2, section 4.1)."""

from collections.abc import Callable

import numpy as np

from vestige.claims.comparisons import in_modules
from vestige.claims.evidence import Evidence, Modules
from vestige.claims.parts import Part
from vestige.claims.windows import Reading, after_peak, at, at_end, early_peak, peak


def rise(evidence: Evidence) -> list[Part]:
    """By how much each module rises in the first epochs, less any rise that is still to come after them.

    A rise is sharp if it is over then: one that goes on for many epochs has most of its height still to come.
    """
    return _developing(evidence, "all", _rise)


def recession(evidence: Evidence, modules: Modules) -> list[Part]:
    """The highest value of the early window, less that at the end, in some modules."""
    return _developing(evidence, modules, _recession)


def quick_recession(evidence: Evidence, least: float) -> list[Part]:
    """What each early module loses in the three epochs after the peak, less half of all that it loses.

    A recession smaller than `least` counts as that: of none, chance would lose the most right after the peak.
    """

    def quickness(curve) -> Reading:
        whole = _recession(curve)
        return early_peak(curve) - after_peak(curve) - Reading(np.maximum(whole.value, least) / 2, whole.epochs)

    return _developing(evidence, "early", quickness)


def _developing(evidence: Evidence, modules: Modules, read: Callable) -> list[Part]:
    """A part for each of some modules in runs without a penalty; `read` takes its selectivity (epoch)."""
    return in_modules(evidence.development(evidence.runs("selectivity")), evidence.chosen(modules), read)


def _rise(curve) -> Reading:
    """How high the curve rises early, less how much higher later."""
    return (early_peak(curve) - at(curve, 0)) - (peak(curve) - early_peak(curve))


def _recession(curve) -> Reading:
    """The highest value of the early window, less that at the end."""
    return early_peak(curve) - at_end(curve)
