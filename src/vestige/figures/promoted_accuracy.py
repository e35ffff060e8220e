"""Figure 13: training and validation accuracy over epochs, with selectivity strongly promoted in the first of them."""

from vestige.figures.accuracy import Settings, accuracy_figure, accuracy_table
from vestige.figures.needs import BASELINE, PROMOTED

__all__ = ["Settings"]  # those of every figure of accuracy

KIND = "training"
PAPER = "13"
CAPTION = (
    "Top-1 accuracy throughout training, for networks whose selectivity was left alone (black) or strongly promoted in "
    "the first epochs. Training accuracy is the running average over the pass that ends at the epoch. Lines: mean over "
    "networks trained from different seeds; bands: {bands}."
)
NEEDS = (BASELINE, PROMOTED)


def promoted_accuracy(settings, runs):
    """Draw results of `training`, a line for each condition; returns the figure and the table of what it shows."""
    return accuracy_figure(settings, runs, accuracy_table(runs, settings))
