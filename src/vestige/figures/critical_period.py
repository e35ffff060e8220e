"""Figure 7: training and validation accuracy over epochs, suppressed from the first epoch or from a later one."""

from vestige.figures.accuracy import Settings, accuracy_figure, accuracy_table
from vestige.figures.needs import BASELINE, SUPPRESSED, SUPPRESSED_LATER, several
from vestige.figures.tables import apart

__all__ = ["Settings"]  # those of every figure of accuracy

KIND = "training"
PAPER = "7"
CAPTION = (
    "Top-1 accuracy throughout training, for networks whose selectivity was left alone (black) or suppressed from one "
    "of several epochs to the end. Training accuracy is the running average over the pass that ends at the epoch. "
    "Lines: mean over networks trained from different seeds; bands: {bands}."
)
NEEDS = (BASELINE, SUPPRESSED, several(SUPPRESSED_LATER, "start"))


def critical_period(settings, runs):
    """Draw results of `training`, a line for each onset; returns the figure and the table of what it shows."""
    table = apart(accuracy_table(runs, settings)).drop(columns=["strength", "period"])
    return accuracy_figure(settings, runs, table)
