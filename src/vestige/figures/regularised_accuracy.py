"""Figure 6b: training and validation accuracy over epochs, for each way of regularising selectivity."""

from vestige.figures.accuracy import Settings, accuracy_figure, accuracy_table
from vestige.figures.needs import BASELINE, PENALISED

__all__ = ["Settings"]  # those of every figure of accuracy

KIND = "training"
PAPER = "6b"
CAPTION = (
    "Top-1 accuracy throughout training, for networks whose selectivity was left alone (black) or regularised with "
    "strength α. Training accuracy is the running average over the pass that ends at the epoch. Lines: mean over "
    "networks trained from different seeds; bands: {bands}."
)
NEEDS = (BASELINE, PENALISED)


def regularised_accuracy(settings, runs):
    """Draw results of `training`, a line for each condition; returns the figure and the table of what it shows."""
    return accuracy_figure(settings, runs, accuracy_table(runs, settings))
