"""Class selectivity rises in the first epochs and recedes, but not in the last module (figure 2, section 4.1)."""

from collections.abc import Callable

import numpy as np

from vestige.claims.comparisons import in_modules
from vestige.claims.evidence import Evidence, Modules
from vestige.claims.parts import Part
from vestige.claims.windows import FEW, Reading, at_any_after, at_any_early, at_end, before_end, length, value_at


def rise(evidence: Evidence) -> list[Part]:
    """How far each module has risen at an early epoch beyond what a rise at a constant rate would have reached by then.

    That would end where the curve does: a module that rises sharply and then rises on has done most of it early.
    """
    return _parts_by_module(evidence, "all", _rise)


def peak_after_first_epoch(evidence: Evidence, modules: Modules) -> list[Part]:
    """By how much any later epoch lies above the first."""
    return _parts_by_module(evidence, modules, lambda curve: at_any_after(curve, 1) - value_at(curve, 1))


def recession(evidence: Evidence, modules: Modules) -> list[Part]:
    """By how much an early epoch lies above the end, in some modules."""
    return _parts_by_module(evidence, modules, lambda curve: at_any_early(curve) - at_end(curve))


def quick_recession(evidence: Evidence, least: float) -> list[Part]:
    """How much more than half of the way from an early epoch to the end is gone three epochs later.

    And, in parts of their own, how much more than half of `least` is: a fall smaller than that is none.
    """
    parts = [
        ("more than half", lambda curve: at_any_early(curve) + at_end(curve)),
        ("a fall that counts", lambda curve: 2 * at_any_early(curve) - Reading.single(least)),
    ]
    return [
        part._replace(name=f"{part.name}, {name}")
        for name, twice in parts
        for part in _parts_by_module(
            evidence, "early", lambda curve, twice=twice: 0.5 * twice(curve) - at_any_early(curve, FEW)
        )
    ]


def remainder(evidence: Evidence, modules: Modules) -> list[Part]:
    """By how much the end lies above the untrained network."""
    return _parts_by_module(evidence, modules, lambda curve: at_end(curve) - value_at(curve, 0))


def drift(evidence: Evidence, modules: Modules) -> list[Part]:
    """By how much the last fifth of the run lies above the fifth before it."""
    return _parts_by_module(evidence, modules, lambda curve: at_end(curve) - before_end(curve))


def _parts_by_module(evidence: Evidence, modules: Modules, read: Callable) -> list[Part]:
    """A part for each of some modules in runs without a penalty; `read` takes its selectivity (epoch)."""
    return in_modules(evidence.development(evidence.runs("selectivity")), evidence.choose_modules(modules), read)


def _rise(curve) -> Reading:
    """How far the curve is at early epochs above the line from its beginning to its end."""
    early, start = at_any_early(curve), value_at(curve, 0)
    share = np.array(early.epochs)[:, np.newaxis] / length(curve)
    return early - start - share * (at_end(curve) - start)
