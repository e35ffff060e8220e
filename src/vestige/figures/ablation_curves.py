"""Figure 3: how accuracy falls as channels are ablated, the most selective first or in random order."""

from vestige.figures.ablation_rows import Settings, row_figure
from vestige.figures.needs import BASELINE

__all__ = ["Settings"]  # those of every figure with a row a module

KIND = "ablation"
PAPER = "3"
CAPTION = (
    "Effect of progressive ablation on accuracy throughout training, a module a row. Middle and right: accuracy, as a "
    "share of the largest on its curve, against the share of channels ablated in every block of the module, the most "
    "selective first or in random order; a line an epoch. Left: area under these curves, and its slope: the difference "
    "between the last epoch and the first in percent points, divided by that of the epochs. Lines and slopes: mean "
    "over networks trained from different seeds; bands: {bands}."
)
NEEDS = (BASELINE,)


def ablation_curves(settings, runs):
    """Draw results of `ablation`, a row for each module (and condition); returns the figure and the table of it."""
    return row_figure(settings, runs)
