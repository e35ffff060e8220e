"""Promoting selectivity does not help (figures 13 and 14, section 4.6, appendix A.5.2)."""

from collections.abc import Callable
from typing import NamedTuple

from vestige.claims.claim import Claim
from vestige.claims.comparisons import STRONG, WEAK, below_baseline, final, first_group, strongly_promoted, with_modules
from vestige.claims.emergence import INDEX_MEAN
from vestige.claims.evidence import Evidence
from vestige.claims.margins import ACCURACY, ACCURACY_REASON, INDEX, INDEX_REASON
from vestige.claims.parts import Part, part
from vestige.claims.suppression import BESIDE, LACKING
from vestige.claims.windows import at

STRONGLY = (
    f"the early modules promoted at alpha {STRONG} or above in the first epochs alone (start 0, stop before the end), "
    f"the last module left alone, {BESIDE}"
)


class Promoted(NamedTuple):
    """A strongly promoted condition, its runs, and one of the modules promoted."""

    name: str
    stop: int
    module: int
    runs: dict


def promoted(evidence: Evidence) -> list[Promoted]:
    """Each strongly promoted condition with each of its modules."""
    chosen = first_group(evidence, evidence.runs("selectivity"), strongly_promoted(evidence))
    return [
        Promoted(f"{condition}, module {module}", condition.stop, module, runs)
        for condition, runs in (chosen[1].items() if chosen else ())
        for module in condition.modules
    ]


def when_lifted(evidence: Evidence, read: Callable) -> list[Part]:
    """A part for each promoted module; `read` takes the selectivity of all modules, and the promoted one."""
    return [
        part(one.name, lambda run, one=one: at(read(run, one.module), one.stop), one.runs) for one in promoted(evidence)
    ]


def above_last(run, module: int):
    """The curve of a module's selectivity less that of the last module."""
    return run.sel(module=module, drop=True) - run.sel(module=run["module"].max(), drop=True)


def cost_of_strong(evidence: Evidence) -> list[Part]:
    """What each strong promotion costs."""
    return below_baseline(evidence, evidence.runs("training"), strongly_promoted(evidence), final())


def cost_of_weak(evidence: Evidence) -> list[Part]:
    """What each weak promotion costs, of whichever modules."""
    return below_baseline(
        evidence, evidence.runs("training"), lambda one: 0 < one.alpha <= WEAK and one.lifted, final(), with_modules
    )


CLAIMS = (
    Claim(
        name="strong_promotion_saturates_selectivity",
        sentence="Strong promotion in the first epochs drives the index of the promoted modules close to 1.",
        paper="figure 13, appendix A.5.2",
        kind="selectivity",
        decision="greater",
        margin=0.9,
        margin_reason="close to 1 is within a tenth of the index's range, from 0 to 1, of its largest value",
        quantity=f"{INDEX_MEAN} when the penalty ends",
        units="1",
        needs=STRONGLY,
        parts=lambda evidence: when_lifted(evidence, lambda run, module: run.sel(module=module)),
    ),
    Claim(
        name="strong_promotion_leaves_the_last_module_below",
        sentence="The last module, which is not promoted, is then less selective than the promoted ones.",
        paper="figure 13, appendix A.5.2",
        kind="selectivity",
        decision="greater",
        margin=INDEX,
        margin_reason=INDEX_REASON,
        quantity=f"{INDEX_MEAN} when the penalty ends: of a promoted module less of the last",
        units="1",
        needs=STRONGLY,
        parts=lambda evidence: when_lifted(evidence, above_last),
    ),
    Claim(
        name="strong_promotion_harms",
        sentence="Strong promotion in the first epochs costs final accuracy.",
        paper="figure 13, section 4.6, appendix A.5.2",
        kind="training",
        decision="greater",
        margin=ACCURACY,
        margin_reason=ACCURACY_REASON,
        quantity=f"validation {LACKING}",
        units="1",
        needs=STRONGLY,
        parts=cost_of_strong,
    ),
    Claim(
        name="weak_promotion_harms",
        sentence="Weak promotion costs final accuracy too, in the first epochs or in the very first alone.",
        paper="figure 14, section 4.6, appendix A.5.2",
        kind="training",
        decision="greater",
        margin=ACCURACY,
        margin_reason=ACCURACY_REASON,
        quantity=f"validation {LACKING}",
        units="1",
        needs=f"modules promoted at an alpha up to {WEAK} in the first epochs alone (start 0, stop early), {BESIDE}",
        parts=cost_of_weak,
    ),
)
