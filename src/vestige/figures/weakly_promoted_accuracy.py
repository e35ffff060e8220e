"""Figure 14: training and validation accuracy over epochs, with selectivity weakly promoted in the first of them."""

from vestige.figures.accuracy import Settings, accuracy_columns, accuracy_table
from vestige.figures.needs import BASELINE, PROMOTED_LONGER, PROMOTED_ONCE
from vestige.figures.tables import apart

__all__ = ["Settings"]  # those of every figure of accuracy

KIND = "training"
PAPER = "14"
CAPTION = (
    "Top-1 accuracy throughout training, for networks whose selectivity was left alone (black) or weakly promoted, "
    "with different strengths α, over the first few epochs or over the first one only (columns). Training accuracy is "
    "the running average over the pass that ends at the epoch. Lines: mean over networks trained from different seeds; "
    "bands: {bands}."
)
NEEDS = (BASELINE, PROMOTED_LONGER, PROMOTED_ONCE)


def weakly_promoted_accuracy(settings, runs):
    """Draw results of `training`, a column for each period; returns the figure and the table of what it shows."""
    return accuracy_columns(settings, runs, apart(accuracy_table(runs, settings)), "period", "strength")
