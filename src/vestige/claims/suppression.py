"""Suppressing selectivity costs accuracy from epoch 0, and only from there (figures 6 and 7, sections 4.4 and 4.5)."""

from vestige.claims.comparisons import (
    below_baseline,
    first_group,
    read_final_mean,
    strongly_suppressed,
    with_first_epochs,
)
from vestige.claims.evidence import Evidence
from vestige.claims.parts import Part, part
from vestige.claims.windows import Reading, at_any_early, value_at

ACCURACIES = (("validation", "val_accuracy"), ("training", "train_accuracy"))


def cost_from_zero(evidence: Evidence) -> list[Part]:
    """What suppression from epoch 0 costs, on the validation and on the training images."""
    runs = evidence.runs("training")
    wanted = strongly_suppressed(evidence, runs, lambda one: one.is_from_start)
    return [
        part
        for images, quantity in ACCURACIES
        for part in below_baseline(evidence, runs, wanted, read_final_mean(quantity), lambda _, images=images: images)
    ]


def cost_from_later(evidence: Evidence) -> list[Part]:
    """What suppression costs that sets in later, for each onset."""
    runs = evidence.runs("training")
    wanted = strongly_suppressed(evidence, runs, lambda one: one.is_later)
    return below_baseline(evidence, runs, wanted, read_final_mean(), lambda one: f"from epoch {one.start}")


def lost_peak(evidence: Evidence) -> list[Part]:
    """How much more than half of the unpenalised rise, at an early epoch, is lacking at every early epoch.

    A rise is what selectivity exceeds the untrained network's by; a part for each suppressed module.
    """
    runs = evidence.runs("selectivity")
    wanted = strongly_suppressed(evidence, runs, with_first_epochs(lambda one: one.is_from_start))
    chosen = first_group(evidence, runs, wanted)
    if chosen is None:
        return []
    group, found = chosen
    return [
        part(
            f"module {module}",
            lambda run, module=module: 0.5 * _early_rise(run, module),
            group.baseline,
            suppressed,
            lambda run, module=module: _early_rise(run, module).for_all,
        )
        for suppressed in found.values()
        for module in evidence.early_modules
    ]


def _early_rise(run, module: int) -> Reading:
    """By how much a module exceeds the untrained network at each early epoch."""
    curve = run.sel(module=module, drop=True)
    return at_any_early(curve) - value_at(curve, 0)
