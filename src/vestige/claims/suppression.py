"""Suppressing selectivity costs accuracy from epoch 0, and only from there (figures 6 and 7, sections 4.4 and 4.5)."""

from vestige.claims.comparisons import below_baseline, final, strongly_suppressed, with_first_epochs
from vestige.claims.evidence import Evidence
from vestige.claims.parts import Part
from vestige.claims.windows import early_peak

ACCURACIES = (("validation", "val_accuracy"), ("training", "train_accuracy"))


def cost_from_zero(evidence: Evidence) -> list[Part]:
    """What suppression from epoch 0 costs, on the validation and on the training images."""
    runs = evidence.runs("training")
    wanted = strongly_suppressed(evidence, runs, lambda one: one.is_from_start)
    return [
        part
        for images, quantity in ACCURACIES
        for part in below_baseline(evidence, runs, wanted, final(quantity), lambda _, images=images: images)
    ]


def cost_from_later(evidence: Evidence) -> list[Part]:
    """What suppression costs that sets in later, for each onset."""
    runs = evidence.runs("training")
    wanted = strongly_suppressed(evidence, runs, lambda one: one.is_later)
    return below_baseline(evidence, runs, wanted, final(), lambda one: f"from epoch {one.start}")


def lowered_peaks(evidence: Evidence) -> list[Part]:
    """How much lower each suppressed module's selectivity stays in the first epochs."""
    runs = evidence.runs("selectivity")
    wanted = strongly_suppressed(evidence, runs, with_first_epochs(lambda one: one.is_from_start))
    return [
        part
        for module in evidence.early_modules
        for part in below_baseline(
            *(evidence, runs, wanted),
            lambda run, module=module: early_peak(run.sel(module=module)),
            lambda _, module=module: f"module {module}",
        )
    ]
