"""Figure 4: how accuracy falls as channels of the last module are ablated."""

from vestige.figures.ablation_rows import Settings, row_figure
from vestige.figures.needs import BASELINE

__all__ = ["Settings"]  # those of every figure with a row a module

KIND = "ablation"
PAPER = "4"
CAPTION = (
    "Effect of progressive ablation in the last module on accuracy throughout training. Middle and right: accuracy, as "
    "a share of the largest on its curve, against the share of channels ablated in every block of the module, the most "
    "selective first or in random order; a line an epoch. Left: area under these curves, and its slope: the difference "
    "between the last epoch and the first in percent points, divided by that of the epochs. Lines and slopes: mean "
    "over networks trained from different seeds; bands: {bands}."
)
NEEDS = (BASELINE,)


def late_ablation_curves(settings, runs):
    """Draw results of `ablation`, a row for each module (and condition); returns the figure and the table of it."""
    return row_figure(settings, runs)
