"""Suppressing selectivity costs accuracy from epoch 0, and only from there (figures 6 and 7, sections 4.4 and 4.5)."""

from vestige.claims.claim import Claim
from vestige.claims.comparisons import STRONG, below_baseline, final, strongly_suppressed, with_first_epochs
from vestige.claims.emergence import HIGHEST
from vestige.claims.evidence import Evidence
from vestige.claims.margins import ACCURACY, ACCURACY_REASON, INDEX, INDEX_REASON, NO_LOWER
from vestige.claims.parts import Part
from vestige.claims.windows import OF_LENGTH, TOO_SHORT, early_peak

SUPPRESSED = f"the early modules suppressed at alpha -20 (or another of -{STRONG} or below) from epoch {{}} to the end"
BESIDE = "and the same training without a penalty (alpha 0)"
ACCURACIES = {"validation": "val_accuracy", "training": "train_accuracy"}
LACKING = "accuracy, mean over the last fifth of training: without the penalty less with it"


def cost_from_zero(evidence: Evidence) -> list[Part]:
    """What suppression from epoch 0 costs, on the validation and on the training images."""
    runs = evidence.runs("training")
    wanted = strongly_suppressed(evidence, runs, lambda one: one.from_zero)
    return [
        part
        for images, quantity in ACCURACIES.items()
        for part in below_baseline(evidence, runs, wanted, final(quantity), lambda _, images=images: images)
    ]


def cost_from_later(evidence: Evidence) -> list[Part]:
    """What suppression costs that sets in later, for each onset."""
    runs = evidence.runs("training")
    wanted = strongly_suppressed(evidence, runs, lambda one: one.later)
    return below_baseline(evidence, runs, wanted, final(), lambda one: f"from epoch {one.start}")


def lowered_peaks(evidence: Evidence) -> list[Part]:
    """How much lower each suppressed module's selectivity stays in the first epochs."""
    runs = evidence.runs("selectivity")
    wanted = strongly_suppressed(evidence, runs, with_first_epochs(lambda one: one.from_zero))
    return [
        part
        for module in evidence.early_modules
        for part in below_baseline(
            *(evidence, runs, wanted),
            lambda run, module=module: early_peak(run.sel(module=module)),
            lambda _, module=module: f"module {module}",
        )
    ]


CLAIMS = (
    Claim(
        name="suppression_prevents_the_peak",
        sentence="Suppression from epoch 0 keeps selectivity from its early peak.",
        paper="figure 6a, section 4.4",
        kind="selectivity",
        decision="greater",
        margin=INDEX,
        margin_reason=INDEX_REASON,
        quantity=f"{HIGHEST}; that without the penalty less that with it",
        units="1",
        needs=f"{SUPPRESSED.format(0)}, {BESIDE}, {OF_LENGTH}",
        parts=lowered_peaks,
        blank=TOO_SHORT,
    ),
    Claim(
        name="suppression_from_epoch_0_costs_accuracy",
        sentence=(
            "Suppressing selectivity in the early and intermediate modules from epoch 0 costs final accuracy, on the "
            "validation images and on the training images alike."
        ),
        paper="figures 6b and 7, section 4.4",
        kind="training",
        decision="greater",
        margin=ACCURACY,
        margin_reason=ACCURACY_REASON,
        quantity=f"validation and training {LACKING}",
        units="1",
        needs=f"{SUPPRESSED.format(0)}, {BESIDE}",
        parts=cost_from_zero,
    ),
    Claim(
        name="suppression_from_later_costs_nothing",
        sentence="The same suppression costs nothing if it sets in after the first epoch or later.",
        paper="figures 6b and 7, sections 4.4 and 4.5",
        kind="training",
        decision="less",
        margin=ACCURACY,
        margin_reason=f"{ACCURACY_REASON}; {NO_LOWER}",
        quantity=f"validation {LACKING}",
        units="1",
        needs=f"{SUPPRESSED.format('1 or later')}, {BESIDE}",
        parts=cost_from_later,
    ),
)
