"""Class selectivity rises in the first epochs and recedes, but not in the last module (figure 2, section 4.1)."""

from collections.abc import Callable

from vestige.claims.claim import Claim, Part, values
from vestige.claims.evidence import Evidence
from vestige.claims.margins import INDEX, INDEX_REASON, ORDER
from vestige.claims.windows import TOO_SHORT, after_peak, at, at_end, early_peak

UNPENALISED = "runs without a penalty (alpha 0) of 9 epochs or more"


def in_modules(evidence: Evidence, read: Callable, last: tuple[bool, ...]) -> list[Part]:
    """A part for each module that is the last (or is not), of the unpenalised runs."""
    runs = evidence.baseline(evidence.selectivity)
    modules = sorted({int(module) for run in runs.values() for module in run["module"].values})
    chosen = [module for module in modules if (module == modules[-1]) in last]
    return [Part(f"module {one}", values(runs, lambda run, one=one: read(run.sel(module=one)))) for one in chosen]


def rise(curve) -> float:
    """The highest value of the first third, less that of the untrained network."""
    return early_peak(curve) - at(curve, 0)


def recession(curve) -> float:
    """The highest value of the first third, less that at the end."""
    return early_peak(curve) - at_end(curve)


def quickness(curve) -> float:
    """What is lost in the three epochs after the peak, less half of all that is lost.

    A recession smaller than the margin counts as the margin: of none, chance would lose the most right after the peak.
    """
    return early_peak(curve) - after_peak(curve) - max(recession(curve), INDEX) / 2


CLAIMS = (
    Claim(
        name="selectivity_rises_early",
        sentence="Class selectivity rises sharply in the first epochs, in every module.",
        paper="figure 2, section 4.1",
        kind="selectivity",
        decision="greater",
        margin=INDEX,
        margin_reason=INDEX_REASON,
        quantity="mean selectivity: its largest value in the first third of training, less that before training",
        units="1",
        needs=UNPENALISED,
        parts=lambda evidence: in_modules(evidence, rise, (False, True)),
        blank=TOO_SHORT,
    ),
    Claim(
        name="selectivity_recedes",
        sentence="In the early and intermediate modules, all but the last, selectivity then recedes.",
        paper="figure 2, section 4.1",
        kind="selectivity",
        decision="greater",
        margin=INDEX,
        margin_reason=INDEX_REASON,
        quantity="mean selectivity: its largest value in the first third of training, less its mean at the end",
        units="1",
        needs=UNPENALISED,
        parts=lambda evidence: in_modules(evidence, recession, (False,)),
        blank=TOO_SHORT,
    ),
    Claim(
        name="selectivity_recedes_quickly",
        sentence="Most of that recession comes within the three epochs after the peak.",
        paper="figure 2, sections 4.1 and 5",
        kind="selectivity",
        decision="greater",
        margin=ORDER,
        margin_reason=(
            "most is more than half, so the bound is 0; a recession of less than 0.05, which does not count as one, is "
            "taken for 0.05"
        ),
        quantity="fall of the mean selectivity in the three epochs after its early peak, less half of its whole fall",
        units="1",
        needs=UNPENALISED,
        parts=lambda evidence: in_modules(evidence, quickness, (False,)),
        blank=TOO_SHORT,
    ),
    Claim(
        name="selectivity_stays_in_the_last_module",
        sentence="In the last module selectivity does not recede.",
        paper="figure 2, section 4.1",
        kind="selectivity",
        decision="less",
        margin=INDEX,
        margin_reason=(
            f"less than what counts as a recession in the other modules, {INDEX_REASON}; a module that goes on rising "
            "does not recede either, so there is no lower bound"
        ),
        quantity="mean selectivity: its largest value in the first third of training, less its mean at the end",
        units="1",
        needs=UNPENALISED,
        parts=lambda evidence: in_modules(evidence, recession, (True,)),
        blank=TOO_SHORT,
    ),
)
