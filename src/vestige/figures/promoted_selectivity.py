"""Figure 13: class selectivity of every module over epochs, strongly promoted in the first of them."""

from vestige.figures.module_lines import PAPER_BANDS, Settings, condition_figure
from vestige.figures.needs import BASELINE, PROMOTED

__all__ = ["PAPER_BANDS", "Settings"]  # those of every figure with a line a module

KIND = "selectivity"
PAPER = "13"
CAPTION = (
    "Class selectivity throughout training, for networks whose selectivity was left alone or strongly promoted in the "
    "first epochs. The shade covers the regularised epochs. Lines: mean over networks trained from different seeds; "
    "bands: {bands}."
)
NEEDS = (BASELINE, PROMOTED)


def promoted_selectivity(settings, runs):
    """Draw results of `selectivity`, a panel for each condition; returns the figure and the table of what it shows."""
    return condition_figure(settings, runs)
