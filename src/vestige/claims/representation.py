"""Tampering with selectivity over-represents classes in early predictions (figure 16, appendix A.5.4)."""

from collections.abc import Callable
from math import nan
from typing import Literal

from vestige.claims.comparisons import below_baseline, strongly_promoted, strongly_suppressed, with_first_epochs
from vestige.claims.evidence import Evidence, Wanted
from vestige.claims.parts import Part
from vestige.claims.windows import Reading, at_end, first_few

TOP = 5  # classes, as in figure 16
Penalty = Literal["suppression", "promotion"]


def excess(evidence: Evidence, penalty: Penalty, epochs: Literal["first", "last"]) -> list[Part]:
    """How much more than the baseline each penalised condition represents the classes that it predicts most."""
    wanted = _suppressed_conditions(evidence) if penalty == "suppression" else strongly_promoted(evidence)
    if epochs == "first":
        wanted = with_first_epochs(wanted)
    window = first_few if epochs == "first" else at_end
    runs, classes = evidence.runs("training"), evidence.classes
    return below_baseline(evidence, runs, wanted, lambda run: -_window_mean(run, window, classes))


def _suppressed_conditions(evidence: Evidence) -> Wanted:
    """Strong suppression from epoch 0 to the end."""
    return strongly_suppressed(evidence, evidence.runs("training"), lambda one: one.is_from_start)


def _window_mean(run, window: Callable, classes: int) -> Reading:
    """The over-representation in some epochs; NaN where five classes are more than half of all."""
    from vestige.metrics.summaries import over_representation

    return window(over_representation(run, TOP)) if classes >= 2 * TOP else Reading.single(nan)
