"""Ablating selective units hurts early in training and not at its end, but in the last module (figures 3, 4, 8)."""

from collections.abc import Callable

from vestige.claims.claim import Claim
from vestige.claims.comparisons import in_modules
from vestige.claims.emergence import PLAIN
from vestige.claims.evidence import Evidence
from vestige.claims.margins import AREA, AREA_REASON, ORDER, ORDER_REASON
from vestige.claims.parts import Part
from vestige.claims.windows import FIRST, OF_LENGTH, Reading, at_last, first_usable

AREA_SAID = "area under the curve of accuracy against the share of units ablated"
UNITS = "share of the largest accuracy on the curve"
ABLATED = f"ablation of {PLAIN}, {OF_LENGTH}, in {{}}"
FIRST_SAID = f"the first epoch measured in {FIRST}, at which the network is at twice chance or above"
LAST_SAID = "the last epoch measured, within the last fifth of the run"
NOTHING = "it takes a network at twice chance or above, below which its share of the accuracy says nothing, measured in"
EARLY, LATE = f"{NOTHING} {FIRST}", f"{NOTHING} the last fifth of the run"
BOTH = f"{NOTHING} {FIRST}, and again in the last fifth of the run"


def in_early(evidence: Evidence, read: Callable) -> list[Part]:
    """A part for each early or intermediate module; `read` takes its areas (epoch, order)."""
    return in_modules(evidence.development(evidence.runs("ablation")), evidence.early_modules, read)


def in_last(evidence: Evidence, read: Callable) -> list[Part]:
    """The same, for the last module."""
    return in_modules(evidence.development(evidence.runs("ablation")), [evidence.last_module], read)


def advantage(area):
    """By how much the area is smaller where the most selective units go first: positive where that hurts more."""
    return area.sel(order="random", drop=True) - area.sel(order="selective", drop=True)


def change(order: str) -> Callable:
    """The area at the end less that at the first usable epoch: the paper's slope, times its run.

    An untrained network has no accuracy to lose, and neither has one still near chance.
    """

    def of(area) -> Reading:
        curve = area.sel(order=order, drop=True)
        return at_last(curve) - first_usable(curve)

    return of


CLAIMS = (
    Claim(
        name="selective_ablation_hurts_more_early",
        sentence=(
            "In the first epochs, ablating the most selective units of an early or intermediate module harms accuracy "
            "more than ablating random ones."
        ),
        paper="figure 3, section 4.2",
        kind="ablation",
        decision="greater",
        margin=ORDER,
        margin_reason=ORDER_REASON,
        quantity=f"{AREA_SAID}: in random order less the most selective first, at {FIRST_SAID}",
        units=UNITS,
        needs=ABLATED.format(f"an early module, at one of {FIRST}"),
        parts=lambda evidence: in_early(evidence, lambda area: first_usable(advantage(area))),
        blank=EARLY,
    ),
    Claim(
        name="selective_ablation_hurts_less_at_the_end",
        sentence=(
            "In a trained network, ablating the most selective units of an early or intermediate module harms accuracy "
            "less than ablating random ones."
        ),
        paper="figure 8, appendix A.2",
        kind="ablation",
        decision="less",
        margin=ORDER,
        margin_reason=ORDER_REASON,
        quantity=f"{AREA_SAID}: in random order less the most selective first, at {LAST_SAID}",
        units=UNITS,
        needs=ABLATED.format("an early module"),
        parts=lambda evidence: in_early(evidence, lambda area: at_last(advantage(area))),
        blank=LATE,
    ),
    Claim(
        name="selective_ablation_hurts_more_in_the_last_module",
        sentence=(
            "In the last module of a trained network it is the other way round: ablating the most selective units "
            "harms accuracy more."
        ),
        paper="figure 8, appendix A.2",
        kind="ablation",
        decision="greater",
        margin=ORDER,
        margin_reason=ORDER_REASON,
        quantity=f"{AREA_SAID}: in random order less the most selective first, at {LAST_SAID}",
        units=UNITS,
        needs=ABLATED.format("the last module"),
        parts=lambda evidence: in_last(evidence, lambda area: at_last(advantage(area))),
        blank=LATE,
    ),
    Claim(
        name="selective_area_grows",
        sentence="The harm of ablating most selective units of early and intermediate modules lessens with training.",
        paper="figure 3, section 4.2",
        kind="ablation",
        decision="greater",
        margin=AREA,
        margin_reason=AREA_REASON,
        quantity=f"{AREA_SAID}, the most selective first: at {LAST_SAID}, less at {FIRST_SAID}",
        units=UNITS,
        needs=ABLATED.format("an early module, in the first epochs and in the last fifth of the run"),
        parts=lambda evidence: in_early(evidence, change("selective")),
        blank=BOTH,
    ),
    Claim(
        name="random_area_stays",
        sentence="The harm of ablating random units of an early or intermediate module does not change in training.",
        paper="figure 3, section 4.2",
        kind="ablation",
        decision="equivalent",
        margin=AREA,
        margin_reason=AREA_REASON,
        quantity=f"{AREA_SAID}, in random order: at {LAST_SAID}, less at {FIRST_SAID}",
        units=UNITS,
        needs=ABLATED.format("an early module, in the first epochs and in the last fifth of the run"),
        parts=lambda evidence: in_early(evidence, change("random")),
        blank=BOTH,
    ),
)
