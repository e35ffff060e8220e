"""Promoting selectivity does not help (figures 13 and 14, section 4.6, appendix A.5.2)."""

from collections.abc import Callable
from typing import NamedTuple

from vestige.claims.comparisons import (
    WEAK,
    below_baseline,
    first_group,
    read_final_mean,
    strongly_promoted,
    with_modules,
)
from vestige.claims.evidence import Evidence
from vestige.claims.parts import Part, part
from vestige.claims.windows import value_at


class _Promoted(NamedTuple):
    """A strongly promoted condition, its runs, and one of the modules promoted."""

    name: str
    stop: int
    module: int
    runs: dict


def selectivity_at_lift(evidence: Evidence) -> list[Part]:
    """The selectivity of each promoted module when its penalty ends."""
    return _when_lifted(evidence, lambda run, module: run.sel(module=module))


def lead_at_lift(evidence: Evidence) -> list[Part]:
    """The same, less that of the last module."""
    return _when_lifted(evidence, _above_last)


def cost_of_strong(evidence: Evidence) -> list[Part]:
    """What each strong promotion costs."""
    return below_baseline(evidence, evidence.runs("training"), strongly_promoted(evidence), read_final_mean())


def cost_of_weak(evidence: Evidence) -> list[Part]:
    """What each weak promotion costs, of whichever modules."""
    return below_baseline(
        evidence,
        evidence.runs("training"),
        lambda one: 0 < one.alpha <= WEAK and one.is_lifted,
        read_final_mean(),
        with_modules,
    )


def _promoted_parts(evidence: Evidence) -> list[_Promoted]:
    """Each strongly promoted condition with each of its modules."""
    chosen = first_group(evidence, evidence.runs("selectivity"), strongly_promoted(evidence))
    return [
        _Promoted(f"{condition}, module {module}", condition.stop, module, runs)
        for condition, runs in (chosen[1].items() if chosen else ())
        for module in condition.modules
    ]


def _when_lifted(evidence: Evidence, read: Callable) -> list[Part]:
    """A part for each promoted module; `read` takes the selectivity of all modules, and the promoted one."""
    return [
        part(one.name, lambda run, one=one: value_at(read(run, one.module), one.stop), one.runs)
        for one in _promoted_parts(evidence)
    ]


def _above_last(run, module: int):
    """The curve of a module's selectivity less that of the last module."""
    return run.sel(module=module, drop=True) - run.sel(module=run["module"].max(), drop=True)
