"""Ablating selective units hurts early in training and not at its end, but in the last module (figures 3, 4, 8)."""

from collections.abc import Callable

from vestige.claims.claim import Claim, Part, values
from vestige.claims.evidence import Evidence
from vestige.claims.margins import AREA, AREA_REASON, ORDER, ORDER_REASON
from vestige.claims.windows import TOO_SHORT, at, at_last, first_few, last_epoch

AREA_SAID = "area under the curve of accuracy against the share of units ablated"
ABLATED = "ablation of runs without a penalty (alpha 0) in {}"


def in_modules(evidence: Evidence, read: Callable, last: bool) -> list[Part]:
    """A part for each module that is the last of the network, or is not; `read` takes its areas (epoch, order)."""
    runs = evidence.baseline(evidence.ablation)
    modules = sorted({int(module) for run in runs.values() for module in run["module"].values})
    chosen = [module for module in modules if (module == evidence.last_module) == last]
    return [Part(f"module {one}", values(runs, lambda run, one=one: read(run.sel(module=one)))) for one in chosen]


def advantage(area):
    """By how much the area is smaller where the most selective units go first: positive where that hurts more."""
    return area.sel(order="random", drop=True) - area.sel(order="selective", drop=True)


def change(order: str) -> Callable:
    """The area at the last epoch measured less that at the first, epoch 0 left out: the paper's slope, times its run.

    An untrained network has no accuracy to lose.
    """

    def of(area) -> float:
        curve = area.sel(order=order, drop=True)
        first = min((int(epoch) for epoch in curve["epoch"].values if epoch > 0), default=0)
        return at_last(curve) - at(curve, first) if 0 < first < last_epoch(curve) else float("nan")

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
        quantity=f"{AREA_SAID}: in random order less the most selective first, mean over epochs 1 to 3",
        units="share of the unablated accuracy",
        needs=ABLATED.format("an early module, at an epoch from 1 to 3"),
        parts=lambda evidence: in_modules(evidence, lambda area: first_few(advantage(area)), last=False),
        blank=TOO_SHORT,
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
        quantity=f"{AREA_SAID}: in random order less the most selective first, at the last epoch",
        units="share of the unablated accuracy",
        needs=ABLATED.format("an early module"),
        parts=lambda evidence: in_modules(evidence, lambda area: at_last(advantage(area)), last=False),
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
        quantity=f"{AREA_SAID}: in random order less the most selective first, at the last epoch",
        units="share of the unablated accuracy",
        needs=ABLATED.format("the last module"),
        parts=lambda evidence: in_modules(evidence, lambda area: at_last(advantage(area)), last=True),
    ),
    Claim(
        name="selective_area_grows",
        sentence="The harm of ablating most selective units of early and intermediate modules lessens with training.",
        paper="figure 3, section 4.2",
        kind="ablation",
        decision="greater",
        margin=AREA,
        margin_reason=AREA_REASON,
        quantity=f"{AREA_SAID}, the most selective first: at the last epoch less at the first one measured",
        units="share of the unablated accuracy",
        needs=ABLATED.format("an early module, at two epochs or more"),
        parts=lambda evidence: in_modules(evidence, change("selective"), last=False),
        blank="it was measured at one epoch alone, or no curve has any accuracy",
    ),
    Claim(
        name="random_area_stays",
        sentence="The harm of ablating random units of an early or intermediate module does not change in training.",
        paper="figure 3, section 4.2",
        kind="ablation",
        decision="equivalent",
        margin=AREA,
        margin_reason=AREA_REASON,
        quantity=f"{AREA_SAID}, in random order: at the last epoch less at the first one measured",
        units="share of the unablated accuracy",
        needs=ABLATED.format("an early module, at two epochs or more"),
        parts=lambda evidence: in_modules(evidence, change("random"), last=False),
        blank="it was measured at one epoch alone, or no curve has any accuracy",
    ),
)
