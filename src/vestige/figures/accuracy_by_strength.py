"""Figure 11: accuracy over epochs, with selectivity suppressed with different strengths from different epochs."""

from vestige.figures.accuracy import Settings, accuracy_columns, accuracy_table
from vestige.figures.needs import BASELINE, SUPPRESSED, SUPPRESSED_LATER, several
from vestige.figures.tables import apart

__all__ = ["Settings"]  # those of every figure of accuracy

KIND = "training"
PAPER = "11"
CAPTION = (
    "Top-1 accuracy throughout training, suppressed with different strengths α (columns) from epoch 0 or from a later "
    "one, against networks without penalty (black). Training accuracy is the running average over the pass that ends "
    "at the epoch. Lines: mean over networks trained from different seeds; bands: {bands}."
)
NEEDS = (BASELINE, several(SUPPRESSED, "alpha"), several(SUPPRESSED_LATER, "alpha"))


def accuracy_by_strength(settings, runs):
    """Draw results of `training`, a column for each strength; returns the figure and the table of what it shows."""
    return accuracy_columns(settings, runs, apart(accuracy_table(runs, settings)), "strength", "period")
